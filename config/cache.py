"""The cache: Redis, and the memory of this process while Redis is away (security.md, L5)."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.exceptions import RedisError

from accounts.redis_client import connect

log = logging.getLogger(__name__)
_LEAVE_ALONE = 5.0  # seconds, so that not every request waits for a Redis that hangs


class Client(RedisCacheClient):
    """Django's, which knows nothing of sentinels."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        """Open nothing yet."""
        super().__init__(servers, **options)
        self._connected = connect(servers[0], **options)

    def get_client(self, *_args: Any, **_kwargs: Any) -> Redis:
        """Return the same one for everything."""
        return self._connected


class RedisOrMemory(RedisCache):
    """Limits become per process while Redis is away, never unlimited; nobody gets an error page."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        """Open nothing yet."""
        super().__init__(server, params)
        self._class = Client
        self._memory = LocMemCache("while-redis-is-away", {})
        self._away_until = 0.0

    def _either(self, operation: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), operation)(*args, **kwargs)
            except RedisError as error:
                log.warning("redis is away, limits are counted here: %s", error)
                self._away_until = time.monotonic() + _LEAVE_ALONE
        return getattr(self._memory, operation)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Set a value that is not there yet."""
        return self._either("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return a value."""
        return self._either("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """Set a value."""
        return self._either("set", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """Count; ValueError without a value, as everywhere in Django."""
        return self._either("incr", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Forget a value."""
        return self._either("delete", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        """Let a value live longer."""
        return self._either("touch", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        """Whether there is a value."""
        return self._either("has_key", *args, **kwargs)
