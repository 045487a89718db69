"""Robots outlive the person who looks after them: someone else is told of their secrets then."""

from __future__ import annotations

from accounts.audit import AuditAction, record
from accounts.mails import send_after_commit
from accounts.models import Organization, RobotAccount, User
from accounts.principals import Principal


def hand_over_robots(
    organization: Organization, *, leaver: User, to: User | None, by: Principal
) -> None:
    """Make `to` responsible for the robots that the leaver was; tell both."""
    namespace = organization.namespace
    robots = RobotAccount.objects.filter(namespace=namespace, responsible=leaver)
    names = [robot.full_name for robot in robots.select_related("namespace").order_by("name")]
    if not names:
        return
    robots.update(responsible=to)
    for name in names:
        record(
            AuditAction.ROBOT_HANDED_OVER,
            by=by,
            namespace=namespace,
            user=to,
            target=name,
            was=leaver.username,
            responsible=to.username if to else "",
        )
    send_after_commit(
        "robots_handed_over",
        to=[leaver, *([to] if to else [])],
        organization=organization.name,
        robots=names,
        was=leaver.username,
        now=to.username if to else "",
    )
