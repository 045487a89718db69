"""Which robot a page is about, and the frame it stands in: the first lines of every such view."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from accounts.models import Namespace, RobotAccount
from accounts.web.organizations.head import find_for_owners
from index.web.lookup import signed_in_user


def find_robot(request: HttpRequest, name: str) -> RobotAccount:
    """Return the robot if its namespace is the user's to change; 404 alike for any other."""
    user = signed_in_user(request)
    namespace, plus, short = name.partition("+")
    robots = RobotAccount.objects.filter(namespace__redirects_to=None)
    if not user.is_superuser:
        robots = robots.filter(namespace__in=Namespace.objects.ids_held_by(user))
    robot = (
        robots.filter(namespace__in=Namespace.objects.called(namespace), name=short)
        .select_related("namespace__organization", "namespace__user", "responsible")
        .first()
    )
    if robot is None or not plus:
        raise Http404
    return robot


def frame_of(request: HttpRequest, namespace: Namespace, *, page: str) -> dict[str, Any]:
    """Return what the layout around needs: one's own settings, or an organization's tabs."""
    if namespace.organization is None:
        return {"namespace": namespace, "frame": "settings"}
    head = find_for_owners(request, namespace.organization.name)
    return {
        "namespace": namespace, "frame": "organization", "head": head, "tab": "robots", "crumb": page,
    }  # fmt: skip
