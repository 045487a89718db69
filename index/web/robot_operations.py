"""What is done to a robot's secrets and rights. A new secret is shown in the answer to the POST alone."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts.errors import AccountError, NotAllowed
from accounts.flows.robot_accounts import set_builder
from accounts.flows.robot_secrets import NewSecret, add_secret, revoke_secret, rotate_secret
from accounts.models import RobotAccount, RobotSecret
from accounts.snippets import login_command, snippets_for
from accounts.web.methods import require_recent_login
from accounts.words import word
from index.errors import IndexRefusal
from index.flows.grant_access import grant_access, revoke_access
from index.models import AccessGrant
from index.roles import Role
from index.web.lookup import principal_of
from index.web.methods import post_only
from index.web.robot_forms import RobotGrantForm, RotateForm, SecretForm
from index.web.robot_lookup import find_robot, frame_of
from index.web.robots import page_of, to_robot


@post_only
def add(request: HttpRequest, name: str) -> HttpResponse:
    """Add a secret and show it once."""
    require_recent_login(request)
    robot = find_robot(request, name)
    form = SecretForm(request.POST, auto_id="id_secret_%s")
    if not form.is_valid():
        return page_of(request, robot, secret_form=form)
    try:
        made = add_secret(
            robot,
            label=form.cleaned_data["label"],
            expires_at=form.expires_at,
            by=principal_of(request),
        )
    except AccountError as error:
        form.add_error(None, str(error))
        return page_of(request, robot, secret_form=form)
    return _show_once(request, robot, made)


@post_only
def rotate(request: HttpRequest, name: str, secret_id: int) -> HttpResponse:
    """Make a successor and show it once; the old one ends when the form says."""
    require_recent_login(request)
    robot = find_robot(request, name)
    secret = _secret_of(robot, secret_id)
    form = RotateForm(request.POST, auto_id="id_rotate_%s")
    if not form.is_valid():
        return page_of(request, robot, rotate_form=form)
    try:
        made = rotate_secret(
            secret, overlap_hours=form.cleaned_data["overlap"], by=principal_of(request)
        )
    except AccountError as error:
        form.add_error(None, str(error))
        return page_of(request, robot, rotate_form=form)
    return _show_once(request, robot, made)


@post_only
def revoke(request: HttpRequest, name: str, secret_id: int) -> HttpResponse:
    """End a secret at once."""
    robot = find_robot(request, name)
    secret = _secret_of(robot, secret_id)
    revoke_secret(secret, by=principal_of(request))
    return to_robot(
        request,
        robot,
        _("The secret %(public_part)s… is revoked.") % {"public_part": secret.public_part},
    )


@post_only
def grant(request: HttpRequest, name: str) -> HttpResponse:
    """Give the robot a role on a repository of its namespace."""
    robot = find_robot(request, name)
    form = RobotGrantForm(request.POST, robot=robot, auto_id="id_grant_%s")
    if not form.is_valid():
        return page_of(request, robot, grant_form=form)
    repository, role = form.cleaned_data["repository"], Role(form.cleaned_data["role"])
    try:
        grant_access(repository, to=robot, role=role, by=principal_of(request))
    except IndexRefusal as error:
        form.add_error(None, str(error))
        return page_of(request, robot, grant_form=form)
    return to_robot(
        request,
        robot,
        _("%(who)s is %(role)s of %(repository)s now.")
        % {"who": robot, "role": word(role.value), "repository": repository},
    )


@post_only
def revoke_grant(request: HttpRequest, name: str, grant_id: int) -> HttpResponse:
    """Take a role away; a grant of another robot is not found (case 19)."""
    robot = find_robot(request, name)
    held = AccessGrant.objects.select_related("repository__namespace", "robot__namespace")
    found = get_object_or_404(held, pk=grant_id, robot=robot)
    revoke_access(found, by=principal_of(request))
    return to_robot(
        request,
        robot,
        _("%(robot)s has no role on %(repository)s any more.")
        % {"robot": robot, "repository": found.repository},
    )


@post_only
def mark_builder(request: HttpRequest, name: str) -> HttpResponse:
    """Call it a build server: for administrators of the site."""
    require_recent_login(request)
    return _set_builder(request, name, is_builder=True)


@post_only
def unmark_builder(request: HttpRequest, name: str) -> HttpResponse:
    """Call it a build server no longer."""
    return _set_builder(request, name, is_builder=False)


def _set_builder(request: HttpRequest, name: str, *, is_builder: bool) -> HttpResponse:
    robot = find_robot(request, name)
    try:
        set_builder(robot, is_builder=is_builder, by=principal_of(request))
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    return to_robot(
        request,
        robot,
        _("%(robot)s is a build server now.") % {"robot": robot}
        if is_builder
        else _("%(robot)s is no build server any more.") % {"robot": robot},
    )


def _secret_of(robot: RobotAccount, secret_id: int) -> RobotSecret:
    secrets = RobotSecret.objects.select_related("robot__namespace", "robot__responsible")
    return get_object_or_404(secrets, pk=secret_id, robot=robot)


def _show_once(request: HttpRequest, robot: RobotAccount, made: NewSecret) -> HttpResponse:
    context = {
        **frame_of(request, robot.namespace, page=robot.full_name),
        "robot": robot,
        "made": made.secret,
        "secret": made.value,
        "login_command": login_command(robot.full_name, made.value),
        "snippets": snippets_for(robot.full_name, made.value),
    }
    response = render(request, "index/robot_secret.html", context)
    response["Cache-Control"] = "no-store"
    return response
