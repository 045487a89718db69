"""Docker credentials of a command line's session: docker may what the person may, while it lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, CommandLineSession, User
from index.credential_words import in_words
from tests.clients import ask_route, claims_of, granted
from tests.command_lines import ENDED_BY_SOMEBODY, CommandLine
from tests.conftest import World
from tests.machines import make_docker_credential
from tests.tokenauth.test_access_tokens_and_robots import ALL_APP, PULL_APP, ask, words_of

READ = "/v2/acme/app/manifests/latest"


@pytest.fixture
def terminal(world: World) -> CommandLine:
    """A command line of an owner."""
    return CommandLine(world.olga)


@pytest.fixture
def short(terminal: CommandLine) -> str:
    """What her docker is handed."""
    return make_docker_credential(terminal.secret)


def test_docker_may_what_the_person_may(client: Client, short: str) -> None:
    answer = ask(client, "olga", short, ALL_APP)
    assert granted(answer) == {"acme/app": ["delete", "pull", "push"]}
    via = f"docker-command-line:{CommandLineSession.objects.get().pk}"
    assert claims_of(answer)["via"] == via


def test_the_session_itself_is_not_for_docker(client: Client, terminal: CommandLine) -> None:
    assert ask(client, "olga", terminal.secret, PULL_APP).status_code == 401


def test_it_is_hers_alone(client: Client, short: str, world: World) -> None:
    assert ask(client, "alice", short, PULL_APP).status_code == 401


def test_it_makes_nothing_and_opens_no_api(client: Client, short: str, world: World) -> None:
    for path in ("user", "user/tokens", "repositories/acme/app"):
        shown = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {short}"})
        assert shown.status_code == 401


@pytest.mark.parametrize("end", ENDED_BY_SOMEBODY.values(), ids=ENDED_BY_SOMEBODY)
def test_it_ends_with_the_session_and_so_does_what_was_got_with_it(
    world: World, client: Client, short: str, end: Callable[[User], None]
) -> None:
    token = ask(client, "olga", short, PULL_APP).json()["token"]
    assert ask_route(client, "GET", READ, token=token).status_code == 204
    end(world.olga)
    assert ask(client, "olga", short, PULL_APP).status_code == 401
    assert ask_route(client, "GET", READ, token=token)["X-Waybill-Refusal-Status"] == "401"


def test_a_second_factor_that_is_demanded_meanwhile_is_set_up_first(
    client: Client, short: str, world: World
) -> None:
    assert ask(client, "olga", short, PULL_APP).status_code == 200
    type(world.acme).objects.filter(pk=world.acme.pk).update(requires_second_factor=True)
    refused = ask(client, "olga", short, PULL_APP)
    assert (refused.status_code, "acme demands two factors" in words_of(refused)) == (401, True)


def test_a_session_that_is_too_old_gives_nothing(
    world: World, client: Client, terminal: CommandLine
) -> None:
    whole = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    with time_machine.travel(timezone.now() + whole - timedelta(minutes=30)) as clock:
        short = make_docker_credential(terminal.secret)
        assert ask(client, "olga", short, PULL_APP).status_code == 200
        clock.shift(timedelta(minutes=31))
        assert "waybill login" in words_of(ask(client, "olga", short, PULL_APP))
    assert Session.objects.exists()


def test_an_answer_is_not_remembered_beyond_the_session(
    client: Client, short: str, terminal: CommandLine
) -> None:
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        Session.objects.update(expire_date=timezone.now() + timedelta(seconds=1))
        assert ask(client, "olga", short, PULL_APP).json()["expires_in"] == 1
        clock.shift(1)
        assert ask(client, "olga", short, PULL_APP).status_code == 401


def test_it_is_made_for_no_longer_than_the_session_lasts(terminal: CommandLine) -> None:
    ends = (timezone.now() + timedelta(minutes=30)).replace(microsecond=0)
    Session.objects.update(expire_date=ends)
    made = terminal.call("POST", "credentials/docker").json()
    assert datetime.fromisoformat(made["expires_at"]) == ends


def test_it_costs_one_query(
    client: Client, short: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(client, "olga", short)
    with django_assert_num_queries(1):
        assert ask(client, "olga", short, PULL_APP).status_code == 200


def test_what_is_pushed_with_it_names_the_command_line(client: Client, short: str) -> None:
    token = ask(client, "olga", short, "repository:acme/new:pull,push").json()["token"]
    ask_route(client, "POST", "/v2/acme/new/blobs/uploads/", token=token)
    event = AuditEvent.objects.get(action="repository:created")
    mine = CommandLineSession.objects.get()
    assert list(in_words([event.credential]).values()) == [
        f"command line {mine.public_part} (docker credential)"
    ]
