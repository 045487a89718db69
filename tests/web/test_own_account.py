"""One's own account on pages: profile, sessions and machines, history, data."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from tests.clients import confirm, forget_confirmation, get_token
from tests.conftest import World
from tests.factories import PASSWORD
from tokenauth.models import RefreshToken

AtMost = Callable[..., AbstractContextManager[Any]]
DOCKER = (
    "docker/20.10.24+dfsg1 go/go1.19.8 git-commit/5d6db84 kernel/6.18 os/linux arch/amd64 "
    "UpstreamClient(Docker-Client/28.2.2 \\(linux\\))"
)


def logged_in(user: User) -> Client:
    """A browser of this person, seen once."""
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    client.get("/")
    return client


def is_logged_in(client: Client) -> bool:
    """Whether the pages know who it is."""
    return client.get("/settings/profile").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/settings/profile",
        "/settings/sessions",
        "/settings/history",
        "/settings/data",
        "/settings/namespace",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
    ],
)
def test_pages_of_ones_account_stand_in_the_settings_and_name_themselves(
    world: World, path: str
) -> None:
    client = logged_in(world.alice)
    client.get("/accounts/reauthenticate/")
    confirm(client)
    page = client.get(path).content.decode()
    assert '<nav class="settings-nav manage-nav" aria-label="Settings">' in page
    assert page.count("<h1") == 1
    assert f'<a href="{path}" aria-current="page">' in page


def test_a_profile_is_shown_to_everybody(world: World) -> None:
    client = logged_in(world.alice)
    profile = {"display_name": "Alice A.", "location": "Oslo", "link": "https://alice.example"}
    assert client.post("/settings/profile", profile).status_code == 302
    page = Client().get("/u/alice").content.decode()
    assert all(text in page for text in ("Alice A.", "Oslo", "https://alice.example"))
    assert AuditEvent.objects.get(action="account:profile:changed").user == world.alice


@pytest.mark.parametrize(
    "bad",
    [
        {"link": "javascript:alert(1)"},
        {"display_name": "a\u202eb"},
        {"display_name": "olga\u200b"},
        {"display_name": "\u3164"},
        {"display_name": "\u200d"},
        {"location": "\ufeff"},
        {"location": "x" * 81},
        {"link": "ftp://x.example"},
    ],
)
def test_a_profile_that_breaks_a_rule_changes_nothing(world: World, bad: dict[str, str]) -> None:
    client = logged_in(world.alice)
    assert client.post("/settings/profile", {"display_name": "Al"} | bad).status_code == 200
    assert User.objects.get(username="alice").display_name == ""


def test_sessions_and_machines_are_listed(world: World, client: Client) -> None:
    browser = logged_in(world.alice)
    docker = Client(headers={"User-Agent": DOCKER})
    get_token(docker, user=world.alice, offline_token="true")
    page = browser.get("/settings/sessions").content.decode()
    assert "Firefox on Linux" in page
    assert "this one" in page
    assert "docker 28.2.2 on linux/amd64" in page


def test_another_browser_can_be_ended(world: World) -> None:
    here, there = logged_in(world.alice), logged_in(world.alice)
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post(f"/settings/sessions/{other.pk}/end")
    assert not is_logged_in(there)
    assert is_logged_in(here)


def test_a_machine_can_be_ended(world: World) -> None:
    get_token(Client(), user=world.alice, offline_token="true")
    machine = RefreshToken.objects.get()
    logged_in(world.alice).post(f"/settings/machines/{machine.pk}/end")
    assert not RefreshToken.objects.usable().exists()


def test_the_list_of_sessions_asks_no_more_for_many(
    world: World, django_assert_max_num_queries: AtMost
) -> None:
    first, *others = [logged_in(world.alice) for _ in range(10)]
    SessionStore(others[0].session.session_key).delete()
    assert len(first.get("/settings/sessions").context["sessions"]) == 9
    with django_assert_max_num_queries(8):
        first.get("/settings/sessions")


def test_a_session_from_before_a_new_password_is_not_listed(world: World) -> None:
    now, old = logged_in(world.alice), logged_in(world.alice)
    session = old.session
    session["_auth_user_hash"] = "of another password"
    session.save()
    assert len(now.get("/settings/sessions").context["sessions"]) == 1


def test_sessions_and_machines_of_others_are_out_of_reach(world: World) -> None:
    get_token(Client(), user=world.alice, offline_token="true")
    hers, his = logged_in(world.alice), logged_in(world.bob)
    session = UserSession.objects.get(session_key=hers.session.session_key)
    machine = RefreshToken.objects.get()
    assert his.post(f"/settings/sessions/{session.pk}/end").status_code == 404
    assert his.post(f"/settings/machines/{machine.pk}/end").status_code == 404
    assert is_logged_in(hers)
    assert RefreshToken.objects.usable().exists()


def test_logging_out_everywhere_leaves_this_browser_alone(world: World) -> None:
    get_token(Client(), user=world.alice, offline_token="true")
    here, there = logged_in(world.alice), logged_in(world.alice)
    here.post("/settings/sessions/end-all")
    assert is_logged_in(here)
    assert not is_logged_in(there)
    assert not RefreshToken.objects.usable().exists()


def test_a_new_password_ends_other_sessions_and_machines(world: World) -> None:
    get_token(Client(), user=world.alice, offline_token="true")
    here, there = logged_in(world.alice), logged_in(world.alice)
    confirm(here)
    new = "another quiet river"
    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert is_logged_in(here)
    assert not is_logged_in(there)
    assert not RefreshToken.objects.usable().exists()


def test_the_session_id_changes_at_log_in_and_a_planted_one_is_dead(world: World) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.session.save()
    planted = client.session.session_key
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert client.session.session_key != planted


def test_the_history_shows_log_ins_and_hides_those_of_others(world: World) -> None:
    his = logged_in(world.bob)
    page = logged_in(world.alice).get("/settings/history").content.decode()
    assert page.count("<div>logged in<br>") == 1
    assert "<div>logged in<br>" in his.get("/settings/history").content.decode()


def test_ones_data_comes_as_one_file_after_confirming(world: World) -> None:
    client = logged_in(world.alice)
    get_token(Client(), user=world.alice, offline_token="true")
    forget_confirmation(client)
    assert (
        client.post("/settings/data/export")
        .headers["Location"]
        .startswith("/accounts/reauthenticate/")
    )
    confirm(client)
    answer = client.post("/settings/data/export")
    assert 'filename="waybill-alice.json"' in answer.headers["Content-Disposition"]
    document = json.loads(answer.content)
    assert document["profile"]["username"] == "alice"
    assert document["email_addresses"][0]["email"] == "alice@example.com"
    assert {one["name"] for one in document["repositories"]} == {"alice/pub", "alice/priv"}
    assert len(document["machines"]) == 1
    assert len(document["sessions"]) == 1


def test_the_file_has_no_secret_and_nobody_else(world: World) -> None:
    client = logged_in(world.alice)
    get_token(Client(), user=world.alice, offline_token="true")
    confirm(client)
    text = client.post("/settings/data/export").content.decode()
    assert RefreshToken.objects.get().secret_digest not in text
    assert RefreshToken.objects.get().selector not in text
    assert world.alice.password not in text
    assert "olga" not in text
    assert "acme" not in text


@pytest.mark.parametrize(("minutes", "asks"), [(9, False), (11, True)])
def test_a_log_in_counts_for_ten_minutes(world: World, minutes: int, asks: bool) -> None:  # noqa: FBT001
    client = logged_in(world.alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert (client.get("/settings/tokens/new").status_code == 302) is asks


def test_a_log_in_by_a_provider_does_not_count_as_showing_who_is_there(world: World) -> None:
    client = logged_in(world.alice)
    session = client.session
    session["account_authentication_methods"][0]["method"] = "socialaccount"
    session.save()
    assert client.get("/settings/tokens/new").status_code == 302
