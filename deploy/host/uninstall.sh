#!/bin/bash
# Takes Waybill off this host again: services and code. What people own stays where it is, and install.sh,
# without arguments, finds it again: /etc/waybill, /var/lib/waybill*, the database, the users that own them.
#
#   deploy/host/uninstall.sh
#   deploy/host/uninstall.sh --with-all-data     # these too: nothing brings them back but a backup
set -euo pipefail

DATA=''
OWN_DATABASE='postgresql://waybill@/waybill?host=/var/run/postgresql'  # as in install.sh
case "$*" in
    '') ;;
    --with-all-data) DATA=yes ;;
    *) sed -n '2,6s/^# *//p' "$0" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "uninstall.sh: root uninstalls: use sudo" >&2; exit 2; }
cd /  # which postgres may enter

systemctl stop 'waybill*'
rm -rf /etc/systemd/system/waybill* /etc/systemd/system/*.wants/waybill*
systemctl daemon-reload
systemctl reset-failed 'waybill*' 2> /dev/null || true
systemctl unmask --quiet redis-server.service nginx.service docker-registry.service 2> /dev/null  # some were not here
rm -rf /opt/waybill /usr/local/sbin/waybill

if [ -n "$DATA" ]; then
    # One that is elsewhere (--database-url) is not ours to drop, nor is one of its name that is here.
    if grep -qsF "$OWN_DATABASE" /etc/waybill/waybill.env; then
        runuser -u postgres -- dropdb --if-exists waybill
        runuser -u postgres -- dropuser --if-exists waybill
    elif [ -e /etc/waybill/waybill.env ]; then
        echo "Left: the database, which is elsewhere."
    fi
    rm -rf /etc/waybill /var/lib/waybill /var/lib/waybill-{redis,gateway,registry}
    rm -f /etc/sysusers.d/waybill.conf /usr/local/share/ca-certificates/waybill.crt
    update-ca-certificates --fresh > /dev/null 2>&1
    for user in waybill-gateway waybill-redis waybill-registry waybill; do
        if getent passwd "$user" > /dev/null; then userdel "$user"; fi
    done
fi
echo "Left: packages (redis-server, nginx-light, those of PostgreSQL and the registry), a line of a trial in /etc/hosts."
if [ -z "$DATA" ]; then echo "And the data: /etc/waybill, /var/lib/waybill*, the database."; fi
