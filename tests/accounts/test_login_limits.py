"""Guessing is bounded for an account and network, and nobody locks others out (case 14)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import ratelimits
from accounts.errors import InvalidCredentials, TooManyAttempts
from accounts.flows.authenticate import verify_password
from tests.conftest import World
from tests.factories import PASSWORD


def log_in(address: str, password: str, login: str = "alice") -> bool:
    """Use the page from an address; return whether it let in."""
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": login, "password": password})
    return "_auth_user_id" in client.session


def test_nobody_locks_anybody_out_from_other_networks(world: World) -> None:
    for number in range(30):
        log_in(f"127.9.{number}.9", "a wrong guess")
    assert log_in("127.77.7.7", PASSWORD)


def test_the_page_counts_like_docker_does(world: World) -> None:
    for _ in range(ratelimits.LOGIN_FAILURES.events):
        assert not log_in("203.0.113.1", "a wrong guess")
    assert not log_in("203.0.113.2", PASSWORD)
    assert log_in("198.51.100.1", PASSWORD)


def test_two_spellings_of_an_account_share_one_limit(world: World) -> None:
    for number in range(ratelimits.LOGIN_FAILURES.events):
        login = "alice" if number % 2 else "alice@example.com"
        with pytest.raises(InvalidCredentials):
            verify_password(login=login, password="a wrong guess", address="203.0.113.1")
    with pytest.raises(TooManyAttempts):
        verify_password(login="alice", password=PASSWORD, address="203.0.113.1")


def test_a_network_has_a_limit_over_all_accounts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ratelimits.Limit("network-login-failures", 5, 300)
    monkeypatch.setattr("accounts.flows.authenticate.NETWORK_LOGIN_FAILURES", few)
    for number in range(5):
        with pytest.raises(InvalidCredentials):
            verify_password(login=f"nobody{number}", password="x" * 9, address="203.0.113.1")
    with pytest.raises(TooManyAttempts):
        verify_password(login="alice", password=PASSWORD, address="203.0.113.1")


def test_the_unverified_may_log_in_by_address_to_get_their_code(world: World) -> None:
    client = Client()
    response = client.post("/accounts/login/", {"login": "newt@example.com", "password": PASSWORD})
    assert response.headers["Location"].startswith("/accounts/confirm-email/")


def test_an_unproven_account_has_no_page(world: World, client: Client) -> None:
    assert client.get("/u/newt").status_code == 404
    assert client.get("/u/alice").status_code == 200
