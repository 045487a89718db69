#!/bin/sh
# What compose.yml does once before anything starts, and at every upgrade: tables, static files, keys, the
# first registry, and the configurations of registry and nginx.
set -eu
umask 027
python manage.py migrate --verbosity 0
python manage.py collectstatic --noinput --verbosity 0
python manage.py keys create
cat /var/lib/waybill/keys/root.crt > /config/root.crt  # readable by the group, which the original is not
if [ ! -s /config/registry.yml ]; then
    # The secret is printed once, as the last word.
    (umask 077 && python manage.py registries set main http://registry:5000 | sed 's/.* //' > /tmp/events)
    python manage.py registries place '*' main
    python manage.py registry_config main --listen :5000 --storage /var/lib/registry \
        --trust-file /config/root.crt --events-secret-file /tmp/events > /config/registry.yml
fi
deploy/docker/gateway.sh
