"""Where the keys of issuers come from."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone
from jwt.warnings import InsecureKeyLengthWarning

from accounts import outgoing
from index.models import TrustedPublisher
from tests.local_issuer import DISCOVERY, KEYS, LocalIssuer
from tests.tokenauth.workloads.jobs import (
    away,
    exchange,
    refused,
)


def test_keys_are_fetched_once_for_many_tokens(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    for _ in range(3):
        assert exchange(client, issuer.token()).status_code == 200
    assert issuer.requests == [DISCOVERY, KEYS]


def test_forged_key_names_cost_one_request_a_minute(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    with time_machine.travel(timezone.now()) as clock:
        exchange(client, issuer.token())
        for number in range(5):
            exchange(client, issuer.token(header={"kid": f"forged-{number}"}))
        assert len(issuer.requests) == 2
        clock.shift(timedelta(seconds=61))
        for number in range(5):
            exchange(client, issuer.token(header={"kid": f"forged-{number}"}))
        assert len(issuer.requests) == 4


def test_a_new_key_is_found_when_the_issuer_rotates(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    with time_machine.travel(timezone.now()) as clock:
        exchange(client, issuer.token())
        issuer.rotate()
        clock.shift(timedelta(seconds=61))
        assert exchange(client, issuer.token()).status_code == 200


def test_a_key_that_the_issuer_withdrew_ends_when_keys_are_due(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    with time_machine.travel(timezone.now()) as clock:
        exchange(client, issuer.token())
        withdrawn, key = issuer.kid, issuer.private_key()
        issuer.rotate(forget=True)
        clock.shift(timedelta(hours=1, minutes=1))
        header = {"kid": withdrawn, "typ": "JWT"}
        token = jwt.encode(issuer.claims(), key, algorithm="RS256", headers=header)
        assert exchange(client, token).status_code == 400


def test_known_keys_stay_good_while_the_issuer_is_away(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    with time_machine.travel(timezone.now()) as clock:
        exchange(client, issuer.token())
        issuer.answer(DISCOVERY, {}, status=500)
        clock.shift(timedelta(hours=5))
        assert exchange(client, issuer.token()).status_code == 200


def test_an_issuer_that_is_away_is_asked_once_a_minute(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    issuer.answer(DISCOVERY, {}, status=500)
    away(exchange(client, issuer.token()))
    away(exchange(client, issuer.token()))
    assert issuer.requests == [DISCOVERY]


def test_a_discovery_document_that_names_another_issuer_is_refused(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    issuer.answer(DISCOVERY, {"issuer": "https://gitlab.com", "jwks_uri": issuer.url + KEYS})
    away(exchange(client, issuer.token()))
    assert issuer.requests == [DISCOVERY]


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_redirects_are_not_followed(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, path: str
) -> None:
    issuer.answer("/elsewhere", issuer.key_set)
    issuer.answer(path, b"", status=302, Location=f"{issuer.url}/elsewhere")
    away(exchange(client, issuer.token()))
    assert "/elsewhere" not in issuer.requests


@pytest.mark.parametrize(
    "answer", [b" " * 300_000 + b"{}", b"[]", b"nonsense", b'{"keys": 7}', b"[" * 200_000]
)
def test_unusable_keys_are_no_keys(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, answer: bytes
) -> None:
    issuer.answer(KEYS, answer)
    away(exchange(client, issuer.token()))


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://10.0.0.1/keys", "https://127.0.0.1/keys", "", None, 7]
)
def test_keys_are_fetched_by_https_from_the_internet_alone(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, address: Any
) -> None:
    issuer.answer(DISCOVERY, {"issuer": issuer.url, "jwks_uri": address})
    away(exchange(client, issuer.token()))


def test_an_issuer_that_hangs_is_left(
    publisher: TrustedPublisher,
    issuer: LocalIssuer,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "_EACH", 0.2)
    issuer.hangs.set()
    away(exchange(client, issuer.token()))


def test_a_weak_key_verifies_nothing(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(weak.public_key(), as_dict=True)
    issuer.answer(KEYS, {"keys": [{**jwk, "kid": "weak"}]})
    with pytest.warns(InsecureKeyLengthWarning):
        token = jwt.encode(issuer.claims(), weak, algorithm="RS256", headers={"kid": "weak"})
    assert "no key" in refused(exchange(client, token))


def test_a_key_of_monstrous_size_is_not_used(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """Whoever holds the issuer's key set would choose how long we calculate."""
    number = (1 << 16_000) + 1
    size = number.bit_length() // 8 + 1
    modulus = base64.urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "kid": issuer.kid}
    issuer.answer(KEYS, {"keys": [jwk]})
    assert "no key" in refused(exchange(client, issuer.token()))


@pytest.mark.parametrize("kind", ["oct", "private"])
def test_a_key_that_is_no_public_one_is_not_used(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, kind: str
) -> None:
    """One that anybody can read signs nothing, and a shared secret is none of an issuer's."""
    own = jwt.algorithms.RSAAlgorithm.to_jwk(issuer.private_key(), as_dict=True)
    jwk = own if kind == "private" else {"kty": "oct", "k": "c2VjcmV0"}
    issuer.answer(KEYS, {"keys": [{**jwk, "kid": issuer.kid}]})
    assert "no key" in refused(exchange(client, issuer.token()))


def test_many_forged_tokens_from_one_network_are_throttled(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    for _ in range(300):
        exchange(client, "forged")
    answer = exchange(client, issuer.token())
    assert answer.status_code == 429
    assert answer["Retry-After"]
