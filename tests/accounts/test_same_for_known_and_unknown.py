"""Known and unknown accounts get the same pages, the same number of mails, and the same work.

Time itself is not measured here; what takes it is counted: a hash takes 19 ms, everything else of
these requests less than one.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.passwords import Argon2
from tests.clients import basic
from tests.conftest import World
from tests.factories import PASSWORD

SIGN_UP = {"username": "newcomer", "password1": PASSWORD}


class CountingHasher(Argon2):
    """Notes each password that it is given."""

    seen: list[str] = []  # noqa: RUF012 - the fixture empties it

    def encode(self, password: str, salt: str) -> str:
        """Make a hash."""
        self.seen.append(password)
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Check a hash."""
        self.seen.append(password)
        return super().verify(password, encoded)


@pytest.fixture
def hashes(settings: Any, request: pytest.FixtureRequest) -> list[str]:
    """The passwords that were hashed or checked, once everybody has one."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    request.getfixturevalue("world")
    CountingHasher.seen.clear()
    return CountingHasher.seen


@pytest.mark.parametrize(
    "login", ["alice", "nobody", "alice@example.com", "no@example.com", "dave"]
)
def test_a_wrong_password_costs_one_hash(hashes: list[str], client: Client, login: str) -> None:
    answer = client.post("/accounts/login/", {"login": login, "password": "wrong river"})
    assert hashes == ["wrong river"]
    assert "is wrong" in answer.content.decode()


@pytest.mark.parametrize(
    "login", ["alice", "nobody", "alice@example.com", "no@example.com", "dave"]
)
def test_for_docker_too(hashes: list[str], client: Client, login: str) -> None:
    headers = {"Authorization": basic(login, "wrong river")}
    answer = client.get("/token", {"service": "index.test"}, headers=headers)
    assert answer.status_code == 401
    assert hashes == ["wrong river"]


@pytest.mark.parametrize("email", ["alice@example.com", "unknown@example.com"])
def test_signing_up_costs_one_hash_and_one_mail(
    hashes: list[str], client: Client, email: str
) -> None:
    assert client.post("/accounts/signup/", SIGN_UP | {"email": email}).status_code == 302
    assert hashes == [PASSWORD]
    assert [one.to for one in mail.outbox] == [[email]]


@pytest.mark.parametrize(
    "email", ["alice@example.com", "unknown@example.com", "dave@example.com", "newt@example.com"]
)
def test_a_forgotten_password_costs_no_hash_and_one_mail(
    hashes: list[str], client: Client, email: str
) -> None:
    answer = client.post("/accounts/password/reset/", {"email": email})
    assert answer.headers["Location"] == "/accounts/password/reset/done/"
    assert hashes == []
    assert [one.to for one in mail.outbox] == [[email]]


def test_limits_come_alike(world: World) -> None:
    def last_answer(email: str, address: str) -> tuple[int, str]:
        client = Client(REMOTE_ADDR=address)
        answer: Any = None
        for _ in range(7):
            answer = client.post("/accounts/password/reset/", {"email": email})
        return answer.status_code, answer.content.decode().replace(email, "")

    known = last_answer("alice@example.com", "203.0.113.1")
    unknown = last_answer("unknown@example.com", "198.51.100.1")
    assert known[0] == unknown[0] == 429
    assert len(mail.outbox) == 10
