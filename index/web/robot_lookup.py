"""Which robot a page is about, and the frame it stands in: the first lines of every such view."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.models import Namespace, RobotAccount
from accounts.prepared import prepared
from accounts.principals import reader_of, reader_values
from accounts.web.organizations.head import find_for_owners
from index.web.lookup import signed_in_user


def find_robot(request: HttpRequest, name: str) -> RobotAccount:
    """Return the robot if its namespace is the user's to change; 404 alike for any other."""
    user = signed_in_user(request)
    namespace, plus, short = name.partition("+")
    found: list[RobotAccount] = prepared(
        _robot, namespace=namespace, name=short, **reader_values(user)
    ).rows()
    if not found or not plus:
        raise Http404
    return found[0]


def _robot(*, namespace: str, name: str, **reader: int) -> QuerySet[RobotAccount]:
    principal = reader_of(**reader)
    robots = RobotAccount.objects.filter(namespace__redirects_to=None)
    if principal.user is None:
        return robots.none()
    if not principal.is_administrator:
        robots = robots.filter(namespace__in=Namespace.objects.ids_held_by(principal.user))
    called = robots.filter(namespace__in=Namespace.objects.called(namespace), name=name)
    return called.select_related("namespace__organization", "namespace__user", "responsible")


def frame_of(request: HttpRequest, namespace: Namespace, *, page: str) -> dict[str, Any]:
    """Return what the layout around needs: one's own settings, or an organization's tabs."""
    if namespace.organization is None:
        return {"namespace": namespace, "frame": "settings"}
    head = find_for_owners(request, namespace.organization.name)
    return {
        "namespace": namespace, "frame": "organization", "head": head, "tab": "robots", "crumb": page,
    }  # fmt: skip
