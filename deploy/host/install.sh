#!/bin/bash
# Waybill on one host with Debian 12: PostgreSQL, Redis, nginx with TLS, a registry, systemd units.
#
#   deploy/host/install.sh --host index.example.com --certificate chain.pem --key key.pem
#   deploy/host/install.sh --host index.test --self-signed     # for a trial
#   deploy/host/install.sh                                     # again, from newer code: an upgrade
#
# --no-registry: registries are elsewhere (`waybill registries set NAME URL`, then `waybill gateway`).
# --database-url URL: PostgreSQL is elsewhere. docs/operations/install.md tells the rest.
set -euo pipefail

CODE=$(cd "$(dirname "$0")/../.." && pwd)
RELEASE=/opt/waybill/releases/$(date -u +%Y%m%d-%H%M%S)
HOST='' CHAIN='' KEY='' SELF_SIGNED='' REGISTRY=yes DATABASE=''
OWN_DATABASE='postgresql://waybill@/waybill?host=/var/run/postgresql'

say() { printf '\n== %s\n' "$*"; }
die() { printf 'install.sh: %s\n' "$*" >&2; exit 2; }

arguments() {
    while [ $# -gt 0 ]; do
        case "$1" in
            --host) HOST=$2; shift ;;
            --certificate) CHAIN=$2; shift ;;
            --key) KEY=$2; shift ;;
            --self-signed) SELF_SIGNED=yes ;;
            --no-registry) REGISTRY='' ;;
            --database-url) DATABASE=$2; shift ;;
            *) die "$1 is no option of mine: see the head of this file" ;;
        esac
        shift
    done
    [ "$(id -u)" = 0 ] || die "root installs: use sudo"
    [ -d /run/systemd/system ] || die "systemd does not run here: see docs/operations/install.md for other ways"
    if [ -e /etc/waybill/slot ]; then  # what was chosen then holds
        [ -e /etc/waybill/registries/main.yml ] || REGISTRY=''
        grep -qF "$OWN_DATABASE" /etc/waybill/waybill.env || DATABASE=elsewhere
        return
    fi
    [ -n "$HOST" ] || die "say --host NAME: what people type after docker login"
    [ -n "$CHAIN$SELF_SIGNED" ] || die "say --certificate FILE --key FILE, or --self-signed for a trial"
    [ -z "$CHAIN" ] || [ -r "$KEY" ] || die "the certificate needs its --key FILE"
}

# Debian starts what it installs; ours listen elsewhere, so those of the packages stay off.
package() { # PACKAGE [UNIT]
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' && return
    if [ -n "${2:-}" ]; then systemctl mask --quiet "$2" 2> /dev/null; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" > /dev/null
}

packages() {
    say "packages"
    apt-get update -q > /dev/null
    for name in python3-venv openssl ca-certificates curl; do package "$name"; done
    package redis-server redis-server.service
    package nginx-light nginx.service
    if [ -z "$DATABASE" ]; then package postgresql; else package postgresql-client; fi  # that for backups
    if [ -n "$REGISTRY" ]; then package docker-registry docker-registry.service; fi
}

users() {
    install -D -m 0644 "$CODE/deploy/host/sysusers.conf" /etc/sysusers.d/waybill.conf
    systemd-sysusers /etc/sysusers.d/waybill.conf
    install -d -m 0755 /opt/waybill /opt/waybill/releases /etc/waybill
    install -d -m 0750 -g waybill-gateway /etc/waybill/tls
    install -d -m 0750 -g waybill-registry /etc/waybill/registries
    install -d -m 0700 -o waybill -g waybill /var/lib/waybill
}

code() {
    say "code and Python packages into $RELEASE"
    install -d -m 0755 "$RELEASE"
    tar -C "$CODE" --exclude=./var --exclude=./.git --exclude=__pycache__ -cf - . \
        | tar -C "$RELEASE" --no-same-owner -xf -
    chmod -R a+rX,go-w "$RELEASE"
    python3 -m venv "$RELEASE/venv"
    "$RELEASE/venv/bin/pip" install -q --disable-pip-version-check --require-hashes \
        --only-binary :all: -r "$RELEASE/requirements.txt"
    "$RELEASE/venv/bin/python" -m compileall -q -x '/venv/' "$RELEASE"
}

secret() { # FILE
    if [ ! -s "$1" ]; then (umask 027; openssl rand -hex 32 > "$1"); fi
    chown root:waybill "$1"
    chmod 0640 "$1"
}

settings() {
    secret /etc/waybill/secret_key
    secret /etc/waybill/gateway_secret
    if [ -e /etc/waybill/waybill.env ]; then return; fi
    say "settings: /etc/waybill/waybill.env"
    install -m 0640 -g waybill /dev/null /etc/waybill/waybill.env
    cat > /etc/waybill/waybill.env <<END
# All settings: docs/settings.md. After a change: systemctl restart waybill.target
DJANGO_SETTINGS_MODULE=config.settings
PYTHONUNBUFFERED=1
PYTHONUTF8=1
WAYBILL_PUBLIC_URL=https://$HOST
WAYBILL_VAR=/var/lib/waybill
WAYBILL_SECRET_KEY_FILE=/etc/waybill/secret_key
WAYBILL_GATEWAY_SECRET_FILE=/etc/waybill/gateway_secret
WAYBILL_DATABASE_URL="${DATABASE:-$OWN_DATABASE}"
WAYBILL_REDIS_URL=unix:///run/waybill-redis/redis.sock
# Until this is set, mail lies in /var/lib/waybill/mail:
# WAYBILL_EMAIL_URL=smtp://USER:PASSWORD@mail.example.com:587?tls=starttls
END
}

tls() {
    if [ -n "$CHAIN" ]; then
        /usr/local/sbin/waybill certificate "$CHAIN" "$KEY"
    elif [ -n "$SELF_SIGNED" ] && [ ! -e /etc/waybill/tls/key.pem ]; then
        local folder
        folder=$(mktemp -d)
        openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$HOST" \
            -addext "subjectAltName=DNS:$HOST" -keyout "$folder/key" -out "$folder/chain" 2> /dev/null
        # The registry on this host tells the index of pushes over it.
        install -m 0644 "$folder/chain" /usr/local/share/ca-certificates/waybill.crt
        update-ca-certificates > /dev/null 2>&1
        /usr/local/sbin/waybill certificate "$folder/chain" "$folder/key"
        rm -r "$folder"
    fi
    [ -n "$HOST" ] && ! getent hosts "$HOST" > /dev/null && echo "127.0.0.1 $HOST" >> /etc/hosts
    return 0
}

database() {
    if ! grep -qF "$OWN_DATABASE" /etc/waybill/waybill.env; then return; fi
    say "database"
    systemctl start postgresql
    as_postgres() { runuser -u postgres -- "$@"; }
    cd /  # which postgres may enter
    as_postgres psql -qtAc "SELECT 1 FROM pg_roles WHERE rolname = 'waybill'" | grep -q 1 \
        || as_postgres createuser waybill
    as_postgres psql -qtAc "SELECT 1 FROM pg_database WHERE datname = 'waybill'" | grep -q 1 \
        || as_postgres createdb --owner=waybill --encoding=UTF8 --template=template0 waybill
}

units() {
    install -D -m 0644 "$CODE/deploy/host/units/hardening.conf" \
        /etc/systemd/system/waybill-.service.d/hardening.conf
    install -m 0644 "$CODE"/deploy/host/units/waybill* /etc/systemd/system/
    install -m 0755 "$CODE/deploy/host/waybill" /usr/local/sbin/waybill
    systemctl daemon-reload
}

prepare() {
    say "database tables, static files, keys"
    systemctl start waybill-redis
    local manage  # in words
    for manage in "migrate --verbosity 0" "collectstatic --noinput --verbosity 0" "keys create"; do
        # shellcheck disable=SC2086
        WAYBILL_RELEASE=$RELEASE /usr/local/sbin/waybill $manage
    done
}

registry() {
    install -m 0644 /var/lib/waybill/keys/root.crt /etc/waybill/registries/root.crt
    if [ -z "$REGISTRY" ]; then return; fi
    if [ ! -s /etc/waybill/registries/main.yml ]; then first_registry; fi
    systemctl enable --quiet --now waybill-registry@main
}

first_registry() {
    say "registry main"
    local secret
    # It is printed once, as the last word.
    secret=$(/usr/local/sbin/waybill registries set main http://127.0.0.1:5000 | sed 's/.* //')
    /usr/local/sbin/waybill registries place '*' main
    install -m 0640 -g waybill-registry /dev/null /etc/waybill/registries/main.yml
    /usr/local/sbin/waybill registry_config main --listen 127.0.0.1:5000 \
        --storage /var/lib/waybill-registry/main --trust-file /etc/waybill/registries/root.crt \
        --events-secret-file - <<< "$secret" > /etc/waybill/registries/main.yml
    systemctl try-restart waybill-registry@main  # if it runs with a secret of before
}

answers() { # SLOT: until its three app servers do
    # shellcheck source=slots/a.env
    . "/opt/waybill/$1/deploy/host/slots/$1.env"
    for port in "$TOKENS_PORT" "$PASSWORDS_PORT" "$WEB_PORT"; do
        curl -sf --retry 60 --retry-delay 1 --retry-connrefused -o /dev/null \
            -H "Host: $(sed -n 's,^WAYBILL_PUBLIC_URL=https://,,p' /etc/waybill/waybill.env)" \
            "http://127.0.0.1:$port/healthz" || die "no answer on port $port: journalctl -u 'waybill-*'"
    done
}

# The new app servers start beside the old ones; nginx turns to them, and what runs is finished.
turn() {
    local old new=a
    old=$(cat /etc/waybill/slot 2> /dev/null || true)
    if [ "$old" = a ]; then new=b; fi
    say "app servers in slot $new"
    ln -sfn "$RELEASE" "/opt/waybill/$new"
    systemctl start "waybill-app@$new.target"
    answers "$new"
    ln -sfn "$RELEASE" /opt/waybill/current
    registry
    /usr/local/sbin/waybill gateway "$new"
    echo "$new" > /etc/waybill/slot
    systemctl enable --quiet "waybill-app@$new.target" waybill.target
    systemctl restart waybill-worker waybill-beat
    # Also after a failed start: the target alone would leave it at that.
    systemctl reset-failed 'waybill*'
    systemctl start waybill.target waybill-gateway
    if [ -n "$old" ]; then
        sleep 5  # for nginx's old workers, which know the old slot alone, to hand on what they have
        systemctl disable --quiet --now "waybill-app@$old.target"
    fi
    systemctl is-active --quiet waybill-gateway || die "nginx does not run: journalctl -u waybill-gateway"
}

# This release and the one before stay: the way back.
tidy() {
    find /opt/waybill/releases -mindepth 1 -maxdepth 1 -type d | sort | head -n -2 | xargs -r rm -rf
}

well() {
    local url host
    url=$(sed -n 's/^WAYBILL_PUBLIC_URL=//p' /etc/waybill/waybill.env)
    host=${url#https://}
    ask() { curl -s --cacert /etc/waybill/tls/chain.pem --resolve "$host:443:127.0.0.1" "$@" "$url/readyz"; }
    if ! ask -f --retry 60 --retry-delay 1 --retry-all-errors -o /dev/null; then
        ask >&2 || true
        die "$url/readyz is not well; journalctl -u 'waybill-*' and \`waybill doctor\` say more"
    fi
    say "Waybill answers at $url/"
    /usr/local/sbin/waybill setup_link 2> /dev/null || echo "There is an administrator already."
}

arguments "$@"
packages
users
units
code
settings
tls
database
prepare
turn
tidy
well
