"""Tokens are put together by hand: whatever is in them, an independent reader finds it."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import SERVICE
from tokenauth.signing.key_format import KeyFormat
from tokenauth.signing.keys import signing_keys
from tokenauth.signing.tokens import LEEWAY, Access, lasting_claims, sign

text = st.text(max_size=40)
entries = st.lists(
    st.builds(
        Access, type=st.sampled_from(["repository", "registry"]), name=text, actions=st.lists(text)
    ),
    max_size=4,
)


@given(subject=text, credential=text, access=entries)
def test_any_claims_are_read_as_they_were_written(
    subject: str, credential: str, access: list[Access]
) -> None:
    claims = read(sign(lasting_claims(
        subject=subject, service=SERVICE, access=access, credential=credential
    )))  # fmt: skip
    actor = f"{subject}/{credential}" if credential else subject
    assert (claims["sub"], claims.get("via", "")) == (actor, credential)
    assert (claims["aud"], claims["access"]) == (SERVICE, access)
    assert claims["exp"] - claims["iat"] == 300
    assert claims["iat"] - claims["nbf"] == LEEWAY


@pytest.mark.parametrize("key_format", KeyFormat)
def test_the_header_names_the_key_as_the_registry_wants_it(key_format: KeyFormat) -> None:
    token = sign(
        lasting_claims(subject="", service=SERVICE, access=[]), key_format=key_format
    ).decode()
    assert jwt.get_unverified_header(token) == signing_keys.current().header(key_format)
    assert read(token.encode())["aud"] == SERVICE


def test_no_two_tokens_are_alike() -> None:
    lasting = lasting_claims(subject="", service=SERVICE, access=[])
    assert len({read(sign(lasting))["jti"] for _ in range(50)}) == 50


def read(token: bytes) -> dict[str, Any]:
    """Return the claims as PyJWT reads and checks them."""
    claims: dict[str, Any] = jwt.decode(
        token, signing_keys.current().public_key, algorithms=["ES256"], audience=SERVICE
    )
    return json.loads(json.dumps(claims))  # type: ignore[no-any-return]
