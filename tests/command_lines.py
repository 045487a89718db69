"""A command line that logs in by a browser, as the program `waybill` does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.flows.end_sessions import log_out_everywhere
from accounts.models import DeviceLogin, User
from accounts.principals import Principal
from tests.clients import confirm
from tests.factories import PASSWORD

JSON = "application/json"
PAGE = "/accounts/device"


def begin(machine: str = "laptop") -> dict[str, Any]:
    """Ask for a code."""
    answer = Client().post("/api/v1/command-line/logins", {"machine": machine}, JSON)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def poll(device_code: str) -> Any:
    """Ask once, as if enough time had passed since the last time."""
    DeviceLogin.objects.update(polled_at=None)
    return Client().post("/api/v1/command-line/sessions", {"device_code": device_code}, JSON)


def browser_of(user: User) -> Client:
    """A browser that has just logged in."""
    browser = Client()
    browser.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    return confirm(browser)


def approve(browser: Client, code: str, **fields: str) -> Any:
    """Answer on the page."""
    return browser.post(PAGE, {"code": code, "is_same": "on", "approve": "1"} | fields)


class CommandLine:
    """A session, and the calls that are made with it."""

    def __init__(self, user: User, machine: str = "laptop") -> None:
        """Log in."""
        self.asked = begin(machine)
        approve(browser_of(user), self.asked["user_code"])
        answer = poll(self.asked["device_code"])
        assert answer.status_code == 201, answer.content
        self.secret: str = answer.json()["secret"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send one."""
        sent = "" if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.secret}"}
        return Client().generic(method, f"/api/v1/{path}", sent, JSON, headers=headers)


def _new_password(user: User) -> None:
    user.set_password("another quiet river")
    user.save()


# How the session of a command line ends before its time, as a browser's does.
ENDED_BY_SOMEBODY: dict[str, Callable[[User], Any]] = {
    "new password": _new_password,
    "log out everywhere": lambda user: log_out_everywhere(user, by=Principal(user)),
    "disabled": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "ended on the page": lambda _: UserSession.objects.get(command_line__isnull=False).end(),
}
