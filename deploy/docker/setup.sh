#!/bin/sh
# Makes what compose.yml needs beside itself: .env, secrets/ and tls/. What is there stays as it is.
#   deploy/docker/setup.sh index.example.com chain.pem key.pem
#   deploy/docker/setup.sh index.test --self-signed        # for a trial
set -eu
[ $# -ge 2 ] || { sed -n '2,4s/^# *//p' "$0" >&2; exit 2; }
host=$1 chain=$2 key=${3:-}
case $chain in /* | --*) ;; *) chain=$PWD/$chain ;; esac
case $key in /* | '') ;; *) key=$PWD/$key ;; esac
cd "$(dirname "$0")"
umask 077
mkdir -p secrets tls
[ -e .env ] || printf 'WAYBILL_HOST=%s\n# More settings of docs/settings.md go into waybill.env.\n' "$host" > .env
[ -e waybill.env ] || : > waybill.env

# The folder is closed; in a container each file is shown alone, to a user with another number.
keep() { # FILE
    [ -s "secrets/$1" ] || cat > "secrets/$1"
    chmod 0444 "secrets/$1"
}
openssl rand -hex 32 | keep secret_key
openssl rand -hex 32 | keep gateway_secret
openssl rand -hex 32 | keep database_password
printf 'postgresql://waybill:%s@database:5432/waybill\n' "$(cat secrets/database_password)" | keep database_url

if [ "$chain" = --self-signed ]; then
    [ -s secrets/tls_key ] || openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host" -keyout secrets/tls_key -out tls/chain.pem 2> /dev/null
else
    # Into the same files, which containers that run see; by somebody who need not be root.
    chmod -f u+w tls/chain.pem secrets/tls_key || true
    cat "$chain" > tls/chain.pem
    cat "$key" > secrets/tls_key
fi
chmod 0444 secrets/tls_key tls/chain.pem
chmod 0755 tls
