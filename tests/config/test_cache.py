"""While Redis is away, limits are counted in memory and nobody gets an error page (L5)."""

from __future__ import annotations

import pytest

from config.cache import RedisOrMemory


@pytest.fixture
def cache() -> RedisOrMemory:
    """A cache whose Redis is not there."""
    return RedisOrMemory("redis://127.0.0.1:1", {"OPTIONS": {"socket_connect_timeout": 1}})


def test_counting_goes_on_without_redis(cache: RedisOrMemory) -> None:
    assert cache.add("failures", 1, 60)
    assert not cache.add("failures", 1, 60)
    assert cache.incr("failures") == 2
    assert cache.get("failures") == 2
    cache.delete("failures")
    assert cache.get("failures") is None


def test_a_redis_that_is_away_is_left_alone_for_a_while(
    cache: RedisOrMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.get("anything")
    monkeypatch.setattr(cache, "_class", None)  # asking Redis again would fail loudly
    assert cache.get("anything", "default") == "default"
