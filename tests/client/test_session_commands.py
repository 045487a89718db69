"""Commands that a session opens and no token: access tokens, robots, registries, moves, the trash."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone
from waybill.commands.main import main
from waybill.commands.state import State
from waybill.logins.book import Book, Login

from accounts.models import PersonalAccessToken, RobotAccount, RobotSecret, User
from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.models import Move, MoveState, Registry
from tests.client.conftest import Run
from tests.client.transport import URL, InProcess, answers
from tests.command_lines import CommandLine
from tests.conftest import World


def logged_in(run: Run, book: Book, user: User) -> Run:
    book.keep(Login(URL, user.username, CommandLine(user).secret))
    return run


@pytest.fixture
def as_olga(run: Run, book: Book, world: World) -> Run:
    """Runs commands of an owner."""
    return logged_in(run, book, world.olga)


@pytest.fixture
def as_root(run: Run, book: Book, world: World) -> Run:
    """Runs commands of an administrator."""
    return logged_in(run, book, world.root)


def lines_of(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_token_is_made_and_its_secret_is_all_that_is_printed(as_olga: Run) -> None:
    made = as_olga("tokens", "create", "laptop", "acme/*", "--push")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("wbp_")
    assert made.stdout.count("\n") == 1
    assert "never again" in made.stderr
    token = PersonalAccessToken.objects.get(name="laptop")
    assert (token.patterns, token.actions) == (["acme/*"], ["push"])
    assert token.expires_at
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)


@pytest.mark.parametrize(
    ("said", "expires"), [("never", None), ("2030-01-31", "2030-01-31T23:59:59")]
)
def test_a_token_holds_until_what_was_said(as_olga: Run, said: str, expires: str | None) -> None:
    (told,) = lines_of(as_olga("tokens", "create", "x", "*", "--expires", said, "--json"))
    assert (told["token"]["expires_at"] or "None")[:19] == str(expires)


def test_no_moment_that_is_none(as_olga: Run) -> None:
    result = as_olga("tokens", "create", "x", "*", "--expires", "soon")
    assert (result.exit_code, "--expires soon" in result.stderr) == (2, True)


def test_tokens_are_listed_rotated_and_revoked_by_name(as_olga: Run) -> None:
    as_olga("tokens", "create", "laptop", "*")
    assert "laptop" in as_olga("tokens", "list").stdout
    assert as_olga("tokens", "rotate", "laptop").stdout.startswith("wbp_")
    assert as_olga("tokens", "revoke", "laptop").exit_code == 2  # wants --yes
    assert as_olga("tokens", "revoke", "laptop", "--yes").exit_code == 0
    assert not PersonalAccessToken.objects.usable().exists()


def test_of_several_tokens_of_one_name_one_is_named_by_its_beginning(as_olga: Run) -> None:
    for _ in range(2):
        as_olga("tokens", "create", "laptop", "*")
    result = as_olga("tokens", "revoke", "laptop", "--yes")
    assert (result.exit_code, "wbp_" in result.stderr) == (3, True)
    beginning = as_olga("tokens", "list", "-q", "-n", "1").stdout.strip()
    assert as_olga("tokens", "revoke", beginning, "--yes").exit_code == 0


def test_a_robot_of_an_organization_is_made_with_a_secret(as_olga: Run) -> None:
    made = as_olga("robots", "create", "acme+ci", "-d", "Builds", "--label", "GitHub")
    assert made.stdout.startswith("wbs_")
    robot = RobotAccount.objects.get()
    assert (robot.full_name, robot.description) == ("acme+ci", "Builds")
    (listed,) = lines_of(as_olga("robots", "list", "acme", "--json"))
    assert listed["secrets"][0]["label"] == "GitHub"


def test_no_robot_is_left_without_a_secret(as_olga: Run) -> None:
    refused = as_olga("robots", "create", "acme+ci", "--expires", "2020-01-31")
    assert refused.exit_code != 0
    assert not RobotAccount.objects.exists()


def test_a_secret_of_a_robot_is_rotated_and_the_robot_removed(as_olga: Run) -> None:
    as_olga("robots", "create", "ci")
    assert as_olga("robots", "rotate", "olga+ci", "--overlap", "1").stdout.startswith("wbs_")
    several = as_olga("robots", "rotate", "olga+ci")
    assert (several.exit_code, "--secret" in several.stderr) == (2, True)
    number = str(RobotSecret.objects.latest("pk").pk)
    assert as_olga("robots", "revoke", "olga+ci", number, "--yes").exit_code == 0
    assert as_olga("robots", "remove", "olga+ci", "--yes").exit_code == 0
    assert not RobotAccount.objects.exists()


def test_ones_own_robot_is_named_either_way_and_gets_one_more_secret(as_olga: Run) -> None:
    as_olga("robots", "create", "olga+ci")
    assert as_olga("robots", "add-secret", "olga+ci", "--label", "there").stdout.startswith("wbs_")
    assert RobotSecret.objects.filter(label="there").exists()


def test_a_deleted_repository_comes_back(as_olga: Run, world: World) -> None:
    request_deletion(world.app, by=Principal(world.olga))
    assert as_olga("trash", "list", "-q").stdout == "acme/app\n"
    assert as_olga("trash", "undo", "acme/app").stdout == "acme/app is back.\n"
    again = as_olga("repos", "undo", "acme/app")
    assert (again.exit_code, "waybill trash list" in again.stderr) == (3, True)


def test_registries_are_listed_and_shown(as_root: Run) -> None:
    assert "east" in as_root("registries", "list", "-q").stdout.split()
    assert lines_of(as_root("registries", "show", "east", "--json"))[0]["name"] == "east"


def test_a_registry_is_added_and_its_secret_shown_once(as_root: Run) -> None:
    made = as_root("registries", "add", "north", "http://north.test:5000", "--stage", "sandbox")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("wbe_")
    assert Registry.objects.get(name="north").stage == "sandbox"


def test_a_registry_that_is_not_well_ends_with_seven(as_root: Run) -> None:
    result = as_root("registries", "test", "east")
    assert (result.exit_code, "VERDICT" in result.stdout) == (7, True)


def test_a_walk_through_a_registry_is_begun(as_root: Run) -> None:
    result = as_root("registries", "reconcile", "east", "--no-wait")
    assert (result.exit_code, "is under way" in result.stdout) == (0, True)


def test_a_move_is_begun_shown_and_cancelled(as_root: Run) -> None:
    begun = as_root("moves", "start", "acme/app", "west", "--no-wait")
    assert begun.exit_code == 0, begun.output
    number = str(Move.objects.get().pk)
    assert "west" in as_root("moves", "show", number).stdout
    assert as_root("moves", "list", "-q").stdout.strip() == number
    assert as_root("moves", "cancel", number).exit_code == 0
    assert Move.objects.get().state == MoveState.CLEANING


def test_a_move_is_waited_for_to_its_end(as_root: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [MoveState.CLOSING, MoveState.FLIPPED]
    monkeypatch.setattr("time.sleep", lambda _: Move.objects.update(state=steps.pop(0)))
    result = as_root("moves", "start", "acme/app", "west")
    assert result.stdout == "acme/app from east to west is done.\n"


def test_a_move_in_trouble_ends_with_seven(as_root: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: Move.objects.update(last_problem="no answer"))
    result = as_root("moves", "start", "acme/app", "west")
    assert (result.exit_code, "no answer" in result.stderr) == (7, True)


def test_what_is_for_administrators_is_said_to_others(as_olga: Run) -> None:
    result = as_olga("registries", "list")
    assert (result.exit_code, "administrators" in result.stderr) == (3, True)


def test_a_script_is_told_to_prove_it_again(as_olga: Run, transport: InProcess) -> None:
    told = b'{"code": "confirmation-needed", "detail": "again"}'
    transport.instead = [answers(403, told)]
    result = as_olga("tokens", "create", "laptop", "*")
    assert (result.exit_code, "waybill login --again" in result.stderr) == (3, True)


def test_a_person_proves_it_and_the_command_goes_on(
    as_olga: Run, world: World, transport: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = CommandLine(world.olga).secret
    session = json.dumps({"secret": secret, "username": "olga", "expires_at": ""}).encode()
    monkeypatch.setattr("waybill.commands.browser._wants_to_prove", lambda: True)
    begun = {"device_code": "x", "user_code": "B-C", "expires_in": 9, "interval": 1}
    begun |= {"verification_uri": URL, "verification_uri_complete": URL}
    transport.instead = [
        answers(403, b'{"code": "confirmation-needed"}'),
        answers(201, json.dumps(begun).encode()),
        answers(201, session),
    ]
    assert as_olga("tokens", "create", "laptop", "*").stdout.startswith("wbp_")
    assert PersonalAccessToken.objects.count() == 1


def test_a_command_does_not_go_on_as_somebody_else(
    as_olga: Run, world: World, monkeypatch: pytest.MonkeyPatch, transport: InProcess
) -> None:
    monkeypatch.setattr("waybill.commands.browser._wants_to_prove", lambda: True)
    monkeypatch.setattr(
        "waybill.commands.browser.log_in_by_browser",
        lambda *_, **__: Login(URL, "alice", CommandLine(world.alice).secret),
    )
    transport.instead = [answers(403, b'{"code": "confirmation-needed"}')]
    result = as_olga("tokens", "create", "laptop", "*")
    assert (result.exit_code, "alice approved it" in result.stderr) == (3, True)
    assert not PersonalAccessToken.objects.exists()


def test_names_of_registries_are_completed(book: Book, world: World, transport: InProcess) -> None:
    book.keep(Login(URL, "root", CommandLine(world.root).secret))
    typed = {"COMP_WORDS": "waybill registries show e", "COMP_CWORD": "3"}
    environment = {"_WAYBILL_COMPLETE": "bash_complete", **typed}
    state = State(book=book, adapter=transport)
    result = CliRunner().invoke(main, prog_name="waybill", env=environment, obj=state)
    assert result.stdout.split() == ["plain,east"]
