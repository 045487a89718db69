#!/bin/sh
# Writes nginx's configuration, in a container of ours. Afterwards: docker compose exec gateway sh -c "kill -HUP 1"
#   gateway.sh [TOKENS PASSWORDS WEB]     # hosts of the app servers, several of a kind in one word
set -eu
umask 027
set -- "${1:-tokens}" "${2:-passwords}" "${3:-web}"
servers=''
for host in $1; do servers="$servers --tokens $host:8000"; done
for host in $2; do servers="$servers --passwords $host:8000"; done
for host in $3; do servers="$servers --web $host:8000"; done
# shellcheck disable=SC2086  # in words
python manage.py gateway_config --listen 443 $servers \
    --certificate /run/tls/chain.pem --key /run/secrets/tls_key > /config/nginx.conf.new
mv /config/nginx.conf.new /config/nginx.conf  # whole or not at all
