"""The directory is asked now and then who is still there, and in which groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.errors import AccountDisabled, InvalidCredentials
from accounts.models import AuditEvent, Team, User
from accounts.tasks import check_directory
from tests.directory.slapd import PASSWORD, Slapd
from tests.directory.test_login import log_in
from tests.factories import make_organization, make_team, make_user

pytestmark = pytest.mark.django_db


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


def test_a_directory_that_has_nobody_at_all_is_not_believed(slapd: Slapd, settings: Any) -> None:
    for number in range(5):
        slapd.add_person(f"crowd{number}")
        log_in(f"crowd{number}")
    settings.DIRECTORY = slapd.configuration(user_filter="(uid=x{login})")
    check_later()
    assert all(is_active(f"crowd{number}") for number in range(5))


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
