"""Whom the subject of a token, or the actor of a notification, stands for today."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import RobotAccount, User
from accounts.principals import ANONYMOUS, Principal, Workload
from index.models import WorkloadLogin


def principal_from_subject(subject: str) -> Principal | None:
    """Return who a token's `sub` is today; None when that account is gone or disabled."""
    if subject == "":
        return ANONYMOUS
    kind, _, number = subject.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    find = _KINDS.get(kind)
    return find(int(number)) if find else None


def principal_of_login(login: WorkloadLogin) -> Principal:
    """Return the CI job as principal: of its robot if a robot named it, of its repository else."""
    publisher = login.publisher
    workload = Workload(login.pk, publisher.repository_id or 0, str(publisher))
    return Principal(robot=publisher.robot, workload=workload)


def _user(number: int) -> Principal | None:
    user = User.objects.filter(pk=number, is_active=True).first()
    return Principal(user) if user else None


def _robot(number: int) -> Principal | None:
    robot = RobotAccount.objects.enabled().select_related("namespace").filter(pk=number).first()
    return Principal(robot=robot) if robot else None


def _workload(number: int) -> Principal | None:
    logins = WorkloadLogin.objects.select_related("publisher__repository", "publisher__robot")
    login = logins.filter(pk=number, expires_at__gt=timezone.now()).first()
    if login is None:
        return None
    robot = login.publisher.robot
    if robot and not RobotAccount.objects.enabled().filter(pk=robot.pk).exists():
        return None
    return principal_of_login(login)


_KINDS = {"user": _user, "robot": _robot, "workload": _workload}
