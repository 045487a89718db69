"""Maintenance: one file, and everybody reads in their own form that it is not for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIEnvironment
from wsgiref.util import setup_testing_defaults

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config.lanes import Lanes
from config.maintenance import Maintenance, begin, current, end

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    yield
    end()


def test_without_the_file_all_is_as_usual(client: Client) -> None:
    assert current() is None
    assert client.get("/healthz").status_code == 200


def test_people_read_a_page_without_any_question_to_the_database(client: Client) -> None:
    """No database is allowed in this test."""
    begin(Maintenance("The disks are changed.", NOON))
    response = client.get("/r/acme/app")
    page = response.content.decode()
    assert response.status_code == 503
    assert "The disks are changed." in page
    assert "2026-03-01 12:00 UTC" in page
    assert response.headers["X-Request-Id"] in page


def test_words_are_text(client: Client) -> None:
    begin(Maintenance("<script>alert(1)</script>"))
    assert "<script>alert" not in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/v2/", "/token", "/v1/search?q=a", "/events/east"])
def test_docker_reads_the_form_of_the_protocol(client: Client, path: str) -> None:
    begin(Maintenance("Back\nat noon."))
    response = client.get(path)
    assert response.status_code == 503
    assert response.json()["errors"][0]["code"] == "UNAVAILABLE"
    assert response.json()["errors"][0]["message"].endswith("later: Back at noon.")


def test_the_lanes_know_it_too() -> None:
    begin(Maintenance("Back at noon."))
    environ: WSGIEnvironment = {"PATH_INFO": "/token"}
    setup_testing_defaults(environ)
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
        said.extend([status, dict(headers)])

    [body] = Lanes(lambda *_: [b"Django was asked"])(environ, start)
    assert said[0].startswith("503")
    assert said[1]["Retry-After"] == "120"
    assert b"Back at noon." in body


def test_the_api_answers_with_a_problem(client: Client) -> None:
    begin(Maintenance())
    response = client.get("/api/v1/me")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")


def test_whoever_watches_this_host_goes_on(client: Client) -> None:
    begin(Maintenance())
    assert client.get("/healthz").status_code == 200


def test_static_files_are_served_and_nothing_else_is_asked(settings: Any) -> None:
    place = settings.MIDDLEWARE.index
    gate = place("config.maintenance.maintenance_gate")
    assert place("whitenoise.middleware.WhiteNoiseMiddleware") < gate
    assert gate < place("django.contrib.sessions.middleware.SessionMiddleware")


def test_the_log_is_not_filled_by_who_comes_meanwhile(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    begin(Maintenance())
    client.get("/")
    assert caplog.records == []


@pytest.mark.parametrize(("minutes", "seconds"), [(-5, 30), (10, 600), (600, 3600)])
def test_clients_are_told_when_to_come_back(minutes: int, seconds: int) -> None:
    with time_machine.travel(NOON, tick=False):
        assert Maintenance("", NOON + timedelta(minutes=minutes)).retry_after == seconds


@pytest.mark.parametrize("text", ["", "null", "[]", '{"until": 5}', "{"])
def test_a_file_that_was_made_by_hand_is_enough(tmp_path: Path, text: str) -> None:
    (tmp_path / "maintenance.json").write_text(text)
    assert current() == Maintenance()


def test_a_time_that_was_written_by_hand_without_a_zone_is_utc(
    tmp_path: Path, client: Client
) -> None:
    until = NOON.replace(tzinfo=None).isoformat()
    (tmp_path / "maintenance.json").write_text(f'{{"until": "{until}"}}')
    assert current() == Maintenance("", NOON)
    assert client.get("/").status_code == 503


def test_the_command_begins_says_and_ends_it() -> None:
    out = StringIO()
    call_command("maintenance", "on", words="New disks.", minutes=20, stdout=out)
    call_command("maintenance", "status", stdout=out)
    call_command("maintenance", "off", stdout=out)
    said = "on: down for maintenance, try again later: New disks."
    assert out.getvalue().splitlines() == [said, said, "off"]
    assert current() is None
