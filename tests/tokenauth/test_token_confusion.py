"""Forged and misdirected tokens are refused by every verifier we own (case 2)."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from tests.clients import ask_route, token_for
from tests.conftest import World
from tests.factories import SERVICE
from tokenauth.signing.certificates import make_leaf, make_root
from tokenauth.signing.keys import SigningKey, signing_keys
from tokenauth.signing.tokens import AccessTokenInvalid, check_access_token

URI = "/v2/alice/pub/manifests/latest"


def claims(**changes: Any) -> dict[str, Any]:
    """Claims that would be right; a change to None takes one out."""
    now = int(time.time())
    access = [{"type": "repository", "name": "alice/pub", "actions": ["pull"]}]
    right = {"iss": "index.test", "sub": "", "aud": SERVICE, "exp": now + 300, "nbf": now,
             "iat": now, "jti": "x", "access": access}  # fmt: skip
    return {key: value for key, value in (right | changes).items() if value is not None}


def sign(payload: dict[str, Any], **header: Any) -> str:
    """Sign with our real key and header, changed."""
    key = signing_keys.current()
    return jwt.encode(payload, key.pair.key, "ES256", headers={**key.header(), **header})


def test_the_right_token_is_right() -> None:
    assert check_access_token(sign(claims()), service=SERVICE).subject == ""


@pytest.mark.parametrize("missing", ["exp", "nbf", "iat", "iss", "aud", "sub"])
def test_a_missing_claim_is_refused(missing: str) -> None:
    with pytest.raises(AccessTokenInvalid):
        check_access_token(sign(claims(**{missing: None})), service=SERVICE)


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "west.test"},
        {"aud": [SERVICE, "west.test"]},
        {"iss": "elsewhere"},
        {"exp": 1_000_000},
        {"nbf": int(time.time()) + 3600},
    ],
)
def test_another_audience_issuer_or_time_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(AccessTokenInvalid):
        check_access_token(sign(claims(**change)), service=SERVICE)


def _unsigned(alg: str) -> str:
    header = {"alg": alg, "typ": "JWT", "kid": signing_keys.current().kid}
    parts = [json.dumps(header).encode(), json.dumps(claims()).encode(), b""]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("alg", ["none", "noNE", "None", "HS256", "ES384"])
def test_unsigned_tokens_are_refused(alg: str) -> None:
    with pytest.raises(AccessTokenInvalid):
        check_access_token(_unsigned(alg), service=SERVICE)


def _public_forms() -> list[bytes]:
    key = signing_keys.current().public_key
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return [
        key.public_bytes(serialization.Encoding.PEM, spki),
        key.public_bytes(serialization.Encoding.DER, spki),
        json.dumps(signing_keys.current().jwk).encode(),
    ]


def test_the_public_key_is_no_hmac_secret() -> None:
    import hashlib
    import hmac

    for secret in _public_forms():
        head, body, _ = _unsigned("HS256").split(".")
        mac = hmac.digest(secret, f"{head}.{body}".encode(), hashlib.sha256)
        forged = f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        with pytest.raises(AccessTokenInvalid):
            check_access_token(forged, service=SERVICE)


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A server that nobody is to call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 - the standard library's own
        yield server


def test_a_key_that_the_token_brings_along_is_not_looked_at(canary: socket.socket) -> None:
    stranger = SigningKey(make_leaf(make_root("evil"), "evil"))
    ours = signing_keys.current().kid
    there = f"http://127.0.0.1:{canary.getsockname()[1]}/"
    for header in (
        {**stranger.header(), "kid": ours},
        {"kid": ours, "jwk": stranger.jwk},
        {"kid": ours, "jku": there, "x5u": there},
        stranger.header(),
    ):
        forged = jwt.encode(claims(), stranger.pair.key, "ES256", headers=header)
        with pytest.raises(AccessTokenInvalid):
            check_access_token(forged, service=SERVICE)
    with pytest.raises(BlockingIOError):  # nobody did
        canary.accept()


def test_an_unknown_critical_header_is_refused() -> None:
    with pytest.raises(AccessTokenInvalid):
        check_access_token(sign(claims(), crit=["surprise"], surprise=1), service=SERVICE)


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "." * 50, "e" * 9999, "é.é.é"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(AccessTokenInvalid):
        check_access_token(text, service=SERVICE)


def test_a_signature_by_another_curve_key_under_our_kid_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    forged = jwt.encode(claims(), other, "ES256", headers={"kid": signing_keys.current().kid})
    with pytest.raises(AccessTokenInvalid):
        check_access_token(forged, service=SERVICE)


def test_the_gateway_refuses_the_token_of_another_service(world: World, client: Client) -> None:
    world.west.service = "west.test"
    world.west.save()
    foreign = client.get("/token", {"service": "west.test", "scope": "repository:base:pull"})
    response = ask_route(client, "GET", URI, token=foreign.json()["token"])
    assert 'error="invalid_token"' in response["X-Waybill-Refusal-Challenge"]


def test_a_registry_token_opens_no_page_and_no_inbox(world: World, client: Client) -> None:
    token = token_for(client, "repository:alice/priv:pull,push,delete", user=world.alice)
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/new", headers=bearer).status_code in {302, 401, 404}
    assert client.post("/events/east", b"{}", "application/json", headers=bearer).status_code == 401
    assert client.get("/r/alice/priv", headers=bearer).status_code == 404
