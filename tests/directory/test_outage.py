"""The directory is away, hangs, or should be left alone."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.directory import answers
from accounts.errors import DirectoryUnavailable, InvalidCredentials
from accounts.flows import directory_login
from tests.clients import basic
from tests.conftest import World
from tests.directory.slapd import PASSWORD, Slapd
from tests.directory.test_login import ask_for_token, log_in
from tests.factories import SERVICE

pytestmark = pytest.mark.django_db


def later(seconds: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True)


def test_a_right_password_is_not_asked_about_again_at_once(slapd: Slapd) -> None:
    slapd.add_person("often")
    for _ in range(5):
        log_in("often")
    assert slapd.binds_of("often") == 1


def test_it_is_asked_about_again_after_a_minute(slapd: Slapd) -> None:
    slapd.add_person("again")
    log_in("again")
    with later(answers.FRESH_SECONDS + 1):
        log_in("again")
    assert slapd.binds_of("again") == 2


def test_the_last_good_answer_holds_while_the_directory_is_down(slapd: Slapd) -> None:
    slapd.add_person("holder")
    user = log_in("holder")
    slapd.stop()
    with later(answers.GOOD_SECONDS - 30):
        assert log_in("holder") == user


def test_it_ends_after_some_minutes(slapd: Slapd) -> None:
    slapd.add_person("ender")
    log_in("ender")
    slapd.stop()
    with later(answers.GOOD_SECONDS + 1), pytest.raises(DirectoryUnavailable):
        log_in("ender")


def test_no_other_password_holds(slapd: Slapd) -> None:
    slapd.add_person("guarded")
    log_in("guarded")
    slapd.stop()
    with pytest.raises(DirectoryUnavailable):
        log_in("guarded", "a guess")
    with pytest.raises(DirectoryUnavailable):
        log_in("somebody")


def test_a_changed_password_ends_the_old_one(slapd: Slapd) -> None:
    slapd.add_person("changer")
    log_in("changer")
    slapd.change_password("changer", "a new one")
    with later(answers.FRESH_SECONDS + 1):
        with pytest.raises(InvalidCredentials):
            log_in("changer")
        slapd.stop()
        with pytest.raises(InvalidCredentials):
            log_in("changer")


def test_an_account_disabled_here_gets_nothing_from_a_kept_answer(slapd: Slapd) -> None:
    slapd.add_person("revoked")
    user = log_in("revoked")
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    slapd.stop()
    with pytest.raises(Exception, match="is disabled"):
        log_in("revoked")


def test_a_wrong_password_is_sent_once(slapd: Slapd) -> None:
    slapd.add_person("stale")
    for _ in range(8):
        with pytest.raises(InvalidCredentials):
            log_in("stale", "an old one")
    assert slapd.binds_of("stale") == 1


def test_it_is_sent_again_after_some_minutes(slapd: Slapd) -> None:
    slapd.add_person("patient")
    with pytest.raises(InvalidCredentials):
        log_in("patient", "soon right")
    slapd.change_password("patient", "soon right")
    with later(answers.BAD_SECONDS + 1):
        assert log_in("patient", "soon right").username == "patient"


def test_docker_is_told_that_nobody_can_say(slapd: Slapd, client: Client) -> None:
    slapd.stop()
    response = ask_for_token(client, "somebody")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert response.json()["errors"][0] == {
        "code": "UNAVAILABLE",
        "message": "the company's directory gives no answer: try again in a minute."
        " See http://index.test/docs/errors/#busy",
        "detail": None,
    }


@pytest.mark.parametrize("path", ["/v1/users/", "/v1/search?q=x", "/api/v1/user"])
def test_so_is_everybody_else(slapd: Slapd, client: Client, path: str) -> None:
    slapd.stop()
    response = client.get(path, headers={"Authorization": basic("somebody", PASSWORD)})
    assert response.status_code == 503
    assert b"directory gives no answer" in response.content


def test_so_is_the_login_page(slapd: Slapd, client: Client) -> None:
    slapd.stop()
    response = client.post("/accounts/login/", {"login": "somebody", "password": PASSWORD})
    assert b"directory gives no answer" in response.content


def test_an_outage_counts_as_nobodys_failure(slapd: Slapd, client: Client) -> None:
    slapd.add_person("innocent")
    slapd.stop()
    for _ in range(12):
        ask_for_token(client, "innocent")
    slapd.start()
    with later(answers.AWAY_SECONDS + 1):
        assert ask_for_token(client, "innocent").status_code == 200


def test_local_accounts_and_anonymous_pulls_go_on(
    slapd: Slapd, client: Client, world: World
) -> None:
    slapd.stop()
    assert ask_for_token(client, "alice", "a long quiet river").status_code == 200
    assert client.get("/token", {"service": SERVICE}).status_code == 200


def test_refresh_tokens_never_ask_the_directory(slapd: Slapd, client: Client) -> None:
    slapd.add_person("machine")
    query = {"service": SERVICE, "offline_token": "true", "account": "machine"}
    headers = {"Authorization": basic("machine", PASSWORD)}
    refresh_token = client.get("/token", query, headers=headers).json()["refresh_token"]
    slapd.stop()
    form = {"grant_type": "refresh_token", "service": SERVICE, "refresh_token": refresh_token}
    body = "&".join(f"{name}={value}" for name, value in form.items())
    response = client.post("/token", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200


def test_after_one_wait_nobody_else_waits(slapd: Slapd) -> None:
    slapd.add_person("waiter")
    with slapd.frozen():
        for _ in range(3):
            with pytest.raises(DirectoryUnavailable):
                log_in("waiter")
    assert answers.is_away()


def test_a_hanging_directory_holds_a_few_threads_only(slapd: Slapd) -> None:
    waiting = [directory_login._questions.acquire(blocking=False) for _ in range(4)]
    try:
        assert all(waiting)
        finished: list[str] = []

        def knock() -> None:
            try:
                directory_login._ask("whoever", PASSWORD, key="")
            except DirectoryUnavailable:
                finished.append("told at once")

        thread = threading.Thread(target=knock)
        thread.start()
        thread.join(timeout=1)
        assert finished == ["told at once"]
    finally:
        for _ in waiting:
            directory_login._questions.release()


def test_the_cache_holds_no_password_and_nothing_to_guess_it_by(slapd: Slapd) -> None:
    slapd.add_person("secretive")
    log_in("secretive")
    kept = repr(getattr(cache, "_cache", {}))
    assert "directory-good:" in kept
    assert PASSWORD not in kept
    assert "secretive" not in kept
