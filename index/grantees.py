"""Whom a grant can be given to: a user, a team of the organization, or a robot of the namespace."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.models import Namespace, RobotAccount, Team, User
from accounts.principals import Principal
from index.errors import Denied, GrantRefused

Grantee = User | Team | RobotAccount


class GranteeKind(StrEnum):
    """What a name stands for."""

    USER = "user"
    TEAM = "team"
    ROBOT = "robot"


def find_grantee(namespace: Namespace, kind: GranteeKind, name: str) -> Grantee:
    """Return the grantee of that name; raise GrantRefused with what is wrong with the name.

    Teams and robots are looked up in this namespace alone, by key (case 19).
    """
    if kind is GranteeKind.TEAM:
        return _find_team(namespace, name)
    if kind is GranteeKind.ROBOT:
        return _find_robot(namespace, name)
    return find_person(name)


def find_person(name: str) -> User:
    """Return the user; the sentence is the same for names unknown, unproven and disabled."""
    if name != name.lower():
        message = _("User names have no capital letters: %(name)s is none.") % {"name": name}
        raise GrantRefused(message)
    people = User.objects.with_verified_address().filter(username=name, is_active=True)
    user = people.first() if name else None
    if user is None:
        message = _("There is no user %(name)s. Ask for the exact user name.") % {"name": name}
        raise GrantRefused(message)
    return user


def name_of(grantee: Grantee) -> str:
    """Return what people call it: `bobby`, `acme/devs`, `acme+ci`."""
    if isinstance(grantee, Team):
        return f"{grantee.organization.name}/{grantee.name}"
    return str(grantee)


def kind_of(grantee: Grantee) -> GranteeKind:
    """Return what it is."""
    if isinstance(grantee, Team):
        return GranteeKind.TEAM
    return GranteeKind.ROBOT if isinstance(grantee, RobotAccount) else GranteeKind.USER


def check_widens_no_credential(grantee: Grantee, *, by: Principal) -> None:
    """Raise Denied where a token would give more to what a robot's secrets open (case 16)."""
    if isinstance(grantee, RobotAccount) and not by.is_in_person:
        message = _("what a robot may do is changed in the browser: a token widens no credentials")
        raise Denied(message)


def check_grantee(namespace: Namespace, grantee: Grantee) -> None:
    """Raise GrantRefused for whoever cannot be given a role on what is in the namespace."""
    if isinstance(grantee, Team):
        is_ours = grantee.organization_id == namespace.organization_id
    elif isinstance(grantee, RobotAccount):
        is_ours = grantee.namespace_id == namespace.pk
    else:
        _check_user(namespace, grantee)
        return
    if not is_ours:
        message = _("%(grantee)s does not belong to %(namespace)s.") % {
            "grantee": name_of(grantee),
            "namespace": namespace,
        }
        raise GrantRefused(message)


def _check_user(namespace: Namespace, user: User) -> None:
    if not (user.is_active and user.is_verified):
        message = _("There is no user %(user)s. Ask for the exact user name.") % {"user": user}
        raise GrantRefused(message)
    if namespace.user_id == user.pk:
        message = _("%(user)s owns this namespace and may do everything already.") % {"user": user}
        raise GrantRefused(message)


def _find_team(namespace: Namespace, name: str) -> Team:
    short = name.removeprefix(f"{namespace.name}/")
    teams = Team.objects.filter(organization__isnull=False, organization=namespace.organization_id)
    team = teams.select_related("organization").filter(name=short).first()
    if team is None:
        message = _("%(namespace)s has no team %(short)s.") % {
            "namespace": namespace,
            "short": short,
        }
        raise GrantRefused(message)
    return team


def _find_robot(namespace: Namespace, name: str) -> RobotAccount:
    short = name.removeprefix(f"{namespace.name}+")
    robots = RobotAccount.objects.filter(namespace=namespace, disabled_at=None)
    robot = robots.select_related("namespace").filter(name=short).first()
    if robot is None:
        message = _("%(namespace)s has no robot account %(short)s that is in use.") % {
            "namespace": namespace,
            "short": short,
        }
        raise GrantRefused(message)
    return robot
