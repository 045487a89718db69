"""Addresses of Redis: as they are, and with sentinels that say who the primary is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from redis import SSLConnection
from redis.sentinel import MasterNotFoundError

from accounts.redis_client import connect
from config.env_databases import env_redis

_WATCHED = "sentinel://waybill:p%40s%2Cs@one,[fd00::2]:26380/primary/3?sentinel_password=hush"
_WITH_TLS = "sentinels://one/primary?ssl_ca_certs=/etc/ca.pem"


def test_an_ordinary_address_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", "unix:///run/redis.sock")
    assert env_redis("WAYBILL_TRIED") == (
        "unix:///run/redis.sock",
        {"url": "redis+socket:///run/redis.sock", "ssl": None, "options": {}},
    )


def test_celery_is_told_of_every_sentinel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", _WATCHED)
    url, broker = env_redis("WAYBILL_TRIED")
    assert url == _WATCHED
    login = "sentinel://waybill:p%40s%2Cs"
    assert broker["url"] == f"{login}@one:26379/3;{login}@[fd00::2]:26380/3"
    assert broker["ssl"] is None
    assert broker["options"]["master_name"] == "primary"
    assert broker["options"]["sentinel_kwargs"]["password"] == "hush"


def test_a_client_knows_whom_to_ask_and_as_whom() -> None:
    pool: Any = connect(_WATCHED, socket_timeout=1).connection_pool
    assert pool.service_name == "primary"
    nodes = [one.connection_pool.connection_kwargs for one in pool.sentinel_manager.sentinels]
    assert [(node["host"], node["port"]) for node in nodes] == [("one", 26379), ("fd00::2", 26380)]
    given = pool.connection_kwargs
    assert (given["db"], given["username"], given["password"]) == (3, "waybill", "p@s,s")


def test_with_tls_servers_and_sentinels_show_who_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", _WITH_TLS)
    _, broker = env_redis("WAYBILL_TRIED")
    believed = {"ssl_cert_reqs": "required", "ssl_ca_certs": "/etc/ca.pem"}
    assert broker["url"] == "sentinel://one:26379/0"
    assert broker["ssl"] == believed
    pool: Any = connect(_WITH_TLS).connection_pool
    assert issubclass(pool.connection_class, SSLConnection)
    of_sentinels = pool.sentinel_manager.sentinels[0].connection_pool
    assert issubclass(of_sentinels.connection_class, SSLConnection)
    for told in (
        pool.connection_kwargs,
        of_sentinels.connection_kwargs,
        broker["options"]["sentinel_kwargs"],
    ):
        assert believed.items() <= told.items()


def test_tls_without_a_word_about_it_believes_the_system_s_authorities(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", "sentinels://one/primary")
    assert env_redis("WAYBILL_TRIED")[1]["ssl"] == {"ssl_cert_reqs": "required"}


def test_sentinels_that_are_away_are_told_of_in_a_line_with_the_reason() -> None:
    with (
        pytest.raises(MasterNotFoundError) as told,
        connect("sentinel://127.0.0.1:1/primary") as redis,
    ):
        redis.ping()
    said = "no sentinel names a primary primary: Error 111 connecting to 127.0.0.1:1. Connection refused."
    assert str(told.value) == said


@pytest.mark.parametrize(
    "url",
    [
        "sentinel://one",
        "sentinel:///primary",
        "sentinel://one/primary/x",
        "sentinel://one/primary?ssl_ca_certs=/etc/ca.pem",
        "sentinels://one/primary?ssl_cert_reqs=none",
    ],
)
def test_what_cannot_be_meant_stops_the_start(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", url)
    with pytest.raises(ImproperlyConfigured, match="must be as sentinel://"):
        env_redis("WAYBILL_TRIED")
