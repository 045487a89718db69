"""A deed with an `Idempotency-Key` is done once, whoever dies in between and however many ask at once.

Three steps commit: that the key is taken, the deed with its mark, and the answer.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import kept_answers
from accounts.flows import teams
from accounts.kept_answers import Asked, Claim, ClaimLost
from accounts.models import AuditEvent, KeptAnswer, Team
from tests.factories import make_organization, make_user
from tests.machines import make_token

pytestmark = pytest.mark.django_db(transaction=True)

TEAMS = "/api/v1/organizations/acme/teams"
ASKED = Asked("user:1", "d" * 64, "f" * 64)
Post = Callable[[], Any]


@pytest.fixture
def post() -> Post:
    """Asks for a team, with one key; answers that are faults are answers."""
    olga = make_user("olga")
    make_organization("acme", owner=olga)
    token = make_token(olga, api_parts=("organizations:write",)).value
    headers = {"Idempotency-Key": "k", "Authorization": f"Bearer {token}"}

    def post() -> Any:
        client = Client(raise_request_exception=False)
        body = {"name": "builders"}
        return client.post(TEAMS, body, content_type="application/json", headers=headers)

    return post


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def a_minute_later() -> None:
    KeptAnswer.objects.update(began_at=timezone.now() - timedelta(seconds=61))


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(post: Post) -> None:
    """Ask in a process of its own, which is killed."""
    process = os.fork()
    if process == 0:
        kept = connection.connection  # closing it would end the one of the test
        connection.connection = None
        post()
        os._exit(bool(kept))
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status)


def test_what_was_killed_before_it_did_anything_is_done_by_the_next(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Claim, "marking", die)
        killed(post)
    assert told(post()) == (409, "idempotency-key-in-use")
    a_minute_later()
    assert post().status_code == 201


def test_what_was_killed_in_its_transaction_is_done_by_the_next(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(teams, "record", die)
        killed(post)
    assert not Team.objects.exists()
    a_minute_later()
    assert post().status_code == 201


def test_what_was_killed_before_its_answer_was_kept_is_not_done_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Claim, "keep", die)
        killed(post)
    assert told(post()) == (409, "idempotency-key-in-use")
    a_minute_later()
    assert told(post()) == (409, "answer-lost")
    assert Team.objects.count() == 1


def raises(error: BaseException) -> Callable[..., None]:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def test_an_answer_that_cannot_be_kept_is_given_nevertheless(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Claim, "keep", raises(OperationalError("the line was cut")))
        assert post().status_code == 201
    a_minute_later()
    assert told(post()) == (409, "answer-lost")


def test_a_fault_before_anything_was_written_leaves_the_key_to_the_next(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(teams, "record", raises(ZeroDivisionError()))
        assert post().status_code == 500
    assert post().status_code == 201


def test_a_fault_after_the_deed_does_not_let_it_be_done_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(*args: Any, **details: Any) -> None:
        transaction.on_commit(raises(ZeroDivisionError()))

    with monkeypatch.context() as patch:
        patch.setattr(teams, "record", record)
        assert post().status_code == 500
    assert told(post()) == (409, "answer-lost")
    assert Team.objects.count() == 1


def test_of_many_at_once_one_does_it(post: Post) -> None:
    def ask(_: int) -> tuple[int, str]:
        try:
            return told(post())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(ask, range(8)))
    assert answers[201, ""] >= 1
    assert answers.keys() <= {(201, ""), (409, "idempotency-key-in-use")}
    assert (
        Team.objects.count()
        == AuditEvent.objects.filter(action="organization:team:created").count()
        == 1
    )


def test_the_second_is_told_to_come_back_while_the_first_is_at_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()
    marking = Claim.marking

    def wait(claim: Claim) -> Any:
        begun.set()
        go_on.wait(60)
        return marking(claim)

    def ask() -> Any:
        try:
            return post()
        finally:
            connection.close()

    monkeypatch.setattr(Claim, "marking", wait)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask)
        assert begun.wait(60)
        second = post()
        go_on.set()
        assert first.result().status_code == 201
    assert told(second) == (409, "idempotency-key-in-use")
    assert second["Retry-After"] == "2"


def claimed() -> Claim:
    claim = kept_answers.claim(ASKED)
    assert claim
    return claim


def has_written() -> bool:
    return KeptAnswer.objects.get().has_written


@pytest.mark.django_db
def test_whoever_was_given_up_writes_nothing_any_more() -> None:
    first = claimed()
    a_minute_later()
    second = claimed()
    with pytest.raises(ClaimLost), first.marking(), transaction.atomic():
        make_user("late")
    with second.marking():
        make_user("next")
    assert has_written()


@pytest.mark.django_db
def test_whoever_has_written_is_not_given_up() -> None:
    with claimed().marking():
        make_user("slow")
    a_minute_later()
    assert kept_answers.claim(ASKED) is None


@pytest.mark.django_db
def test_a_mark_that_a_savepoint_took_back_is_made_again() -> None:
    def refused() -> None:
        with transaction.atomic():
            make_user("refused")
            raise ZeroDivisionError

    with claimed().marking(), transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            refused()
        assert not has_written()
        make_user("allowed")
        assert has_written()
    assert has_written()


@pytest.mark.django_db
def test_a_mark_goes_with_the_transaction_that_is_rolled_back() -> None:
    def refused() -> None:
        with transaction.atomic():
            make_user("refused")
            raise ZeroDivisionError

    with claimed().marking():
        with pytest.raises(ZeroDivisionError):
            refused()
        assert not has_written()
        make_user("allowed")
    assert has_written()


@pytest.mark.django_db
def test_reading_leaves_no_mark() -> None:
    with claimed().marking(), transaction.atomic():
        list(Team.objects.select_for_update())
    assert not has_written()


@pytest.mark.django_db
def test_nobody_else_takes_over_with_another_request() -> None:
    claimed()
    a_minute_later()
    assert kept_answers.claim(Asked(ASKED.owner, ASKED.digest, "0" * 64)) is None
