"""Mails to watchers, and what people may switch off."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.flows.choose_mails import change_mails
from accounts.mail_kinds import MailKind, unsubscribe_token
from accounts.mails import send_after_commit
from accounts.models import MailChoice, Membership
from accounts.principals import Principal
from index.activity import note
from index.flows.mail_watchers import mail_due_watchers
from index.flows.tell_activity import tell_activities
from index.models import ActivityKind, Watch
from tests.conftest import World


@pytest.fixture
def _watched(world: World) -> None:
    Watch.objects.create(repository=world.app, user=world.rita)


@pytest.fixture
def tell(world: World, django_capture_on_commit_callbacks: Any) -> Any:
    """Hand on, and send what is due."""

    def do() -> list[Any]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            while tell_activities():
                pass
            mail_due_watchers()
        return list(mail.outbox)

    return do


def push(world: World, tag: str) -> None:
    """Mia pushes."""
    note(ActivityKind.PUSHED, world.app, by=Principal(world.mia), tag=tag)


@pytest.mark.usefixtures("_watched")
def test_a_flood_of_pushes_is_one_mail_an_hour(world: World, tell: Any) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        push(world, "first")
        (one,) = tell()
        assert "mila pushed first" in one.body
        for number in range(100):
            push(world, f"next-{number}")
        assert tell() == []
        clock.shift(timedelta(minutes=61))
        (two,) = tell()
        assert "pushed next-0" in two.body
        assert "And more" in two.body
        assert "first" not in two.body
        clock.shift(timedelta(minutes=61))
        assert tell() == []


@pytest.mark.usefixtures("_watched")
def test_whoever_may_not_pull_any_more_hears_nothing(world: World, tell: Any) -> None:
    """Case 22."""
    push(world, "1")
    Membership.objects.filter(user=world.rita).delete()
    assert tell() == []


@pytest.mark.usefixtures("_watched")
def test_whoever_is_disabled_hears_nothing(world: World, tell: Any) -> None:
    world.rita.is_active = False
    world.rita.save()
    push(world, "1")
    assert tell() == []


def test_nobody_is_mailed_what_they_did_themselves(world: World, tell: Any) -> None:
    Watch.objects.create(repository=world.app, user=world.mia)
    push(world, "1")
    assert tell() == []


@pytest.mark.usefixtures("_watched")
def test_secrets_are_no_news_for_watchers(world: World, tell: Any) -> None:
    note(ActivityKind.SECRET_FOUND, world.app, kinds=["aws"])
    assert tell() == []


@pytest.mark.usefixtures("_watched")
def test_kinds_that_are_off_are_left_out(world: World, tell: Any) -> None:
    change_mails(by=Principal(world.rita), choices={MailKind.PUSHES: False})
    push(world, "left-out")
    assert tell() == []
    Watch.objects.update(mail_after=timezone.now())
    push(world, "left-out")
    note(ActivityKind.CHANGED, world.app, by=Principal(world.olga), mode="archived")
    (one,) = tell()
    assert "olga made it archived" in one.body
    assert "left-out" not in one.body


@pytest.mark.usefixtures("_watched")
def test_one_click_in_a_mail_program_ends_the_kind(world: World, tell: Any) -> None:
    """RFC 8058: by POST, without log-in, cookie or CSRF token."""
    push(world, "1")
    (one,) = tell()
    headers = one.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")
    assert link in one.body
    client = Client(enforce_csrf_checks=True)
    path = link.removeprefix("http://index.test")
    assert client.get(path).status_code == 200
    assert not MailChoice.objects.exists()
    answer = client.post(path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    choice = MailChoice.objects.get()
    assert (choice.user, choice.kind, choice.is_wanted) == (world.rita, "pushes", False)
    assert client.post(path).status_code == 200


def test_a_link_is_for_one_person_and_kind(world: World, client: Client) -> None:
    token = unsubscribe_token(world.rita, MailKind.EXPIRY)
    for forged in (
        token.replace(str(world.rita.pk), str(world.olga.pk), 1),
        token.replace("expiry", "access"),
        token[:-1],
        "x",
        f"{world.rita.pk}:expiry",
    ):
        if forged != token:
            assert client.post(f"/unsubscribe/{forged}").status_code == 404
    assert not MailChoice.objects.exists()


def test_the_page_and_the_api_choose_alike(world: World, client: Client) -> None:
    client.force_login(world.rita)
    client.post("/settings/mails", {"kinds": ["pushes", "access"]})
    wanted = {
        row["kind"]
        for row in client.get("/api/v1/user/mails").json()["results"]
        if row["is_wanted"]
    }
    assert wanted == {"pushes", "access"}
    answer = client.patch(
        "/api/v1/user/mails", '{"on": ["expiry"], "off": ["pushes"]}', "application/json"
    )
    wanted = {row["kind"] for row in answer.json()["results"] if row["is_wanted"]}
    assert wanted == {"access", "expiry"}
    page = client.get("/settings/mails").content.decode()
    assert set(re.findall(r'value="([a-z-]+)"[^>]*checked', page)) == wanted


def test_what_guards_an_account_cannot_be_switched_off(
    world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(world.rita)
    client.post("/settings/mails", {"kinds": []})
    with django_capture_on_commit_callbacks(execute=True):
        send_after_commit("account_disabled", to=[world.rita], reason="x")
        send_after_commit("token_expires", to=[world.rita], kind=MailKind.EXPIRY)
    (one,) = mail.outbox
    assert "disabled" in one.subject
    assert "List-Unsubscribe" not in one.extra_headers
    assert "No more mails of this kind" not in one.body
