"""`/readyz` says what does not work and why, in words for anybody, and the same look serves the doctor."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from redis import Redis

from accounts.standing import State
from config.standing import readiness
from config.tasks import HEARTBEAT_KEY
from tokenauth.signing.keys import SigningKeyMissing, signing_keys

PASSWORD = 'password authentication failed for user "waybill" at db.internal'


@pytest.fixture
def well(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation whose parts all answer."""
    cache.set(HEARTBEAT_KEY, "beating")
    monkeypatch.setattr(Redis, "ping", lambda _self: True)


def test_it_is_ready_when_every_part_answers(well: None, client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "database": True,
        "redis": True,
        "signing_key": True,
        "worker": True,
    }


def test_a_part_that_is_away_is_named_with_what_to_do(db: None, client: Client) -> None:
    cache.set(HEARTBEAT_KEY, "beating")
    response = client.get("/readyz")
    assert response.status_code == 503
    body = response.json()
    assert body["redis"] is False
    assert list(body["causes"]) == ["redis"]
    assert body["causes"]["redis"].endswith("Start it, or correct WAYBILL_REDIS_URL.")


def test_what_a_database_says_of_itself_is_for_the_doctor_alone(well: None, client: Client) -> None:
    def refuses() -> None:
        raise OperationalError(PASSWORD)

    with pytest.MonkeyPatch.context() as away:  # the end of the test wants its database back
        away.setattr(connection, "cursor", refuses)
        away.setattr(connection, "close", lambda: None)
        response, detail = client.get("/readyz"), readiness.database().detail
    assert response.json()["database"] is False
    assert "db.internal" not in response.content.decode()
    assert detail == PASSWORD


def test_a_missing_signing_key_is_a_cause(
    well: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        message = "no current in /secret/place"
        raise SigningKeyMissing(message)

    monkeypatch.setattr(signing_keys, "current", missing)
    body = client.get("/readyz").json()
    assert (body["signing_key"], "secret/place" in json.dumps(body)) == (False, False)


def test_a_worker_without_a_sign_of_life_is_asked_for_one(
    well: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.delete(HEARTBEAT_KEY)
    assert readiness.worker().state is State.BAD
    assert readiness.worker().state is State.GOOD  # tests have no queue: it has beaten at once


def test_whatever_else_goes_wrong_is_not_ready(
    well: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        message = "odd"
        raise RuntimeError(message)

    monkeypatch.setitem(readiness.PARTS, "worker", breaks)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "odd" not in response.content.decode()
