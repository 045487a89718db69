"""Pages of robot accounts: list, create, change, disable, delete."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import AccountError
from accounts.flows.robot_accounts import change_robot, create_robot, delete_robot, set_enabled
from accounts.models import Namespace, RobotAccount, RobotSecret
from accounts.prepared import prepared
from accounts.snippets import snippets_for
from accounts.together import read_together
from accounts.web.methods import require_recent_login
from accounts.web.organizations.head import find_for_owners
from index.models import AccessGrant, DefaultGrant
from index.web.lookup import principal_of, signed_in_user
from index.web.methods import post_only
from index.web.robot_forms import (
    NewRobotForm,
    RobotFields,
    RobotGrantForm,
    RotateForm,
    SecretForm,
    repositories_for,
)
from index.web.robot_lookup import find_robot, frame_of


@require_safe
def of_user(request: HttpRequest) -> HttpResponse:
    """List one's own robots."""
    return _list(request, _own_namespace(request))


@require_safe
def of_organization(request: HttpRequest, name: str) -> HttpResponse:
    """List an organization's robots, to its owners."""
    return _list(request, find_for_owners(request, name).organization.namespace)


@require_http_methods(["GET", "HEAD", "POST"])
def new_of_user(request: HttpRequest) -> HttpResponse:
    """Create a robot of one's own."""
    return _new(request, _own_namespace(request))


@require_http_methods(["GET", "HEAD", "POST"])
def new_of_organization(request: HttpRequest, name: str) -> HttpResponse:
    """Create a robot of an organization."""
    return _new(request, find_for_owners(request, name).organization.namespace)


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show secrets, rights and settings of a robot."""
    return page_of(request, find_robot(request, name))


@post_only
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Change description, responsible person, and whether it may create repositories."""
    robot = find_robot(request, name)
    form = RobotFields(request.POST, namespace=robot.namespace, auto_id="id_robot_%s")
    if not form.is_valid():
        return page_of(request, robot, robot_form=form)
    try:
        change_robot(robot, by=principal_of(request), **form.cleaned_data)
    except AccountError as error:
        form.add_error(None, str(error))
        return page_of(request, robot, robot_form=form)
    return to_robot(request, robot, _("%(robot)s is changed.") % {"robot": robot})


@post_only
def disable(request: HttpRequest, name: str) -> HttpResponse:
    """Refuse it everywhere from now on."""
    robot = find_robot(request, name)
    set_enabled(robot, enabled=False, by=principal_of(request))
    return to_robot(
        request,
        robot,
        _("%(robot)s is disabled: all of its secrets are refused.") % {"robot": robot},
    )


@post_only
def enable(request: HttpRequest, name: str) -> HttpResponse:
    """Let it act again."""
    require_recent_login(request)
    robot = find_robot(request, name)
    try:
        set_enabled(robot, enabled=True, by=principal_of(request))
    except AccountError as refusal:
        return _refused(request, robot, refusal)
    return to_robot(
        request,
        robot,
        _("%(robot)s is in use again, with the secrets that it had.") % {"robot": robot},
    )


@post_only
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Delete it; its name has to be typed."""
    robot = find_robot(request, name)
    if request.POST.get("confirmation", "") != robot.full_name:
        messages.error(
            request, _("Nothing is deleted. Type %(robot)s to delete it.") % {"robot": robot}
        )
        return redirect("web-robot", robot.full_name)
    try:
        delete_robot(robot, by=principal_of(request))
    except AccountError as refusal:
        return _refused(request, robot, refusal)
    messages.success(
        request, _("%(robot)s is deleted, with its secrets and its rights.") % {"robot": robot}
    )
    if robot.namespace.organization:
        return redirect("web-organization-robots", robot.namespace.name)
    return redirect("web-user-robots")


def to_robot(request: HttpRequest, robot: RobotAccount, sentence: str) -> HttpResponse:
    """Go back to its page and say what was done."""
    messages.success(request, sentence)
    return redirect("web-robot", robot.full_name)


def _refused(request: HttpRequest, robot: RobotAccount, refusal: AccountError) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect("web-robot", robot.full_name)


def page_of(request: HttpRequest, robot: RobotAccount, **refused: Form) -> HttpResponse:
    """Render its page; a refused form takes the place of its fresh twin."""
    initial = {
        "description": robot.description,
        "may_create": robot.may_create,
        "responsible": robot.responsible.username if robot.responsible else None,
    }
    secrets, grants, default_grants, repositories = read_together(
        prepared(_secrets, robot=robot.pk, now=timezone.now()),
        prepared(_grants, robot=robot.pk),
        prepared(_default_grants, robot=robot.pk),
        repositories_for(robot),
    )
    context: dict[str, Any] = {
        **frame_of(request, robot.namespace, page=robot.full_name),
        "robot": robot,
        "secrets": secrets,
        "grants": grants,
        "default_grants": default_grants,
        "repositories": repositories,
        "snippets": snippets_for(robot.full_name),
        "secret_form": SecretForm(auto_id="id_secret_%s"),
        "rotate_form": RotateForm(auto_id="id_rotate_%s"),
        "robot_form": RobotFields(
            initial=initial, namespace=robot.namespace, auto_id="id_robot_%s"
        ),
        "grant_form": RobotGrantForm(robot=robot, auto_id="id_grant_%s"),
        **refused,
        "has_errors": bool(refused),
    }
    return render(request, "index/robot.html", context)


def _secrets(*, robot: int, now: datetime) -> QuerySet[RobotSecret]:
    return RobotSecret.objects.usable(now).filter(robot=robot).order_by("pk")


def _grants(*, robot: int) -> QuerySet[AccessGrant]:
    grants = AccessGrant.objects.filter(robot=robot).select_related("repository")
    return grants.order_by("repository__name")


def _default_grants(*, robot: int) -> QuerySet[DefaultGrant]:
    return DefaultGrant.objects.filter(robot=robot)


def _own_namespace(request: HttpRequest) -> Namespace:
    namespace = Namespace.objects.filter(user=signed_in_user(request)).first()
    if namespace is None:
        raise Http404
    return namespace


def _list(request: HttpRequest, namespace: Namespace) -> HttpResponse:
    now = timezone.now()
    holds = Q(secrets__revoked_at=None) & (
        Q(secrets__expires_at=None) | Q(secrets__expires_at__gt=now)
    )
    robots = RobotAccount.objects.filter(namespace=namespace).select_related(
        "namespace", "responsible"
    )
    context = {
        **frame_of(request, namespace, page=_("Robots")),
        "robots": robots.annotate(
            secret_count=Count("secrets", filter=holds, distinct=True),
            last_used_at=Max("secrets__last_used_at"),
        ).order_by("name"),
    }
    return render(request, "index/robots.html", context)


def _new(request: HttpRequest, namespace: Namespace) -> HttpResponse:
    require_recent_login(request)
    user = signed_in_user(request)
    form = NewRobotForm(
        request.POST or None, namespace=namespace, initial={"responsible": user.username}
    )
    if request.method == "POST" and form.is_valid():
        try:
            robot = create_robot(namespace, by=principal_of(request), **form.cleaned_data)
        except AccountError as error:
            form.add_error("name", str(error))
        else:
            sentence = _("%(robot)s is there. Give it a secret, and a role on what it needs.") % {
                "robot": robot
            }
            return to_robot(request, robot, sentence)
    context = {**frame_of(request, namespace, page=_("New robot")), "form": form}
    return render(request, "index/robot_new.html", context)
