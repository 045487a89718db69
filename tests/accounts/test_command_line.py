"""Command lines log in by a browser (RFC 8628), and what they get is a session like a browser's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.errors import ExpiredToken
from accounts.flows import command_line as flows
from accounts.flows import manage_people
from accounts.flows.command_line import forget_old_logins
from accounts.flows.end_sessions import log_out_everywhere
from accounts.flows.report_leak import report_leak
from accounts.models import AuditEvent, CommandLineSession, DeviceLogin, Membership
from accounts.principals import Principal
from accounts.ratelimits import DEVICE_LOGINS
from tests.accounts.second_factors import code_of, set_up_app
from tests.clients import basic, confirm
from tests.command_lines import (
    ENDED_BY_SOMEBODY,
    JSON,
    PAGE,
    CommandLine,
    approve,
    begin,
    browser_of,
    poll,
)
from tests.conftest import World
from tests.factories import PASSWORD
from tests.machines import make_robot, make_secret, make_token

TOKEN = {"name": "laptop", "repositories": ["alice/*"], "expires_at": None}


def code_of_refusal(answer: Any) -> str:
    return str(answer.json()["code"])


@pytest.fixture
def terminal(world: World) -> CommandLine:
    """A command line of alice."""
    return CommandLine(world.alice)


# What it asks and polls.


def test_a_command_line_is_told_what_to_show_and_where_it_is_approved(db: None) -> None:
    told = begin()
    assert told["device_code"].startswith("wbd_")
    assert len(told["user_code"].replace("-", "")) == 10
    assert told["verification_uri"] == f"{settings.PUBLIC_URL}{PAGE}"
    assert told["verification_uri_complete"].endswith(f"?code={told['user_code']}")
    assert (told["expires_in"], told["interval"]) == (600, 5)


def test_nothing_that_is_kept_opens_anything(terminal: CommandLine) -> None:
    waiting = begin()
    kept = [
        *DeviceLogin.objects.values_list(),
        *CommandLineSession.objects.values_list(),
        *Session.objects.values_list(),
    ]
    assert waiting["device_code"].split("_")[2] not in str(kept)
    assert terminal.secret.split("_")[2] not in str(kept)


def test_it_waits_as_long_as_nobody_answers(db: None) -> None:
    answer = poll(begin()["device_code"])
    assert (answer.status_code, code_of_refusal(answer)) == (400, "authorization-pending")


def test_it_is_slowed_down_when_it_asks_too_often(db: None) -> None:
    code = begin()["device_code"]
    poll(code)
    again = Client().post("/api/v1/command-line/sessions", {"device_code": code}, JSON)
    assert code_of_refusal(again) == "slow-down"


def test_an_approved_one_gets_a_session_and_says_whose(world: World) -> None:
    told = begin()
    assert approve(browser_of(world.alice), told["user_code"]).status_code == 302
    got = poll(told["device_code"]).json()
    assert (got["username"], got["secret"][:4]) == ("alice", "wbc_")


def test_a_code_gives_one_secret_once(world: World) -> None:
    told = begin()
    approve(browser_of(world.alice), told["user_code"])
    assert poll(told["device_code"]).status_code == 201
    assert code_of_refusal(poll(told["device_code"])) == "expired-token"
    assert CommandLineSession.objects.count() == 1


def test_a_refused_one_gets_nothing_however_often_it_asks(world: World) -> None:
    told, browser = begin(), browser_of(world.alice)
    approve(browser, told["user_code"], refuse="1")
    approve(browser, told["user_code"])
    for _ in range(2):
        assert code_of_refusal(poll(told["device_code"])) == "access-denied"
    assert not UserSession.objects.filter(user_agent__startswith="waybill on").exists()


def test_a_code_ends_after_ten_minutes(world: World) -> None:
    told = begin()
    DeviceLogin.objects.update(expires_at=timezone.now())
    answer = approve(browser_of(world.alice), told["user_code"])
    assert "Nothing waits with this code" in answer.content.decode()
    assert code_of_refusal(poll(told["device_code"])) == "expired-token"


def test_what_was_approved_and_not_fetched_ends_with_the_code(world: World) -> None:
    told = begin()
    approve(browser_of(world.alice), told["user_code"])
    kept = UserSession.objects.get(user_agent="waybill on laptop")
    ends = Session.objects.get(session_key=kept.session_key).expire_date
    assert ends <= timezone.now() + timedelta(minutes=10)


@pytest.mark.parametrize("code", ["", "wbd_1_2", "wbc_" + "0" * 16, "x" * 200])
def test_what_is_no_code_gets_nothing(db: None, code: str) -> None:
    begin()
    answer = Client().post("/api/v1/command-line/sessions", {"device_code": code}, JSON)
    assert code_of_refusal(answer) in {"expired-token", "invalid"}


def test_one_command_line_cannot_fetch_what_was_approved_for_another(world: World) -> None:
    mine, other = begin(), begin()
    approve(browser_of(world.alice), mine["user_code"])
    assert code_of_refusal(poll(other["device_code"])) == "authorization-pending"
    swapped = other["device_code"][:21] + mine["device_code"][21:]
    assert code_of_refusal(poll(swapped)) == "expired-token"


def test_a_network_begins_no_more_than_so_many(db: None) -> None:
    for _ in range(DEVICE_LOGINS.events):
        begin()
    answer = Client().post("/api/v1/command-line/logins", {}, JSON)
    assert (answer.status_code, code_of_refusal(answer)) == (429, "rate-limited")


def test_a_machine_has_no_name_that_deceives(db: None) -> None:
    answer = Client().post("/api/v1/command-line/logins", {"machine": "lap\u202etop"}, JSON)
    assert answer.status_code == 400


def test_codes_that_ended_are_forgotten(db: None) -> None:
    begin()
    DeviceLogin.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    begin()
    forget_old_logins()
    assert DeviceLogin.objects.count() == 1


# Who may approve.


@pytest.mark.parametrize("way", ["password", "token", "robot", "command line"])
def test_nothing_but_a_browser_approves(world: World, terminal: CommandLine, way: str) -> None:
    robot = make_robot("alice", by=world.alice)
    shown = {
        "password": basic("alice"),
        "token": f"Bearer {make_token(world.alice).value}",
        "robot": f"Bearer {make_secret(robot, by=world.alice).value}",
        "command line": f"Bearer {terminal.secret}",
    }[way]
    told = begin()
    stranger = Client(headers={"Authorization": shown})
    answer = approve(stranger, told["user_code"])
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert code_of_refusal(poll(told["device_code"])) == "authorization-pending"


def test_a_person_who_was_disabled_after_approving_gets_nothing(world: World) -> None:
    told = begin()
    approve(browser_of(world.alice), told["user_code"])
    manage_people.disable(world.alice, by=Principal(world.root), reason="left")
    assert code_of_refusal(poll(told["device_code"])) == "expired-token"


def test_a_browser_that_is_logged_out_while_it_approves_begins_nothing(world: World) -> None:
    browser = browser_of(world.alice).session
    assert browser.items()  # read, as at the beginning of a request
    log_out_everywhere(world.alice, by=Principal(world.alice))
    waiting = flows.begin(machine="laptop", address="127.0.0.1").login
    with pytest.raises(ExpiredToken):
        flows.approve(waiting, user=world.alice, browser=browser)
    assert not UserSession.objects.filter(user=world.alice).exists()


def test_a_session_that_ends_while_it_is_fetched_is_over(world: World) -> None:
    told = begin()
    approve(browser_of(world.alice), told["user_code"])

    def end_first(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith('UPDATE "django_session"'):
            Session.objects.all().delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end_first):
        assert code_of_refusal(poll(told["device_code"])) == "expired-token"
    assert not CommandLineSession.objects.exists()


# What it may do, and for how long.


def test_it_makes_and_ends_access_tokens_as_the_page_does(terminal: CommandLine) -> None:
    made = terminal.call("POST", "user/tokens", TOKEN)
    assert made.status_code == 201, made.content
    assert terminal.call("DELETE", f"user/tokens/{made.json()['token']['id']}").status_code == 204


def test_what_it_does_is_in_the_audit_under_its_name(terminal: CommandLine) -> None:
    terminal.call("POST", "user/tokens", TOKEN)
    mine = CommandLineSession.objects.get()
    event = AuditEvent.objects.filter(action="account:token:created").get()
    assert event.credential == f"command-line:{mine.pk}"


def test_that_it_was_approved_is_in_the_audit(terminal: CommandLine) -> None:
    event = AuditEvent.objects.get(action="account:command-line:approved")
    assert (event.target, event.actor_name) == ("laptop", "alice")


def test_it_administers_what_its_person_administers(world: World) -> None:
    assert CommandLine(world.root).call("GET", "registries").status_code == 200
    assert CommandLine(world.alice).call("GET", "registries").status_code == 403


@pytest.mark.parametrize("path", ["/", "/settings/tokens", PAGE, "/api/docs"])
def test_it_opens_no_page(terminal: CommandLine, path: str) -> None:
    shown = Client(headers={"Authorization": f"Bearer {terminal.secret}"}).get(path)
    nobody = Client().get(path)
    assert (shown.status_code, shown.get("Location")) == (
        nobody.status_code,
        nobody.get("Location"),
    )


def test_its_secret_is_no_cookie_and_no_answer_has_one(terminal: CommandLine) -> None:
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = terminal.secret
    assert browser.get("/api/v1/user").status_code == 401
    asked = terminal.call("POST", "user/addresses", {"email": "other@example.com"})
    assert asked.status_code == 202
    assert settings.SESSION_COOKIE_NAME not in asked.cookies


def test_what_a_call_keeps_in_the_session_is_there_for_the_next(terminal: CommandLine) -> None:
    terminal.call("POST", "user/addresses", {"email": "other@example.com"})
    answer = terminal.call("POST", "user/addresses/verify", {"code": "wrong"})
    assert code_of_refusal(answer) == "invalid"  # and not that none waits


def test_a_new_password_by_it_keeps_it_and_ends_all_others(
    world: World, terminal: CommandLine
) -> None:
    other = CommandLine(world.alice)
    body = {"current_password": PASSWORD, "new_password": "another quiet river"}
    answer = terminal.call("POST", "user/password", body)
    assert (answer.status_code, settings.SESSION_COOKIE_NAME in answer.cookies) == (204, False)
    assert terminal.call("GET", "user").status_code == 200
    assert other.call("GET", "user").status_code == 401


def _too_old(_user: object) -> None:
    Session.objects.update(expire_date=timezone.now())


@pytest.mark.parametrize(
    "end", [*ENDED_BY_SOMEBODY.values(), _too_old], ids=[*ENDED_BY_SOMEBODY, "too old"]
)
def test_it_ends_as_a_browsers_session_does(world: World, terminal: CommandLine, end: Any) -> None:
    assert terminal.call("GET", "user").status_code == 200
    end(world.alice)
    answer = terminal.call("GET", "user")
    assert (answer.status_code, code_of_refusal(answer)) == (401, "wrong-credential")


def test_it_logs_itself_out(terminal: CommandLine) -> None:
    assert terminal.call("DELETE", "user/sessions/this").status_code == 204
    assert terminal.call("GET", "user").status_code == 401
    assert not CommandLineSession.objects.exists()


def test_it_lasts_as_long_as_a_browser_does(world: World, terminal: CommandLine) -> None:
    kept = CommandLineSession.objects.get().session
    ends = Session.objects.get(session_key=kept.session_key).expire_date
    whole = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert timezone.now() + whole - ends < timedelta(minutes=1)


def test_where_and_when_it_was_used_is_noted(world: World, terminal: CommandLine) -> None:
    before = UserSession.objects.get(command_line__isnull=False).last_seen_at
    terminal.call("GET", "user")
    assert UserSession.objects.get(command_line__isnull=False).last_seen_at > before


def test_the_approval_is_a_fresh_proof_for_ten_minutes(terminal: CommandLine) -> None:
    assert terminal.call("POST", "user/tokens", TOKEN).status_code == 201
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = terminal.call("POST", "user/tokens", TOKEN)
        assert (answer.status_code, code_of_refusal(answer)) == (403, "confirmation-needed")
        assert "waybill login --again" in answer.json()["detail"]
        assert terminal.call("GET", "user/tokens").status_code == 200


def test_who_has_a_second_factor_shows_it_before_anything_is_approved(world: World) -> None:
    set_up_app(world.alice)
    browser = Client()
    browser.force_login(world.alice)
    told = begin()
    answer = approve(confirm(browser), told["user_code"])
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert code_of_refusal(poll(told["device_code"])) == "authorization-pending"
    done = browser.post(answer["Location"], {"code": code_of()}, follow=True)
    assert "Approved: go back to your terminal." in done.content.decode()
    assert poll(told["device_code"]).status_code == 201


def test_a_demanded_factor_is_set_up_first(world: World) -> None:
    olga = CommandLine(world.olga)
    world.acme.requires_second_factor = True
    world.acme.save()
    assert Membership.objects.filter(user=world.olga, organization=world.acme).exists()
    answer = olga.call("GET", "user")
    assert (answer.status_code, code_of_refusal(answer)) == (403, "second-factor-missing")


@pytest.mark.django_db(transaction=True)
def test_one_that_leaked_ends_and_its_person_is_told(terminal: CommandLine) -> None:
    assert report_leak(terminal.secret, url="https://git.example.com/x")
    assert terminal.call("GET", "user").status_code == 401
    assert "wbc_" in str(mail.outbox[-1].body)
    assert terminal.secret.split("_")[2] not in str(mail.outbox[-1].body)


@pytest.mark.django_db(transaction=True)
def test_a_mail_tells_that_it_was_approved_in_words_that_no_stranger_wrote(world: World) -> None:
    CommandLine(world.alice, machine="win a prize")
    (told,) = [one for one in mail.outbox if "Command line logged in" in one.subject]
    assert told.to == ["alice@example.com"]
    assert "127.0.0.1" in told.body
    assert "/settings/sessions" in told.body
    assert "prize" not in told.body
