"""Signing keys: the pinned root, the leaves and their rotation."""

from __future__ import annotations

import datetime
import json
import os
from base64 import urlsafe_b64decode
from pathlib import Path

import jwt
import pytest
import time_machine
from cryptography import x509
from django.test import Client

from tests.factories import SERVICE
from tokenauth.signing import certificates
from tokenauth.signing.key_format import KeyFormat
from tokenauth.signing.keys import SigningKeyMissing, SigningKeys, signing_keys
from tokenauth.signing.tokens import check_access_token, sign_access_token


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    """A folder of its own."""
    keys = SigningKeys(tmp_path)
    keys.create("test")
    return keys


def test_a_missing_key_is_an_error_and_never_healed_silently(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyMissing):
        SigningKeys(tmp_path).current()
    assert list(tmp_path.iterdir()) == []


def test_a_leaf_is_signed_by_the_root(keys: SigningKeys) -> None:
    root = x509.load_pem_x509_certificate(keys.root_certificate.read_bytes())
    leaf = keys.current().pair.certificate
    leaf.verify_directly_issued_by(root)
    assert leaf.not_valid_before_utc < datetime.datetime.now(datetime.UTC)


def test_the_files_are_for_their_owner_only(keys: SigningKeys) -> None:
    assert {path.stat().st_mode & 0o777 for path in keys.root_certificate.parent.iterdir()} == {
        0o600
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_that_root_makes_are_the_folders_owners(tmp_path: Path) -> None:
    os.chown(tmp_path, 1234, 1234)
    keys = SigningKeys(tmp_path)
    keys.create("test")
    keys.rotate("test")
    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {1234}


def test_no_key_id_looks_like_an_option_or_is_known_by_another_name(keys: SigningKeys) -> None:
    for _ in range(50):
        key = keys.rotate("test")
        assert not key.kid.startswith("-")
        numbers = key.public_key.public_numbers()
        assert min(numbers.x, numbers.y).bit_length() > 248


def test_creating_again_changes_nothing(keys: SigningKeys) -> None:
    before = keys.current().kid
    keys.create("test")
    assert keys.current().kid == before


def test_another_process_sees_a_rotation_at_its_next_token(keys: SigningKeys) -> None:
    other = SigningKeys(keys.root_certificate.parent)
    before = other.current().kid
    keys.rotate("test")
    assert other.current().kid != before
    assert other.by_kid(before) is not None


def test_an_ended_leaf_verifies_nothing(keys: SigningKeys) -> None:
    kid = keys.current().kid
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + certificates.LEAF_LIFE * 2):
        assert keys.by_kid(kid) is None
        assert keys.all() == []


def test_tokens_of_before_a_rotation_still_count() -> None:
    token = sign_access_token(subject="", service=SERVICE, access=[])
    signing_keys.rotate("index.test")
    assert check_access_token(token, service=SERVICE).access == []


def test_the_token_carries_its_leaf_and_no_root() -> None:
    header = jwt.get_unverified_header(sign_access_token(subject="", service=SERVICE, access=[]))
    assert header["alg"] == "ES256"
    assert header["typ"] == "JWT"
    assert len(header["x5c"]) == 1


def test_jwks_publishes_each_public_key_once_and_nothing_private(client: Client) -> None:
    signing_keys.rotate("index.test")
    response = client.get("/.well-known/jwks.json")
    published = response.json()["keys"]
    assert len({key["kid"] for key in published}) == len(published) >= 2
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in published)
    assert response["Cache-Control"] == "public, max-age=300"


def test_coordinates_are_padded(keys: SigningKeys) -> None:
    jwk = keys.current().jwk
    assert len(jwk["x"]) == len(jwk["y"]) == 43


@pytest.mark.parametrize("key_format", [*KeyFormat, *KeyFormat.values], ids=repr)
def test_the_header_of_tokens_is_made_once_for_each_format(
    keys: SigningKeys, key_format: str
) -> None:
    key = keys.current()
    header = json.loads(urlsafe_b64decode(key.jose_header(key_format) + b"=="))
    assert header == key.header(key_format)
    assert key.jose_header(key_format) is key.jose_header(key_format)
    assert ("x5c" in header) == (key_format == KeyFormat.X5C)
    assert keys.by_kid(header["kid"]) is key
