"""Which ID tokens are believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from index.models import TrustedPublisher, WorkloadLogin
from tests.local_issuer import KEYS, LocalIssuer, running_issuer
from tests.tokenauth.workloads.jobs import (
    exchange,
    refused,
)

# Of the curve P-256.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def another_signature(token: str) -> str:
    """Return it with the other `s` that fits: with (r, s) goes (r, n - s)."""
    signed, _, signature = token.rpartition(".")
    both = base64.urlsafe_b64decode(signature + "==")
    other = (_ORDER - int.from_bytes(both[32:], "big")).to_bytes(32, "big")
    return f"{signed}.{base64.urlsafe_b64encode(both[:32] + other).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://other.example"}, "audience"),
        ({"aud": "index.test"}, "audience"),
        ({"aud": ["http://index.test", "https://other.example"]}, "audience"),
        ({"aud": None}, "not valid"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "not valid"),
        ({"nbf": 4_000_000_000}, "future"),
        ({"iat": 4_000_000_000}, "future"),
        ({"iat": 1_000_000_000}, "older than"),
        ({"iat": None}, "not valid"),
        ({"jti": ""}, "no text"),
        ({"jti": "x" * 301}, "no text"),
        ({"jti": 7}, "not valid"),
        ({"sub": None}, "not valid"),
        ({"exp": float("inf")}, "not valid"),
        ({"repository": None}, "no claim repository"),
        ({"repository": "acme/web\nevil"}, "unusable claim"),
        ({"repository": ["acme/web"]}, "unusable claim"),
        ({"repository": "../web"}, "no source repository"),
        ({"ref": "refs/heads/\x00"}, "unusable claim"),
        ({"ref": "x" * 300}, "unusable claim"),
    ],
)
def test_a_token_with_other_claims_is_refused(
    publisher: TrustedPublisher,
    issuer: LocalIssuer,
    client: Client,
    claims: dict[str, Any],
    reason: str,
) -> None:
    try:
        token = issuer.token(**claims)
    except TypeError:  # the library signs no jti that is not text
        payload = issuer.claims() | claims
        token = jwt.api_jws.encode(
            json.dumps(payload).encode(), issuer.private_key(), "RS256", {"kid": issuer.kid}
        )
    assert reason in refused(exchange(client, token))


def test_a_list_of_our_audience_alone_is_ours(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    assert exchange(client, issuer.token(aud=["http://index.test"])).status_code == 200


def test_clocks_may_differ_by_a_minute(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    now = int(timezone.now().timestamp())
    late = issuer.token(exp=now - 50, iat=now - 350, nbf=now - 350)
    early = issuer.token(iat=now + 50, nbf=now + 50, exp=now + 350)
    assert exchange(client, late).status_code == 200
    assert exchange(client, early).status_code == 200
    assert exchange(client, issuer.token(exp=now - 70)).status_code == 400


def test_an_id_token_counts_once(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    token = issuer.token()
    assert exchange(client, token).status_code == 200
    again = exchange(client, token)
    assert again.status_code == 400
    assert "exchanged before" in again.json()["error_description"]
    assert WorkloadLogin.objects.count() == 1


def test_a_token_without_an_id_counts_once_too(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """Jenkins makes such, and allows nobody to add one."""
    first, second = issuer.token(jti=None), issuer.token(jti=None, run_id="4243")
    assert exchange(client, first).status_code == 200
    assert "exchanged before" in exchange(client, first).json()["error_description"]
    assert exchange(client, second).status_code == 200


def test_who_writes_the_signature_otherwise_has_no_second_token(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    kid = issuer.add_elliptic_key()
    cache.clear()
    token = issuer.token(header={"kid": kid}, jti=None)
    other = another_signature(token)
    assert other != token
    assert exchange(client, other).status_code == 200  # as good as the issuer's
    assert "exchanged before" in exchange(client, token).json()["error_description"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_counts(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """Somebody read the token in the job's log while the job was using it."""
    exchange(client, issuer.token())  # the keys are there
    token = issuer.token()

    def attempt(_: int) -> int:
        try:
            return int(exchange(Client(), token).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(16)))
    assert answers == [200] + [400] * 15
    assert WorkloadLogin.objects.count() == 2


def test_a_token_that_matched_nobody_is_not_used_up(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    token = issuer.token()
    refused(exchange(client, token, "repository:alice/pub:push"))
    assert exchange(client, token).status_code == 200


@pytest.mark.parametrize(
    "header",
    [{"kid": ""}, {"kid": "unknown"}, {"crit": ["exp"]}, {"typ": "at+jwt"}],
)
def test_a_token_with_another_header_is_refused(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, header: dict[str, Any]
) -> None:
    refused(exchange(client, issuer.token(header=header)))


def test_a_token_without_a_signature_is_refused(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    unsigned = f"{b64({'alg': 'none', 'kid': issuer.kid})}.{b64(issuer.claims())}."
    assert "RS256 or ES256" in refused(exchange(client, unsigned))


def test_the_public_key_is_no_shared_secret(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    pem = (
        issuer.private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    signed = f"{b64({'alg': 'HS256', 'kid': issuer.kid})}.{b64(issuer.claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, signed.encode(), hashlib.sha256))
    refused(exchange(client, f"{signed}.{mac.rstrip(b'=').decode()}"))


def test_a_key_in_the_token_is_not_looked_at(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    with running_issuer() as stranger:
        header = {
            "kid": issuer.kid,
            "jku": stranger.url + KEYS,
            "x5u": stranger.url + KEYS,
            "jwk": stranger.key_set["keys"][0],
        }
        key = stranger.private_key()
        token = jwt.encode(issuer.claims(), key, algorithm="RS256", headers=header)
        assert "not valid" in refused(exchange(client, token))
        assert stranger.requests == []


def test_the_algorithm_must_fit_the_key(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    kid = issuer.add_elliptic_key()
    cache.clear()
    good = issuer.token(header={"kid": kid})
    head, payload, signature = issuer.token().split(".")
    crossed = f"{b64({'alg': 'RS256', 'kid': kid, 'typ': 'JWT'})}.{payload}.{signature}"
    assert head
    refused(exchange(client, crossed))
    assert exchange(client, good).status_code == 200


@pytest.mark.parametrize(
    "text", ["", "x", "a.b.c", "é.é.é", "." * 100, "a" * 20_000, "W10.W10.W10"]
)
def test_what_is_no_token_is_refused(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, text: str
) -> None:
    assert exchange(client, text).status_code == 400
    assert issuer.requests == []


def test_an_issuer_that_is_not_listed_is_not_even_asked(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, settings: Any
) -> None:
    settings.CI_ISSUERS = {"https://gitlab.com": "gitlab"}
    assert "not trusted" in refused(exchange(client, issuer.token()))
    assert issuer.requests == []


@pytest.mark.parametrize("spelling", ["{}/", "{}#", "{}/.", " {}"])
def test_an_issuer_is_compared_by_its_whole_text(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, spelling: str
) -> None:
    refused(exchange(client, issuer.token(iss=spelling.format(issuer.url))))
