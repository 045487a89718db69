"""The page on which a person approves a command line: it is looked at, compared, and answered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client

from accounts.models import DeviceLogin
from accounts.ratelimits import DEVICE_GUESSES
from tests.clients import forget_confirmation
from tests.command_lines import PAGE, CommandLine, approve, begin, browser_of, poll
from tests.conftest import World

AtMost = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def alice(world: World) -> Client:
    """A browser of alice."""
    return browser_of(world.alice)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def is_waiting() -> bool:
    return DeviceLogin.objects.get().is_waiting


def test_a_stranger_logs_in_first_and_comes_back_to_the_code(db: None) -> None:
    answer = Client().get(PAGE, {"code": "BCDFG-HJKLM"})
    assert answer["Location"].startswith("/accounts/login/?next=/accounts/device%3Fcode%3DBCDFG")


def test_without_a_code_it_asks_for_one(alice: Client) -> None:
    assert 'name="code"' in text_of(alice.get(PAGE))


def test_the_code_of_a_link_is_shown_with_who_asks_and_nothing_is_approved(alice: Client) -> None:
    told = begin("build-7")
    page = text_of(alice.get(PAGE, {"code": told["user_code"]}))
    for shown in (told["user_code"], "build-7", "as it says itself", "127.0.0.1", "alice"):
        assert shown in page
    assert is_waiting()


def test_a_code_may_be_typed_in_any_way(alice: Client) -> None:
    code = begin()["user_code"]
    page = text_of(alice.get(PAGE, {"code": f" {code.lower().replace('-', ' ')} "}))
    assert code in page


def test_to_approve_is_to_say_that_the_code_is_the_same(alice: Client) -> None:
    told = begin()
    answer = alice.post(PAGE, {"code": told["user_code"], "approve": "1"})
    assert "Compare the code with the one in your terminal" in text_of(answer)
    assert is_waiting()


def test_a_post_by_another_site_approves_nothing(world: World) -> None:
    told, browser = begin(), Client(enforce_csrf_checks=True)
    browser.force_login(world.alice)
    assert approve(browser, told["user_code"]).status_code == 403
    assert is_waiting()


def test_who_logged_in_long_ago_confirms_it_first(world: World, alice: Client) -> None:
    told = begin()
    answer = approve(forget_confirmation(alice), told["user_code"])
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert is_waiting()


def test_after_the_confirmation_the_code_counts_as_compared_and_another_does_not(
    alice: Client,
) -> None:
    mine, others = begin()["user_code"], begin()["user_code"]
    approve(forget_confirmation(alice), mine)
    pages = [text_of(alice.get(PAGE, {"code": code})) for code in (mine, others)]
    boxes = [page.partition('name="is_same"')[2].partition(">")[0] for page in pages]
    assert ["checked" in box for box in boxes] == [True, False]


def test_to_refuse_needs_no_confirmation(alice: Client) -> None:
    told = begin()
    approve(forget_confirmation(alice), told["user_code"], refuse="1")
    assert poll(told["device_code"]).json()["code"] == "access-denied"


def test_an_unknown_code_is_told_at_the_field(alice: Client) -> None:
    page = text_of(alice.get(PAGE, {"code": "BCDFG-HJKLM"}))
    assert "Nothing waits with this code" in page


def test_codes_are_not_guessed(alice: Client) -> None:
    told = begin()
    for _ in range(DEVICE_GUESSES.events):
        alice.get(PAGE, {"code": "BCDFG-HJKLM"})
    page = text_of(alice.get(PAGE, {"code": told["user_code"]}))
    assert "Too many wrong codes lately" in page
    assert "127.0.0.1" not in page
    assert approve(alice, told["user_code"]).status_code == 200
    assert is_waiting()


def test_it_leads_to_nowhere_else(alice: Client) -> None:
    told = begin()
    answer = approve(alice, told["user_code"], next="https://evil.example")
    assert answer["Location"] == "/settings/sessions"


def test_a_name_of_a_machine_is_text(alice: Client) -> None:
    code = begin("<script>alert(1)</script>")["user_code"]
    assert "<script>alert" not in text_of(alice.get(PAGE, {"code": code}))


def test_the_command_line_is_listed_with_its_machine_and_ended_there(world: World) -> None:
    terminal, browser = CommandLine(world.alice, "build-7"), browser_of(world.alice)
    page = text_of(browser.get("/settings/sessions"))
    assert "waybill on build-7" in page
    assert '<span class="mark">command line</span>' in page
    listed = terminal.call("GET", "user/sessions").json()["results"]
    (mine,) = [one for one in listed if one["is_command_line"]]
    browser.post(f"/settings/sessions/{mine['id']}/end")
    assert terminal.call("GET", "user").status_code == 401


def test_it_needs_few_queries(alice: Client, django_assert_max_num_queries: AtMost) -> None:
    code = begin()["user_code"]
    alice.get(PAGE)
    with django_assert_max_num_queries(8):
        alice.get(PAGE, {"code": code})
