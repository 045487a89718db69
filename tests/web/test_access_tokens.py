"""Pages of access tokens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.flows.use_credential import use_token
from accounts.models import PersonalAccessToken
from tests.clients import confirm, unwrapped
from tests.conftest import World
from tests.machines import make_token

FORM = {"name": "laptop", "expiry": "90", "level": "push", "repositories": "alice/*\nacme/app"}
SECRET = re.compile(r"wbp_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}")


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    """A browser in which alice has logged in a moment ago."""
    client.force_login(world.alice)
    return confirm(client)


def page_of(response: Any) -> str:
    """Return the text of the answer."""
    return str(response.content.decode())


def test_without_tokens_the_page_says_what_to_do(alice: Client) -> None:
    assert "You have no access token" in page_of(alice.get("/settings/tokens"))


def test_a_new_token_is_shown_once_with_the_exact_login_line(alice: Client) -> None:
    response = alice.post("/settings/tokens/new", FORM)
    assert response["Cache-Control"] == "no-store"
    secret = SECRET.search(page_of(response))
    assert secret
    line = f"echo {secret[0]} | docker login index.test -u alice --password-stdin"
    assert line in unwrapped(response)
    assert use_token(secret[0], login="alice", address="").limits
    later = page_of(alice.get("/settings/tokens"))
    assert not SECRET.search(later)
    assert secret[0][:20] in later
    assert secret[0].split("_")[2] not in str(dict(alice.session))


def test_the_token_has_what_the_form_said(alice: Client) -> None:
    alice.post(
        "/settings/tokens/new",
        {**FORM, "networks": "10.0.0.0/8", "api_parts": ["repositories:read"]},
    )
    token = PersonalAccessToken.objects.get()
    assert (token.patterns, token.actions) == (["alice/*", "acme/app"], ["push"])
    assert (token.networks, token.api_parts) == (["10.0.0.0/8"], ["repositories:read"])
    assert token.expires_at
    assert abs(token.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


def test_a_token_can_end_on_a_date_or_never(alice: Client) -> None:
    day = (timezone.now() + timedelta(days=10)).date()
    alice.post("/settings/tokens/new", {**FORM, "expiry": "date", "last_day": day.isoformat()})
    alice.post("/settings/tokens/new", {**FORM, "expiry": "never"})
    first, second = PersonalAccessToken.objects.order_by("pk")
    assert first.expires_at
    assert (first.expires_at.date(), second.expires_at) == (day, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "a\u202eb"}, {"repositories": ""}, {"repositories": "acme*"},
        {"networks": "everywhere"}, {"level": "admin"}, {"expiry": "5"}, {"expiry": "date"},
        {"expiry": "date", "last_day": "2020-01-01"}, {"expiry": "date", "last_day": "soon"},
        {"api_parts": ["tokens:write"]},
    ],
)  # fmt: skip
def test_a_wrong_form_makes_nothing_and_says_so(alice: Client, wrong: dict[str, Any]) -> None:
    response = alice.post("/settings/tokens/new", {**FORM, **wrong})
    assert "Error: New access token" in page_of(response)
    assert not PersonalAccessToken.objects.exists()


def test_making_and_renewing_need_a_recent_log_in_and_revoking_none(
    world: World, client: Client
) -> None:
    token = make_token(world.alice).token
    client.force_login(world.alice)
    for method, path in (
        ("GET", "/settings/tokens/new"),
        ("POST", "/settings/tokens/new"),
        ("POST", f"/settings/tokens/{token.pk}/rotate"),
    ):
        response = client.generic(method, path)
        assert (response.status_code, "reauthenticate" in response["Location"]) == (302, True)
    assert PersonalAccessToken.objects.usable().count() == 1
    client.post(f"/settings/tokens/{token.pk}/revoke")
    assert not PersonalAccessToken.objects.usable().exists()


def test_renewing_shows_the_new_secret_once(world: World, alice: Client) -> None:
    made = make_token(world.alice)
    secret = SECRET.search(page_of(alice.post(f"/settings/tokens/{made.token.pk}/rotate")))
    assert secret
    assert secret[0] != made.value
    assert [token.public_part for token in PersonalAccessToken.objects.usable()] == [secret[0][:20]]


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
def test_other_peoples_tokens_are_not_found(world: World, alice: Client, verb: str) -> None:
    token = make_token(world.bob).token
    assert alice.post(f"/settings/tokens/{token.pk}/{verb}").status_code == 404
    assert PersonalAccessToken.objects.usable().count() == 1


def test_all_can_be_revoked_at_once_and_only_ones_own(world: World, alice: Client) -> None:
    make_token(world.bob)
    for _ in range(3):
        make_token(world.alice)
    alice.post("/settings/tokens/revoke-all")
    assert [token.user for token in PersonalAccessToken.objects.usable()] == [world.bob]


def test_a_token_opens_no_page(world: World, client: Client) -> None:
    made = make_token(world.alice)
    headers = {"Authorization": f"Bearer {made.value}"}
    for path in ("/settings/tokens", "/settings/robots", "/o/acme/-/robots"):
        assert client.get(path, headers=headers).status_code == 302
