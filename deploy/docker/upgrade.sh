#!/bin/sh
# Brings what runs here to the code in this folder, and no request fails meanwhile: new app servers start beside the
# old ones, nginx turns to them, and the old ones finish what they have.
#   deploy/docker/upgrade.sh                # builds the image
#   deploy/docker/upgrade.sh --no-build     # for an image from elsewhere, that WAYBILL_IMAGE in .env names
set -eu
case "$*" in '' | --no-build) ;; *) sed -n '2,5s/^# *//p' "$0" >&2; exit 2 ;; esac
cd "$(dirname "$0")"
KINDS='tokens passwords web'

if docker compose version > /dev/null 2>&1; then
    compose() { docker compose "$@"; }
else
    compose() { docker-compose "$@"; }
fi

# Containers of a kind that are not among the old ones, by the names that others can reach them under.
new_ones() { # KIND
    compose ps -q "$1" | while read -r id; do
        case " $old " in *" $id "*) ;; *) printf '%.12s ' "$id" ;; esac
    done
}

healthy() { # CONTAINER
    for _ in $(seq 120); do
        [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = healthy ] && return
        sleep 1
    done
    return 1
}

# A configuration that cannot be loaded leaves nginx with the one it has.
turn_to() { # [TOKENS PASSWORDS WEB]
    compose run --rm -T --no-deps init deploy/docker/gateway.sh "$@"
    compose exec -T gateway nginx -q -t -p /tmp/ -e stderr -c /config/nginx.conf
    compose exec -T gateway sh -c "kill -HUP 1"  # by docker kill, it would not start after a reboot
}

# shellcheck disable=SC2086  # in words
old=$(compose ps -q $KINDS | tr '\n' ' ') scales=''
[ -n "$old" ] || { echo "upgrade.sh: nothing runs here; start it with docker compose up -d --build" >&2; exit 2; }

[ "$*" = --no-build ] || compose build web
compose run --rm -T --no-deps init  # the old ones go on with the new tables
for kind in $KINDS; do scales="$scales --scale $kind=$(($(compose ps -q "$kind" | wc -l) * 2))"; done
# shellcheck disable=SC2086
compose up -d --no-deps --no-recreate $scales $KINDS
tokens=$(new_ones tokens) passwords=$(new_ones passwords) web=$(new_ones web)
for container in $tokens $passwords $web; do
    healthy "$container" && continue
    docker logs --tail 30 "$container" >&2
    # shellcheck disable=SC2086
    docker rm -f $tokens $passwords $web > /dev/null
    echo "upgrade.sh: a new app server does not answer, see above; the old ones go on" >&2
    exit 1
done
turn_to "$tokens" "$passwords" "$web"
sleep 5  # for nginx's old workers, which know the old ones alone, to hand on what they have
# shellcheck disable=SC2086
docker stop -t 60 $old > /dev/null && docker rm $old > /dev/null
turn_to  # by the names of the services, which only the new ones have now
compose up -d --no-deps worker beat
