"""Trusted publishers of a repository or a robot: list, recipes, add, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings as django_settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import RobotAccount
from index.errors import Denied, PublisherRefused
from index.flows.trusted_publishers import (
    add_publisher,
    remove_publisher,
)
from index.models import Repository, TrustedPublisher
from index.web.ci_recipes import recipes_for
from index.web.lookup import find_administered, principal_of
from index.web.methods import View, post_only
from index.web.publisher_forms import PublisherForm
from index.web.repositories import page_context
from index.web.robot_lookup import find_robot, frame_of


def _changes(request: HttpRequest) -> bool:
    return request.method == "POST"


_changes_want_a_recent_login: Callable[[View], View] = reauthentication_required(enabled=_changes)


@require_http_methods(["GET", "HEAD", "POST"])
@_changes_want_a_recent_login
def of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Show whom a repository trusts, and add to it."""
    repository = find_administered(request, name)
    form = PublisherForm(request.POST or None)
    if _added(request, repository, form):
        return redirect("web-repository-publishers", repository.name)
    context = {
        **page_context(repository, principal_of(request)),
        **_context(repository, form),
        "recipes": recipes_for(repository=repository.name),
    }
    return render(request, "index/repository_publishers.html", context)


@post_only
@reauthentication_required
def remove_from_repository(request: HttpRequest, name: str, publisher_id: int) -> HttpResponse:
    """Trust a publisher no longer; one of another repository is not found (case 19)."""
    repository = find_administered(request, name)
    _remove(request, get_object_or_404(repository.publishers, pk=publisher_id))
    return redirect("web-repository-publishers", repository.name)


@require_http_methods(["GET", "HEAD", "POST"])
@_changes_want_a_recent_login
def of_robot(request: HttpRequest, name: str) -> HttpResponse:
    """Show whom a robot trusts to act as it, and add to it."""
    robot = find_robot(request, name)
    form = PublisherForm(request.POST or None)
    if _added(request, robot, form):
        return redirect("web-robot-publishers", robot.full_name)
    context = {
        **frame_of(
            request, robot.namespace, page=_("Trusted publishers of %(robot)s") % {"robot": robot}
        ),
        **_context(robot, form),
        "robot": robot,
        "recipes": recipes_for(robot=robot.full_name),
    }
    return render(request, "index/robot_publishers.html", context)


@post_only
@reauthentication_required
def remove_from_robot(request: HttpRequest, name: str, publisher_id: int) -> HttpResponse:
    """Trust a publisher no longer; one of another robot is not found (case 19)."""
    robot = find_robot(request, name)
    _remove(request, get_object_or_404(robot.publishers, pk=publisher_id))
    return redirect("web-robot-publishers", robot.full_name)


def _added(
    request: HttpRequest, owner: Repository | RobotAccount, form: PublisherForm
) -> TrustedPublisher | None:
    if not form.is_valid():
        return None
    try:
        publisher = add_publisher(owner, form.workload, by=principal_of(request))
    except PublisherRefused as refusal:
        form.refuse(refusal)
        return None
    except Denied as refusal:  # of a robot whose namespace is frozen
        raise PermissionDenied(str(refusal)) from refusal
    messages.success(request, _("Jobs of %(publisher)s may push now.") % {"publisher": publisher})
    return publisher


def _remove(request: HttpRequest, publisher: TrustedPublisher) -> None:
    try:
        remove_publisher(publisher, by=principal_of(request))
    except Denied as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    messages.success(
        request, _("Jobs of %(publisher)s may not push any more.") % {"publisher": publisher}
    )


def _context(owner: Repository | RobotAccount, form: PublisherForm) -> dict[str, Any]:
    return {
        "publishers": owner.publishers.select_related("created_by").order_by("pk"),
        "form": form,
        "has_errors": form.is_bound,
        "audience": django_settings.PUBLIC_URL,
    }
