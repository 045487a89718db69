"""Administrators at their pages."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from tests.accounts.second_factors import set_up_app
from tests.clients import confirm
from tests.conftest import World


@pytest.fixture
def root(world: World, client: Client) -> Client:
    """The administrator, who typed the password a moment ago."""
    client.force_login(world.root)
    return confirm(client)


@pytest.fixture
def strong(world: World, root: Client) -> Client:
    """The administrator with two factors, who showed the second one a moment ago."""
    set_up_app(world.root)
    return show_factor(root)


def show_factor(client: Client, *, seconds_ago: float = 0) -> Client:
    """Let the session count as one in which a code was typed then."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time() - seconds_ago, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session.save()
    return client
