"""Our secrets are known by their base64, wherever in it they begin; passwords hardly ever look so."""

from __future__ import annotations

import base64
import random
import re
import string

import pytest

from accounts.opaque_tokens import make_opaque_token
from index.gateway.credential_patterns import PATTERNS

REGEX = re.compile("|".join(PATTERNS))
KINDS = [f"wb{letter}" for letter in string.ascii_lowercase]


def looks_like_ours(login: str, secret: str, scheme: str = "Basic ") -> bool:
    """Whether nginx takes the header for one with a secret of ours."""
    encoded = base64.b64encode(f"{login}:{secret}".encode()).decode()
    return bool(REGEX.match(f"{scheme}{encoded}"))


@pytest.mark.parametrize("length", [*range(61), 150, 254])
def test_each_kind_of_secret_is_known_after_a_login_of_any_length(length: int) -> None:
    chosen = random.Random(length)  # noqa: S311 - the same logins each time
    for kind in KINDS:
        login = "".join(chosen.choices(string.ascii_lowercase + "+@.-_0123456789ü", k=length))
        secret = make_opaque_token(kind).value
        assert looks_like_ours(login, secret), (login, secret)


@pytest.mark.parametrize("scheme", ["basic ", "BASIC ", "Basic   "])
def test_the_scheme_is_read_as_the_index_reads_it(scheme: str) -> None:
    assert looks_like_ours("alice", make_opaque_token("wbp").value, scheme)


def test_other_schemes_have_no_secret_of_ours() -> None:
    assert not looks_like_ours("alice", make_opaque_token("wbp").value, "Bearer ")


def test_ordinary_passwords_do_not_look_so() -> None:
    chosen = random.Random(4)  # noqa: S311 - the same passwords each time
    letters = string.ascii_letters + string.digits + string.punctuation + " äß€"
    for _ in range(20_000):
        login = "".join(chosen.choices(string.ascii_lowercase, k=chosen.randint(0, 60)))
        password = "".join(chosen.choices(letters, k=chosen.randint(1, 60)))
        assert not looks_like_ours(login, password), (login, password)


@pytest.mark.parametrize(
    "secret", ["wbp", "wb_", "wbP_1", "wb1_1", "wbpx1", "xwbp_1", "wbp-1", "", "Wbp_1", "web_1"]
)
def test_what_nearly_begins_like_one_does_not(secret: str) -> None:
    assert not any(looks_like_ours("a" * length, secret) for length in range(12))


def test_only_a_place_that_can_be_a_colon_counts() -> None:
    """The letters of one spelling at another place in the group are other bytes."""
    encoded = base64.b64encode(b":" + make_opaque_token("wbp").value.encode()).decode()
    for shift in (1, 2, 3):
        assert not REGEX.match(f"Basic {'A' * shift}{encoded}")
