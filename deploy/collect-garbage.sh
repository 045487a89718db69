#!/bin/sh
# Runs the garbage collection of a registry on its own host, when the index says that it is due.
#
#   WAYBILL_URL=https://hub.example REGISTRY_NAME=east \
#   EVENTS_SECRET_FILE=/etc/waybill-registry/events-secret \
#   CONFIG=/etc/waybill-registry/config.yml STORAGE=/var/lib/registry  collect-garbage.sh
#
# Call it every few minutes, by cron or a timer: it ends at once where nothing is due. While it runs
# the index holds pushes; pulls go on. It deletes nothing that a manifest refers to, tagged or not.
#
# REGISTRY   what runs the registry's program, `registry` without it;
#            `docker exec east registry` in a container, with CONFIG as the container sees it
# STORAGE    its folder, to measure what was freed; leave it out where there is none (S3)
# GRACE      seconds for uploads that were let in a moment before; 30 without it
set -eu

: "${WAYBILL_URL:?is the address of the index}"
: "${REGISTRY_NAME:?is what the index calls this registry}"
: "${EVENTS_SECRET_FILE:?is a file with its events secret}"
: "${CONFIG:?is its config.yml}"
REGISTRY=${REGISTRY:-registry}
STORAGE=${STORAGE:-}
GRACE=${GRACE:-30}
RENEW_EVERY=${RENEW_EVERY:-60}

ask() { # ask STEP [JSON]: print the status, 000 where nobody answers
  body=${2:-}
  [ -n "$body" ] || body='{}'
  # The secret goes by standard input: arguments are seen by everybody on this host.
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$EVENTS_SECRET_FILE")" |
    curl -sS -K - -o /dev/null -w '%{http_code}' --max-time 30 -X POST \
      -H 'Content-Type: application/json' -d "$body" \
      "$WAYBILL_URL/api/v1/registries/$REGISTRY_NAME/collection/$1" || true
}

measure() { # bytes of the storage, null where there is no folder
  du -sk "${STORAGE:-/nowhere}" 2>/dev/null |
    awk 'NR == 1 { printf "%.0f", $1 * 1024 } END { if (!NR) printf "null" }'
}

finish() { # finish PROBLEM, of letters, digits and blanks
  trap - EXIT INT TERM
  [ -z "$keeper" ] || kill "$keeper" 2>/dev/null || true
  [ -z "$collector" ] || kill "$collector" 2>/dev/null || true
  status=$(ask finish "{\"bytes_before\": $before, \"bytes_after\": $after, \"blobs_deleted\": $blobs, \"problem\": \"$1\"}")
  rm -f "$log"
  [ "$status" = 204 ] || echo "the report was answered with $status" >&2
  [ -z "$1" ] || { echo "$REGISTRY_NAME: $1" >&2; exit 1; }
}

keep_holding() { # keep_holding PID: say that it runs, and end it where it may not
  failures=0
  while sleep "$RENEW_EVERY"; do
    case $(ask renew) in
      204) failures=0 ;;
      409) kill "$1"; return ;;
      *)
        failures=$((failures + 1))
        [ "$failures" -lt 8 ] || { kill "$1"; return; }
        ;;
    esac
  done
}

case $(ask begin) in
  200) ;;
  204) exit 0 ;;
  401) echo "the index does not know $REGISTRY_NAME by this secret" >&2; exit 1 ;;
  *) echo "the index does not answer as it should" >&2; exit 1 ;;
esac

before=null after=null blobs=null keeper='' collector=''
log=$(mktemp)
trap 'finish "it was stopped on its host"' EXIT INT TERM
before=$(measure)
sleep "$GRACE"
# Without --delete-untagged: what has no tag may be pulled by its digest.
# shellcheck disable=SC2086 - REGISTRY may be several words
$REGISTRY garbage-collect "$CONFIG" >"$log" 2>&1 &
collector=$!
keep_holding "$collector" >/dev/null 2>&1 & # its last sleep outlives it, and holds no pipe open
keeper=$!
if wait "$collector"; then problem=''; else problem="garbage-collect ended with status $?"; fi
collector=''
after=$(measure)
blobs=$(sed -n 's/^[0-9]* blobs marked, \([0-9]*\) blobs.* eligible for deletion$/\1/p' "$log" | tail -n 1)
blobs=${blobs:-null}
[ -z "$problem" ] || tail -n 5 "$log" >&2
finish "$problem"
