"""The first administrator comes by a one-time link."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.flows.first_administrator import (
    SetupLinkInvalid,
    create_first_administrator,
    make_setup_token,
)
from tests.conftest import World
from tests.factories import PASSWORD

FORM = {"username": "captain", "email": "captain@example.com", "password": PASSWORD}


def token() -> str:
    """Return a fresh link's secret."""
    made = make_setup_token()
    assert made
    return made


def test_the_link_makes_a_verified_administrator_once(db: None) -> None:
    secret = token()
    user = create_first_administrator(token=secret, **FORM)
    assert user.is_superuser
    assert user.is_verified
    with pytest.raises(SetupLinkInvalid):
        create_first_administrator(token=secret, **(FORM | {"username": "second"}))


def test_there_is_no_link_once_there_is_an_administrator(world: World) -> None:
    assert make_setup_token() is None


def test_the_link_ends_after_a_day(db: None) -> None:
    secret = token()
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(SetupLinkInvalid):
        create_first_administrator(token=secret, **FORM)


@pytest.mark.parametrize("forged", ["", "x", "InNldHVwIg:1xUhFY:AAAA", "../../x"])
def test_a_forged_link_is_refused(db: None, forged: str) -> None:
    with pytest.raises(SetupLinkInvalid):
        create_first_administrator(token=forged, **FORM)


def test_the_page_logs_the_administrator_in(db: None, client: Client) -> None:
    url = f"/setup/{token()}"
    assert client.get(url).status_code == 200
    assert client.post(url, FORM).status_code == 302
    assert "_auth_user_id" in client.session
    assert client.get(url).status_code in {404, 410}
