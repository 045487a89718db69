"""`/healthz`: this process lives. `/readyz`: the whole installation can do its work."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis

from config.tasks import HEARTBEAT_KEY, heartbeat
from tokenauth.signing.keys import signing_keys


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer without touching anything else."""
    return HttpResponse("alive\n", "text/plain")


@login_not_required
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 only when database, cache, signing key and worker all do; name those that don't."""
    parts = {name: _answers(check) for name, check in _CHECKS.items()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001 - whatever is wrong with a part, the answer is "no"
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _redis() -> bool:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as redis:
        return bool(redis.ping())


def _signing_key() -> bool:
    return signing_keys.current() is not None


def _worker() -> bool:
    if cache.get(HEARTBEAT_KEY):
        return True
    if cache.add("heartbeat-asked", "1", 2):
        heartbeat.delay()
    return False


_CHECKS = {
    "database": _database,
    "redis": _redis,
    "signing_key": _signing_key,
    "worker": _worker,
}
