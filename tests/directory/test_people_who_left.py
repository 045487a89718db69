"""The directory is asked now and then who is still there, and in which groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.errors import AccountDisabled, InvalidCredentials
from accounts.flows import directory_accounts
from accounts.models import AuditEvent, Namespace, Team, User
from accounts.tasks import check_directory
from tests.clients import basic
from tests.directory.slapd import PASSWORD, Slapd
from tests.directory.test_login import log_in
from tests.factories import SERVICE, make_organization, make_plan, make_team, make_user
from tests.machines import make_robot, make_secret, make_token

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def check_later() -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        check_directory()


def is_active(name: str) -> bool:
    return User.objects.get(username=name).is_active


def test_who_is_gone_is_disabled(slapd: Slapd) -> None:
    slapd.add_person("resigned")
    log_in("resigned")
    slapd.remove_person("resigned")
    check_later()
    assert not is_active("resigned")
    with pytest.raises(InvalidCredentials):
        log_in("resigned")
    assert AuditEvent.objects.filter(action="account:gone-from-directory").count() == 1


def test_machines_of_who_is_gone_get_nothing_any_more(slapd: Slapd, client: Client) -> None:
    slapd.add_person("machines")
    user = log_in("machines")
    namespace = user.namespace
    secrets = {
        "access token": make_token(user).value,
        "robot": make_secret(make_robot(namespace.name, by=user), by=user).value,
    }
    query = {"service": SERVICE, "offline_token": "true", "account": "machines"}
    headers = {"Authorization": basic("machines", PASSWORD)}
    answer = client.get("/token", query, headers=headers).json()

    def statuses() -> dict[str, int]:
        logins = {"access token": "machines", "robot": "machines+ci"}
        by_secret = {
            kind: client.get(
                "/token", {"service": SERVICE}, headers={"Authorization": basic(logins[kind], one)}
            ).status_code
            for kind, one in secrets.items()
        }
        form = {"service": SERVICE, "refresh_token": answer["refresh_token"]}
        body = urlencode({"grant_type": "refresh_token", **form})
        refreshed = client.post("/token", body, content_type=FORM)
        return by_secret | {"refresh token": refreshed.status_code}

    assert set(statuses().values()) == {200}
    slapd.remove_person("machines")
    check_later()
    assert set(statuses().values()) == {401}


def test_their_sessions_end(slapd: Slapd, client: Client) -> None:
    slapd.add_person("browsing")
    client.post("/accounts/login/", {"login": "browsing", "password": PASSWORD})
    assert client.get("/new").status_code == 200
    slapd.remove_person("browsing")
    check_later()
    assert client.get("/new").status_code == 302


def test_who_is_there_is_left_alone(slapd: Slapd) -> None:
    slapd.add_person("staying")
    log_in("staying")
    check_later()
    assert is_active("staying")


def test_who_comes_back_is_enabled_by_an_administrator_only(slapd: Slapd, settings: Any) -> None:
    slapd.add_person("comeback")
    log_in("comeback")
    settings.DIRECTORY = slapd.configuration(user_filter="(&(uid={login})(title=hired))")
    check_later()
    assert not is_active("comeback")
    settings.DIRECTORY = slapd.configuration()
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=True):
        check_directory()
        with pytest.raises(AccountDisabled):
            log_in("comeback")
        User.objects.update(is_active=True)
        assert log_in("comeback").is_active


def test_who_was_disabled_here_stays_so(slapd: Slapd) -> None:
    slapd.add_person("expelled")
    User.objects.filter(pk=log_in("expelled").pk).update(is_active=False)
    check_later()
    assert not is_active("expelled")


def test_an_outage_disables_nobody(slapd: Slapd) -> None:
    slapd.add_person("lucky")
    log_in("lucky")
    slapd.stop()
    check_later()
    assert is_active("lucky")


def test_nobody_waits_longer_because_there_are_many(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_accounts, "_AT_ONCE", 2)
    for number in range(5):
        slapd.add_person(f"many{number}")
        log_in(f"many{number}")
    slapd.remove_person("many4")
    check_later()
    assert [is_active(f"many{number}") for number in range(5)] == [True] * 4 + [False]


def test_a_directory_that_has_nobody_at_all_is_not_believed(slapd: Slapd, settings: Any) -> None:
    for number in range(5):
        slapd.add_person(f"crowd{number}")
        log_in(f"crowd{number}")
    settings.DIRECTORY = slapd.configuration(user_filter="(uid=x{login})")
    check_later()
    assert all(is_active(f"crowd{number}") for number in range(5))


def test_a_full_plan_keeps_nobody_from_logging_in_and_room_is_noticed(slapd: Slapd) -> None:
    acme = make_organization("acme", owner=make_user("olga"))
    team = make_team(acme, "fillers")
    Team.objects.filter(pk=team.pk).update(external_group="fillers")
    Namespace.objects.filter(organization=acme).update(plan=make_plan("small", members=1))
    slapd.add_person("filler")
    slapd.add_group("fillers", "filler")
    user = log_in("filler")
    assert not user.memberships.exists()
    make_plan("small", members=2)
    check_later()
    assert user.memberships.get().is_managed


def test_a_group_left_is_noticed_without_a_login(slapd: Slapd) -> None:
    acme = make_organization("acme", owner=make_user("olga"))
    team = make_team(acme, "drivers")
    Team.objects.filter(pk=team.pk).update(external_group="drivers")
    slapd.add_person("driver")
    slapd.add_group("drivers", "driver")
    user = log_in("driver")
    assert user.memberships.get().teams.get().team == team
    slapd.leave("drivers", "driver")
    check_later()
    assert not user.memberships.exists()
