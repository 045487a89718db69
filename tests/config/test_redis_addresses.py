"""Addresses of Redis: as they are, and with sentinels that say who the primary is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.redis_client import connect
from config.env_databases import env_redis

_WATCHED = "sentinel://waybill:p%40s%2Cs@one,[fd00::2]:26380/primary/3?sentinel_password=hush"


def test_an_ordinary_address_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", "unix:///run/redis.sock")
    assert env_redis("WAYBILL_TRIED") == (
        "unix:///run/redis.sock",
        "redis+socket:///run/redis.sock",
        {},
    )


def test_celery_is_told_of_every_sentinel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", _WATCHED)
    url, broker, told = env_redis("WAYBILL_TRIED")
    assert url == _WATCHED
    login = "sentinel://waybill:p%40s%2Cs"
    assert broker == f"{login}@one:26379/3;{login}@[fd00::2]:26380/3"
    assert told["master_name"] == "primary"
    assert told["sentinel_kwargs"]["password"] == "hush"


def test_a_client_knows_whom_to_ask_and_as_whom() -> None:
    pool: Any = connect(_WATCHED, socket_timeout=1).connection_pool
    assert pool.service_name == "primary"
    nodes = [one.connection_pool.connection_kwargs for one in pool.sentinel_manager.sentinels]
    assert [(node["host"], node["port"]) for node in nodes] == [("one", 26379), ("fd00::2", 26380)]
    given = pool.connection_kwargs
    assert (given["db"], given["username"], given["password"]) == (3, "waybill", "p@s,s")


@pytest.mark.parametrize(
    "url", ["sentinel://one", "sentinel:///primary", "sentinel://one/primary/x"]
)
def test_what_cannot_be_meant_stops_the_start(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", url)
    with pytest.raises(ImproperlyConfigured, match="must be as sentinel://"):
        env_redis("WAYBILL_TRIED")
