"""Robot accounts: create, change, disable, hand over, delete. Their rights are grants, in index."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from accounts.audit import AuditAction, record
from accounts.errors import CredentialRefused, NameInvalid, NameReserved, NameTaken, NotAllowed
from accounts.mails import send_after_commit
from accounts.models import Membership, Namespace, RobotAccount, User
from accounts.people_only import check_holder, check_person
from accounts.principals import Principal
from accounts.profile_text import check_line

MOST_ROBOTS = 100  # per namespace
ROBOT_NAME_RULE = gettext_lazy(
    "2 to 30 lowercase letters and digits, with single dots, hyphens or underscores"
)
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*", re.ASCII)
# First words by which a reader would take it for a part of the house; no right hangs on any name.
_RESERVED = re.compile(
    r"(?:admin|administrator|official|root|system|waybill)(?:[._-].*)?", re.ASCII
)


def create_robot(
    namespace: Namespace,
    *,
    name: str,
    by: Principal,
    description: str = "",
    responsible: User | None = None,
    may_create: bool = False,
) -> RobotAccount:
    """Make a robot without secrets and rights. Raises NotAllowed, NameTaken, CredentialRefused …"""
    check_holder(by, namespace)
    check_robot_name(name)
    _check_facts(namespace, description, responsible)
    with transaction.atomic():
        Namespace.objects.select_for_update(no_key=True).get(pk=namespace.pk)  # one by one
        robots = RobotAccount.objects.filter(namespace=namespace)
        if robots.filter(name=name).exists():
            message = gettext("There is a robot %(name)s+%(name_2)s already.") % {
                "name": namespace.name,
                "name_2": name,
            }
            raise NameTaken(message)
        if robots.count() >= MOST_ROBOTS:
            message = gettext(
                "%(name)s has %(most_robots)s robots. Delete one that is not needed."
            ) % {"name": namespace.name, "most_robots": MOST_ROBOTS}
            raise CredentialRefused(message)
        robot = RobotAccount.objects.create(
            namespace=namespace,
            name=name,
            description=description,
            responsible=responsible,
            may_create=may_create,
        )
        _note(robot, AuditAction.ROBOT_CREATED, by, may_create=may_create)
        return robot


def change_robot(
    robot: RobotAccount,
    *,
    by: Principal,
    description: str,
    responsible: User | None,
    may_create: bool,
) -> None:
    """Set what the page shows; a change of the responsible person hands the robot over."""
    check_holder(by, robot.namespace)
    _check_facts(robot.namespace, description, responsible)
    with transaction.atomic():
        row = _lock(robot)
        was = row.responsible
        changed = (row.description, row.may_create) != (description, may_create)
        row.description, row.may_create, row.responsible = description, may_create, responsible
        row.save(update_fields=["description", "may_create", "responsible"])
        if changed:
            _note(row, AuditAction.ROBOT_CHANGED, by, may_create=may_create)
        if was != responsible:
            _hand_over(row, was, by)


def set_enabled(robot: RobotAccount, *, enabled: bool, by: Principal) -> None:
    """Let it act, or refuse all of its secrets from now on, at the gateway too."""
    check_holder(by, robot.namespace, ends=not enabled)
    with transaction.atomic():
        row = _lock(robot)
        if (row.disabled_at is None) == enabled:
            return
        row.disabled_at = None if enabled else timezone.now()
        row.save(update_fields=["disabled_at"])
        _note(row, AuditAction.ROBOT_ENABLED if enabled else AuditAction.ROBOT_DISABLED, by)


def set_builder(robot: RobotAccount, *, is_builder: bool, by: Principal) -> None:
    """Call it a build server, or no longer: for administrators of the site alone.

    Where a registry takes writes from build servers only, that protects it from those who own the
    namespaces in it, so they do not choose who is one. Raises NotAllowed.
    """
    check_person(by)
    if not by.is_administrator:
        message = gettext(
            "Only administrators of this site say which robots are build servers: ask one of them."
        )
        raise NotAllowed(message)
    with transaction.atomic():
        row = _lock(robot)
        if row.is_builder == is_builder:
            return
        row.is_builder = is_builder
        row.save(update_fields=["is_builder"])
        _note(row, AuditAction.ROBOT_CHANGED, by, is_builder=is_builder)


def delete_robot(robot: RobotAccount, *, by: Principal) -> None:
    """Delete it with its secrets and grants; what it pushed stays."""
    check_holder(by, robot.namespace)
    with transaction.atomic():
        deleted, _ = RobotAccount.objects.filter(pk=robot.pk).delete()
        if deleted:
            _note(robot, AuditAction.ROBOT_DELETED, by)


def check_robot_name(name: str) -> str:
    """Return the name unchanged; raise NameInvalid or NameReserved."""
    if not (2 <= len(name) <= 30 and _NAME.fullmatch(name)):
        message = gettext("A robot's name is %(robot_name_rule)s.") % {
            "robot_name_rule": ROBOT_NAME_RULE
        }
        raise NameInvalid(message)
    if _RESERVED.fullmatch(name):
        message = gettext("The name %(name)s is reserved. Choose another one.") % {"name": name}
        raise NameReserved(message)
    return name


def may_be_responsible(namespace: Namespace, user: User) -> bool:
    """Whether that person may look after robots of the namespace: its user, or a member."""
    if namespace.organization_id is None:
        return namespace.user_id == user.pk
    return (
        user.is_active
        and Membership.objects.filter(organization=namespace.organization_id, user=user).exists()
    )


def _check_facts(namespace: Namespace, description: str, responsible: User | None) -> None:
    check_line(description, what=gettext("The description"), longest=200)
    if responsible and not may_be_responsible(namespace, responsible):
        message = gettext("%(responsible)s is not a member of %(name)s. Choose one.") % {
            "responsible": responsible,
            "name": namespace.name,
        }
        raise CredentialRefused(message)


def _lock(robot: RobotAccount) -> RobotAccount:
    rows = RobotAccount.objects.select_for_update(of=("self",))
    return rows.select_related("namespace", "responsible").get(pk=robot.pk)


def _hand_over(robot: RobotAccount, was: User | None, by: Principal) -> None:
    now = robot.responsible
    record(
        AuditAction.ROBOT_HANDED_OVER,
        by=by,
        namespace=robot.namespace,
        user=now,
        target=robot.full_name,
        was=was.username if was else "",
        responsible=now.username if now else "",
    )
    people = [person for person in (was, now) if person and person != by.user]
    send_after_commit(
        "robot_changed", to=people, robot=robot.full_name, change="handed-over", by=by.name
    )


def _note(robot: RobotAccount, action: AuditAction, by: Principal, **details: Any) -> None:
    record(action, by=by, namespace=robot.namespace, target=robot.full_name, **details)
    if robot.responsible and robot.responsible != by.user:
        send_after_commit(
            "robot_changed",
            to=[robot.responsible],
            robot=robot.full_name,
            change=action.rpartition(":")[2],
            by=by.name,
        )
