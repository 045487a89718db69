"""Whom the subject of a token, or the actor of a notification, stands for today."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from django.utils import timezone

from accounts.flows.end_sessions import is_of
from accounts.flows.end_tokens import counts_still
from accounts.models import (
    CommandLineSession,
    PersonalAccessToken,
    RobotAccount,
    RobotSecret,
    User,
)
from accounts.principals import (
    ANONYMOUS,
    BY_DOCKER,
    Principal,
    Workload,
    principal_of_command_line,
    principal_of_secret,
    principal_of_token,
)
from index.models import TrustedPublisher, WorkloadLogin
from tokenauth.signing.tokens import read_actor

Proof = Callable[[int, int], Principal | None]
_CREDENTIAL = re.compile(
    rf"(?:{BY_DOCKER})?(token|secret|machine|command-line):[0-9]{{1,18}}", re.ASCII
)


def principal_from_subject(
    subject: str, credential: str = "", *, issued_at: int | None = None
) -> Principal | None:
    """Return who a token's `sub` is today, with the limits of what proved it (its `via`).

    None when the account is gone or disabled, the credential revoked or expired, or the person has
    ended all tokens issued until then (`iat`): one query.
    """
    if subject == "":
        return ANONYMOUS
    found = _find(subject, credential)
    if found and found.user and issued_at is not None:
        return found if counts_still(found.user, issued_at=issued_at) else None
    return found


def proves(subject: str, credential: str) -> Callable[[Proof], Proof]:
    """Let a function find the principal of `subject` that was proven by `credential`, by numbers.

    Without one a token whose `via` names such a credential is nobody's.
    """

    def register(find: Proof) -> Proof:
        _PROVEN[subject, credential] = find
        return find

    return register


def principal_of_login(login: WorkloadLogin) -> Principal | None:
    """Return the CI job as principal: of its robot if a robot named it, of its repository else.

    None once the publisher is removed: nobody trusts the job any more.
    """
    publisher = login.publisher
    if publisher is None:
        return None
    workload = Workload(login.pk, publisher.repository_id or 0, str(publisher))
    return Principal(robot=publisher.robot, workload=workload, until=login.expires_at)


class Actor(NamedTuple):
    """Who did what a notification tells, and with which credential; empty where it is not known."""

    principal: Principal | None = None
    login: WorkloadLogin | None = None
    subject: str = ""
    name: str = ""
    credential: str = ""


def actor_of_event(actor: str) -> Actor:
    """Return whom the actor of a notification names: `user:3/token:17`, as tokens say it."""
    subject, credential = read_actor(actor)
    principal = principal_from_subject(subject) if subject else None
    login = login_of_actor(subject)
    if principal is None and login is None:
        return Actor()
    name = principal.name if principal else str(login.publisher or "") if login else ""
    known = credential if _CREDENTIAL.fullmatch(credential) else ""
    return Actor(principal, login, subject, name[:80], known)


def login_of_actor(actor: str) -> WorkloadLogin | None:
    """Return the log-in of a job that pushed, whether or not it has ended since."""
    kind, number = _parse(actor)
    return WorkloadLogin.objects.filter(pk=number).first() if kind == "workload" else None


def _find(subject: str, credential: str) -> Principal | None:
    kind, number = _parse(subject)
    if credential:
        proof, proof_number = _parse(credential.removeprefix(BY_DOCKER))
        find_proven = _PROVEN.get((kind, proof))
        found = find_proven(number, proof_number) if find_proven else None
        return replace(found, credential=credential) if found else None
    find = _KINDS.get(kind)
    return find(number) if find else None


def _parse(reference: str) -> tuple[str, int]:
    kind, _, number = reference.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return "", 0
    return kind, int(number)


def _user(number: int) -> Principal | None:
    user = User.objects.filter(pk=number, is_active=True).first()
    return Principal(user) if user else None


def _robot(number: int) -> Principal | None:
    robot = RobotAccount.objects.enabled().select_related("namespace").filter(pk=number).first()
    return Principal(robot=robot) if robot else None


def _workload(number: int) -> Principal | None:
    logins = WorkloadLogin.objects.select_related("publisher__repository", "publisher__robot")
    heeded = logins.filter(publisher__in=TrustedPublisher.objects.heeded())
    login = heeded.filter(pk=number, expires_at__gt=timezone.now()).first()
    return principal_of_login(login) if login else None


_PROVEN: dict[tuple[str, str], Proof] = {}


@proves("user", "token")
def _user_by_token(number: int, token_number: int) -> Principal | None:
    usable = PersonalAccessToken.objects.usable().select_related("user")
    token = usable.filter(pk=token_number, user=number, user__is_active=True).first()
    return principal_of_token(token) if token else None


@proves("user", "command-line")
def _user_by_command_line(number: int, session_number: int) -> Principal | None:
    rows = CommandLineSession.objects.with_kept()
    mine = rows.filter(pk=session_number, session__user=number, session__user__is_active=True)
    row = mine.select_related("session__user").first()
    if row is None or not is_of(row.session.user, row.kept):  # type: ignore[attr-defined]  # annotated
        return None
    until = row.until  # type: ignore[attr-defined]  # annotated
    return principal_of_command_line(row, row.session.user, until=until)


@proves("robot", "secret")
def _robot_by_secret(number: int, secret_number: int) -> Principal | None:
    usable = RobotSecret.objects.usable().select_related("robot__namespace")
    enabled = RobotAccount.objects.enabled().filter(pk=number)
    secret = usable.filter(pk=secret_number, robot__in=enabled).first()
    return principal_of_secret(secret) if secret else None


_KINDS = {"user": _user, "robot": _robot, "workload": _workload}
