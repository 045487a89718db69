"""Whom the subject of a token, or the actor of a notification, stands for today."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import PersonalAccessToken, RobotAccount, RobotSecret, User
from accounts.principals import (
    ANONYMOUS,
    Principal,
    Workload,
    principal_of_secret,
    principal_of_token,
)
from index.models import TrustedPublisher, WorkloadLogin


def principal_from_subject(subject: str, credential: str = "") -> Principal | None:
    """Return who a token's `sub` is today, with the limits of what proved it (its `via`).

    None when the account is gone or disabled, or the credential revoked or expired: one query.
    """
    if subject == "":
        return ANONYMOUS
    kind, number = _parse(subject)
    if credential:
        proof, proof_number = _parse(credential)
        find_proven = _PROVEN.get((kind, proof))
        return find_proven(number, proof_number) if find_proven else None
    find = _KINDS.get(kind)
    return find(number) if find else None


def principal_of_login(login: WorkloadLogin) -> Principal | None:
    """Return the CI job as principal: of its robot if a robot named it, of its repository else.

    None once the publisher is removed: nobody trusts the job any more.
    """
    publisher = login.publisher
    if publisher is None:
        return None
    workload = Workload(login.pk, publisher.repository_id or 0, str(publisher))
    return Principal(robot=publisher.robot, workload=workload)


def login_of_actor(actor: str) -> WorkloadLogin | None:
    """Return the log-in of a job that pushed, whether or not it has ended since."""
    kind, number = _parse(actor)
    return WorkloadLogin.objects.filter(pk=number).first() if kind == "workload" else None


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


def _user_by_token(number: int, token_number: int) -> Principal | None:
    usable = PersonalAccessToken.objects.usable().select_related("user")
    token = usable.filter(pk=token_number, user=number, user__is_active=True).first()
    return principal_of_token(token) if token else None


def _robot_by_secret(number: int, secret_number: int) -> Principal | None:
    usable = RobotSecret.objects.usable().select_related("robot__namespace")
    enabled = RobotAccount.objects.enabled().filter(pk=number)
    secret = usable.filter(pk=secret_number, robot__in=enabled).first()
    return principal_of_secret(secret) if secret else None


_KINDS = {"user": _user, "robot": _robot, "workload": _workload}
_PROVEN = {("user", "token"): _user_by_token, ("robot", "secret"): _robot_by_secret}
