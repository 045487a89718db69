"""Docker logins through whatever may happen to them, against a model of what they promise (case 17).

WAYBILL_THOROUGH=1 lives through 300 lives instead of some.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from accounts.flows import manage_people
from accounts.flows.change_credentials import change_credentials
from accounts.flows.end_sessions import log_out_everywhere
from accounts.models import User
from accounts.principals import Principal
from tests.clients import ask_route
from tests.factories import PASSWORD, make_registry, make_repository, make_user
from tests.tokenauth.test_token_post import post
from tokenauth import lane
from tokenauth.machines import end_machine
from tokenauth.models import RefreshToken

LIVES = 300 if os.environ.get("WAYBILL_THOROUGH") else 6
LIFETIME, IDLE, TOKEN_LIFETIME, LEEWAY = timedelta(days=9), timedelta(days=3), 300, 60
SERVICES = ["index.test", "west.test"]
NEW = "another quiet river"
everybody = st.sampled_from(["alice", "bobby"])


@dataclass
class Login:
    """What the model knows of one login."""

    value: str
    who: str
    service: str
    made: datetime
    touched: datetime
    has_ended: bool = False


@dataclass
class Pass:
    """A registry token, and the login that got it."""

    value: str
    login: Login
    issued: datetime


class DockerLogins(RuleBasedStateMachine):
    """Two people, two services, and a clock."""

    logins = Bundle("logins")
    passes = Bundle("passes")

    def __init__(self) -> None:
        """Begin with an empty database."""
        super().__init__()
        self.clock = time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False)
        self.travel = self.clock.start()
        self.changes = transaction.atomic()
        self.changes.__enter__()
        cache.clear()
        lane.forget()
        east, _ = (make_registry(name[:4], service=name) for name in SERVICES)
        self.people = {name: make_user(name) for name in ("alice", "bobby")}
        self.root = make_user("rooty", administrator=True)
        make_repository("alice/priv", registry=east)
        make_repository("bobby/priv", registry=east)
        self.passwords = dict.fromkeys(self.people, PASSWORD)
        self.disabled: set[str] = set()
        self.ended_at: dict[str, datetime] = {}
        self.all: list[Login] = []

    def teardown(self) -> None:
        """Leave no trace."""
        transaction.set_rollback(True)
        self.changes.__exit__(None, None, None)
        self.clock.stop()

    @rule(target=logins, who=everybody, service=st.sampled_from(SERVICES))
    def log_in(self, who: str, service: str) -> Any:
        """Log in by password."""
        form = {"username": who, "password": self.passwords[who], "access_type": "offline"}
        answer = patiently(grant_type="password", service=service, **form)
        assert answer.status_code == (401 if who in self.disabled else 200)
        if who in self.disabled:
            return multiple()
        now = self.now
        login = Login(answer.json()["refresh_token"], who, service, now, now)
        assert login.value not in {other.value for other in self.all}
        self.all.append(login)
        return login

    @rule(target=passes, login=logins)
    def use(self, login: Login) -> Any:
        """Get a registry token, and the same login back."""
        scope = f"repository:{login.who}/priv:pull"
        answer = self.ask(login, login.service, scope)
        assert answer.status_code == (200 if self.holds(login) else 401)
        if not self.holds(login):
            assert answer.json()["error"] == "invalid_grant"
            return multiple()
        assert answer.json()["refresh_token"] == login.value
        if self.now - login.touched > timedelta(hours=1):
            login.touched = self.now
        return Pass(answer.json()["token"], login, self.counts_from(login.who))

    @rule(login=logins)
    def use_elsewhere(self, login: Login) -> None:
        """Try it at the other service."""
        [other] = {*SERVICES} - {login.service}
        answer = self.ask(login, other)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_grant")

    @rule(shown=passes)
    def pull(self, shown: Pass) -> None:
        """Show a registry token at the gateway, which is the first service."""
        login = shown.login
        in_time = self.now < shown.issued + timedelta(seconds=TOKEN_LIFETIME + LEEWAY)
        ended = self.ended_at.get(login.who)
        counts = in_time and self.holds(login) and (ended is None or shown.issued > ended)
        uri = f"/v2/{login.who}/priv/manifests/latest"
        answer = ask_route(Client(), "GET", uri, token=shown.value)
        assert answer.status_code == (204 if counts and login.service == SERVICES[0] else 403)

    @rule(login=logins)
    def end(self, login: Login) -> None:
        """End one login, as its owner does in the list of machines."""
        selector = login.value.split("_")[1]
        row = RefreshToken.objects.get(selector=selector)
        end_machine(row, by=Principal(self.people[login.who]))
        login.has_ended = True

    @rule(who=everybody, how=st.sampled_from(["password", "log-out", "disable"]))
    def end_all(self, who: str, how: str) -> None:
        """Change the password, log out everywhere, or be disabled: each ends all with this second."""
        user = User.objects.get(username=who)
        if how == "password":
            self.passwords[who] = NEW if self.passwords[who] == PASSWORD else PASSWORD
            change_credentials(user, email=None, password=self.passwords[who])
        elif how == "log-out":
            log_out_everywhere(user, by=Principal(user))
        else:
            manage_people.disable(user, by=Principal(self.root), reason="a test")
            self.disabled.add(who)
        self.ended_at[who] = self.now
        for login in self.all:
            login.has_ended |= login.who == who

    @rule(who=everybody)
    def enable(self, who: str) -> None:
        """Enable it again: nothing of before comes back."""
        user = User.objects.get(username=who)
        manage_people.enable(user, by=Principal(self.root), reason="a test")
        self.disabled.discard(who)

    @rule(passing=st.sampled_from([1, 299, 361, 3_601, 86_400, 3 * 86_400]))
    def wait(self, passing: int) -> None:
        """Let seconds pass, or days."""
        if self.now < _START + timedelta(days=40):  # the signing key ends some day, too
            self.travel.shift(passing)

    @invariant()
    def what_is_listed_holds(self) -> None:
        """The list of machines shows what holds, and the table keeps nothing that could be used."""
        listed = set(RefreshToken.objects.usable().values_list("selector", flat=True))
        assert listed == {one.value.split("_")[1] for one in self.all if self.is_usable(one)}
        kept = str(list(RefreshToken.objects.values_list()))
        assert not [one for one in self.all if one.value.split("_")[2] in kept]

    def counts_from(self, who: str) -> datetime:
        """Return when a token of now begins: after the second in which all before it ended."""
        ended = self.ended_at.get(who)
        return max(self.now, ended + timedelta(seconds=1)) if ended else self.now

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return datetime.now(UTC)

    def ask(self, login: Login, service: str, scope: str = "") -> Any:
        """Ask for a registry token, as docker does."""
        grant = {"grant_type": "refresh_token", "refresh_token": login.value}
        return patiently(service=service, scope=scope, **grant)

    def is_usable(self, login: Login) -> bool:
        """Whether it has not ended by itself or by somebody."""
        in_time = self.now < min(login.made + LIFETIME, login.touched + IDLE)
        return in_time and not login.has_ended

    def holds(self, login: Login) -> bool:
        """Whether it opens the door today."""
        return self.is_usable(login) and login.who not in self.disabled


_START = datetime.now(UTC)


def patiently(**form: str) -> Any:
    """Ask again where there was no time for a hash: the machine of the tests may be busy."""
    answers = (post(Client(), **form) for _ in range(5))
    return next(answer for answer in answers if answer.status_code != 503)


def test_docker_logins_keep_their_promises(db: None, settings: Any) -> None:
    settings.REFRESH_TOKEN_LIFETIME_DAYS = LIFETIME.days
    settings.REFRESH_TOKEN_IDLE_DAYS = IDLE.days
    plan = hypothesis_settings(
        max_examples=LIVES,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(DockerLogins, settings=plan)
