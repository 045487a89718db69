"""Announcements: who makes them, who sees them, for how long, and how they are closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import announcements
from accounts.models import Announcement, AuditEvent
from tests.conftest import World

SAID = {"text": "Work on Sunday.", "level": "warning", "audience": "everybody"}
CLOSED = "Close this announcement"


def announce(text: str = "Work on Sunday.", **changes: object) -> Announcement:
    """Make one, as flows do."""
    announcements.forget()
    return Announcement.objects.create(text=text, **changes)


def page(client: Client, path: str = "/explore") -> str:
    """Return a page."""
    return client.get(path).content.decode()


def test_everybody_reads_it_on_every_page(world: World, root: Client) -> None:
    root.post("/manage/announcements", SAID | {"is_dismissible": "on"})
    announcements.forget()  # the commit does
    for path in ("/explore", "/accounts/login/", "/r/alice/pub"):
        assert "Work on Sunday." in page(Client(), path), path
    event = AuditEvent.objects.get(action="site:announcement:made")
    assert event.details["text"] == "Work on Sunday."


def test_what_is_for_administrators_is_read_by_them_alone(world: World, root: Client) -> None:
    announce(audience="administrators")
    other = Client()
    other.force_login(world.alice)
    assert "Work on Sunday." in page(root)
    assert "Work on Sunday." not in page(other)
    assert "Work on Sunday." not in page(Client())


def test_it_is_plain_text(world: World, client: Client) -> None:
    announce("<b>Work</b>")
    assert "&lt;b&gt;Work&lt;/b&gt;" in page(client)


def test_it_begins_and_ends_by_itself(world: World, client: Client) -> None:
    now = timezone.now()
    announce(begins_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    assert "Work on" not in page(client)
    with time_machine.travel(now + timedelta(minutes=61)):
        assert "Work on" in page(client)
    with time_machine.travel(now + timedelta(minutes=121)):
        assert "Work on" not in page(client)


def test_readers_close_it_in_their_browser_and_come_back_to_the_page(
    world: World, client: Client
) -> None:
    made = announce()
    answer = client.post(f"/announcements/{made.pk}/dismiss", {"next": "/explore?a=b"})
    assert answer.headers["Location"] == "/explore?a=b"
    assert "Work on Sunday." not in page(client)
    assert "Work on Sunday." in page(Client())


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_closing_leads_nowhere_else(world: World, client: Client, target: str) -> None:
    made = announce()
    answer = client.post(f"/announcements/{made.pk}/dismiss", {"next": target})
    assert answer.headers["Location"] == "/"


def test_what_cannot_be_closed_is_shown_whatever_the_cookie_says(
    world: World, client: Client
) -> None:
    made = announce(is_dismissible=False)
    client.cookies["waybill_dismissed"] = str(made.pk)
    assert "Work on Sunday." in page(client)
    assert CLOSED not in page(client)


@pytest.mark.parametrize("cookie", ["x", "x.²", "9" * 400, "-1", "..."])
def test_an_odd_cookie_closes_nothing(world: World, client: Client, cookie: str) -> None:
    announce()
    client.cookies["waybill_dismissed"] = cookie.encode().decode("latin-1")
    assert "Work on Sunday." in page(client)


def test_the_cookie_keeps_the_newest_ids_alone() -> None:
    cookie = ""
    for number in range(30):
        cookie = announcements.with_dismissed(cookie, number)
    assert announcements.read_dismissed(cookie) == set(range(10, 30))


def test_it_is_changed_and_ended(world: World, root: Client) -> None:
    made = announce()
    root.post(f"/manage/announcements/{made.pk}", SAID | {"text": "Work on Monday."})
    made.refresh_from_db()
    assert (made.text, made.is_dismissible) == ("Work on Monday.", False)
    root.post(f"/manage/announcements/{made.pk}/end")
    made.refresh_from_db()
    assert made.state == "over"
    actions = [one.action for one in AuditEvent.objects.filter(actor_name="rooty")]
    assert actions == ["site:announcement:ended", "site:announcement:changed"]


def test_one_that_has_not_begun_goes_altogether(world: World, root: Client) -> None:
    made = announce(begins_at=timezone.now() + timedelta(days=1))
    root.post(f"/manage/announcements/{made.pk}/end")
    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"text": " "},
        {"text": "x" * 301},
        {"text": "a\u202eb"},
        {"level": "loud"},
        {"audience": "bob"},
        {"begins_at": "2026-01-02T00:00", "ends_at": "2026-01-01T00:00"},
        {"ends_at": "2020-01-01T00:00"},
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(
    world: World, root: Client, changes: dict[str, str]
) -> None:
    assert "Error:" in root.post("/manage/announcements", SAID | changes).content.decode()
    assert not Announcement.objects.exists()


def test_only_administrators_announce(world: World, client: Client) -> None:
    made = announce()
    client.force_login(world.olga)
    assert client.post("/manage/announcements", SAID).status_code == 404
    assert client.post(f"/manage/announcements/{made.pk}", SAID).status_code == 404
    assert client.post(f"/manage/announcements/{made.pk}/end").status_code == 404
    assert Announcement.objects.get().state == "shown"


def test_no_page_asks_the_database_for_it_twice(
    world: World, client: Client, django_assert_num_queries: object
) -> None:
    announce()
    page(client)
    with django_assert_num_queries(0):  # type: ignore[operator]
        announcements.banners_for(is_administrator=False, dismissed=set())
