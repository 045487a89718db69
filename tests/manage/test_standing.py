"""How the installation is: what is looked at, what is remembered, and what the first page shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from unittest.mock import Mock

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from accounts import standing
from accounts.mail_record import mail_record, note_failed, note_sent
from accounts.models import Membership, User
from accounts.standing import Line, State, look, look_and_remember, looks_at, remembered
from accounts.waiting import waiting
from index.models import Difference, Notification, RegistryCheck, Report
from tests.conftest import World


def lines_of(area: str) -> dict[str, Line]:
    """Look now, and return the lines under one heading by their names."""
    return {line.name: line for line in look().areas[area]}


@pytest.fixture
def broken_look() -> Iterator[list[Exception]]:
    """Something that cannot be looked at, and why."""
    causes: list[Exception] = [RuntimeError("no telescope")]

    @looks_at("Moon")
    def _moon() -> list[Line]:
        raise causes[-1]

    yield causes
    del standing._looks["Moon"]


def test_the_page_shows_what_the_last_look_found(world: World, root: Client) -> None:
    assert "Nothing has been checked yet" in root.get("/manage").content.decode()
    look_and_remember()
    page = root.get("/manage").content.decode()
    for heading in ("Registries", "Signing keys", "Search", "Mail", "Disk and database"):
        assert f">{heading}</h2>" in page
    assert 'href="/manage/registries/east"' in page


def test_it_looks_at_nothing_while_it_loads(world: World, root: Client) -> None:
    look_and_remember()
    RegistryCheck.objects.create(registry=world.east, is_healthy=False, findings=[])
    assert "In trouble" not in root.get("/manage").content.decode()
    root.post("/manage/look")
    assert "In trouble" in root.get("/manage").content.decode()


def test_a_look_of_long_ago_says_that_the_worker_stands(world: World, root: Client) -> None:
    look_and_remember()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        found = remembered()
        assert found
        assert found.is_stale
        assert "has not checked for more than five" in root.get("/manage").content.decode()


def test_what_cannot_be_looked_at_is_a_line_and_hides_no_other(
    world: World, broken_look: list[Exception]
) -> None:
    found = look()
    [line] = found.areas["Moon"]
    assert line.state is State.UNKNOWN
    assert line.sentence == "It could not be checked: RuntimeError: no telescope"
    assert found.areas["Registries"]


def test_a_database_without_the_last_migrations_is_named_as_the_cause(
    world: World, broken_look: list[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_look.append(OperationalError("no such column: craters"))
    plan = [(Migration("0042_craters", "moon"), False)]
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: plan)
    found = look().areas
    assert "the database is older than this version" in found["Moon"][0].sentence
    assert found["Moon"][0].advice == "Run `manage.py migrate`."
    [migrations] = [line for line in found["Program"] if line.name == "Migrations"]
    assert migrations.sentence == "Waiting: 1, the first is moon.0042_craters."


def test_a_database_that_does_not_answer_hides_nothing_either(
    world: World, broken_look: list[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_look.append(OperationalError("connection refused"))
    monkeypatch.setattr(MigrationExecutor, "__init__", Mock(side_effect=broken_look[-1]))
    [line] = look().areas["Moon"]
    assert line.sentence == "It could not be checked: OperationalError: connection refused"


def test_what_another_version_remembered_is_not_shown(world: World, root: Client) -> None:
    cache.set(standing._KEY, {"at": timezone.now(), "areas": {"X": [{"odd": 1}]}})
    assert remembered() is None
    assert root.get("/manage").status_code == 200


def test_a_registry_is_as_its_last_check(world: World) -> None:
    assert lines_of("Registries")["east"].state is State.UNKNOWN
    check = RegistryCheck.objects.create(registry=world.east, is_healthy=True, milliseconds=7)
    line = lines_of("Registries")["east"]
    assert (line.state, "7 ms" in line.sentence) == (State.GOOD, True)
    RegistryCheck.objects.filter(pk=check.pk).update(at=timezone.now() - timedelta(minutes=11))
    assert lines_of("Registries")["east"].state is State.UNKNOWN
    RegistryCheck.objects.create(registry=world.east, is_healthy=False)
    assert lines_of("Registries")["east"].state is State.BAD


def test_differences_are_to_be_looked_at(world: World) -> None:
    Difference.objects.create(registry=world.west, kind="unknown-tag", name="a/b", tag="x")
    lines = [line for line in look().areas["Registries"] if "differences" in line.words]
    assert [(line.name, line.state) for line in lines] == [("west", State.LOOK)]


def test_work_that_is_due_for_long_is_to_be_looked_at(world: World) -> None:
    name = "Notifications of registries"
    row = Notification.objects.create(registry=world.east, body=b"{}")
    assert lines_of("Waiting work")[name].state is State.GOOD
    Notification.objects.filter(pk=row.pk).update(received_at=timezone.now() - timedelta(hours=1))
    line = lines_of("Waiting work")[name]
    assert (line.state, line.sentence) == (State.LOOK, "Waiting: 1.")


def test_the_last_mail_says_how_mail_is(world: World) -> None:
    assert lines_of("Mail")["Mail"].state is State.UNKNOWN
    note_sent()
    assert lines_of("Mail")["Mail"].state is State.GOOD
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        note_failed(SMTPRecipientsRefused({"eve@example.com": (550, b"no")}))
        line = lines_of("Mail")["Mail"]
    assert line.state is State.BAD
    assert "eve@" not in line.sentence
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        note_sent()
        assert not mail_record().is_failing


def test_administrators_without_a_second_factor_are_named(world: World) -> None:
    line = lines_of("People")["Administrators"]
    assert (line.state, line.sentence) == (State.LOOK, "Without a second factor: rooty.")


def test_before_the_first_administrator_it_says_how_to_make_one(world: World) -> None:
    User.objects.update(is_superuser=False)
    line = lines_of("People")["Administrators"]
    assert (line.state, line.sentence) == (State.LOOK, "There is no administrator yet.")
    assert "setup_link" in line.advice


def test_organizations_without_an_owner_are_counted(world: World) -> None:
    assert "Organizations" not in lines_of("People")
    Membership.objects.filter(role="owner").update(role="member")
    assert lines_of("People")["Organizations"].sentence.endswith(": 1.")


def test_only_administrators_see_it_and_let_look(world: World, client: Client) -> None:
    client.force_login(world.olga)
    assert client.get("/manage").status_code == 404
    assert client.post("/manage/look").status_code == 404
    assert remembered() is None


def test_what_waits_is_counted_in_the_navigation(world: World, root: Client) -> None:
    assert waiting() == {}
    for _ in range(2):
        Report.objects.create(repository=world.public, kind="spam", text="Spam.")
    Difference.objects.create(registry=world.east, kind="unknown-tag", name="a/b", tag="x")
    assert waiting() == {"web-manage-reports": 2, "web-manage-registries": 1}
    assert '2<span class="visually-hidden"> wait</span>' in root.get("/manage").content.decode()


def test_the_settings_in_force_are_shown_and_no_secret(
    world: World, root: Client, client: Client
) -> None:
    page = root.get("/manage/settings").content.decode()
    assert "http:/<wbr>/<wbr>index.test" in page
    assert "test-test-" not in page
    assert "gateway-gateway-" not in page
    client.force_login(world.olga)
    assert client.get("/manage/settings").status_code == 404
