"""Administrators say how much namespaces may hold. Nothing that is there is taken away by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.audit import AuditAction
from accounts.errors import NameInvalid, NameTaken, NotAllowed, PlanInUse, PlanRefused
from accounts.models import Namespace, Plan, PlanDefault
from accounts.principals import Principal

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LARGEST_NUMBER = 2**31 - 1  # what the columns hold
_LARGEST_STORAGE = 2**63 - 1
PLAN_NAME_RULE = gettext_lazy("1 to 30 lowercase letters, digits and single hyphens inside")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan allows; None is no limit."""

    private_repositories: int | None = None
    members: int | None = None
    storage_bytes: int | None = None


def create_plan(name: str, *, limits: Limits, by: Principal) -> Plan:
    """Create the plan. Raises NotAllowed, NameInvalid, NameTaken or PlanRefused."""
    _check_administrator(by)
    check_plan(name, limits)
    plan = Plan(name=name, **asdict(limits))
    with _one_of_a_name(name):
        plan.save()
        audit.record(AuditAction.PLAN_CREATED, by=by, target=name, **asdict(limits))
    return plan


def change_plan(plan: Plan, *, name: str, limits: Limits, by: Principal) -> None:
    """Change name and limits, for whoever has the plan. Raises what create_plan raises."""
    _check_administrator(by)
    check_plan(name, limits)
    with _one_of_a_name(name):
        Plan.objects.filter(pk=plan.pk).update(name=name, **asdict(limits))
        audit.record(
            AuditAction.PLAN_CHANGED, by=by, target=name, old_name=plan.name, **asdict(limits)
        )
    plan.refresh_from_db()


def delete_plan(plan: Plan, *, by: Principal) -> None:
    """Delete a plan that nobody has. Raises NotAllowed or PlanInUse."""
    _check_administrator(by)
    name = plan.name
    try:
        with transaction.atomic():
            if Plan.objects.select_for_update().get(pk=plan.pk).default_for:
                message = _("%(name)s is a default. Make another plan the default first.") % {
                    "name": name
                }
                raise PlanInUse(message)
            plan.delete()
            audit.record(AuditAction.PLAN_DELETED, by=by, target=name)
    except ProtectedError as error:
        message = _("%(name)s is the plan of namespaces. Give them another one first.") % {
            "name": name
        }
        raise PlanInUse(message) from error


def make_default(plan: Plan, *, kind: PlanDefault, by: Principal) -> None:
    """Let the plan hold for all users, or organizations, that were given none. Raises NotAllowed."""
    _check_administrator(by)
    with transaction.atomic():
        # In the order of keys: of two who do this, one waits for the other.
        locked = list(Plan.objects.select_for_update().order_by("pk"))
        if any(one.pk == plan.pk and one.default_for not in {None, kind} for one in locked):
            message = _(
                "%(plan)s is the default already, for the others. Make a plan of its own."
            ) % {"plan": plan}
            raise PlanRefused(message)
        Plan.objects.filter(default_for=kind).update(default_for=None)
        Plan.objects.filter(pk=plan.pk).update(default_for=kind)
        audit.record(AuditAction.PLAN_CHANGED, by=by, target=plan.name, default_for=kind.value)
    plan.refresh_from_db()


def assign_plan(namespace: Namespace, *, plan: Plan | None, by: Principal) -> None:
    """Give the namespace the plan, or with None the default one again. Raises NotAllowed."""
    _check_administrator(by)
    with transaction.atomic():
        Namespace.objects.filter(pk=namespace.pk).update(plan=plan)
        audit.record(
            AuditAction.PLAN_ASSIGNED,
            by=by,
            namespace=namespace,
            target=namespace.name,
            plan=plan.name if plan else "",
        )
    namespace.plan = plan


def _check_administrator(by: Principal) -> None:
    if not by.is_administrator:
        message = _("'%(name)s' may not change plans: administrators of this site do.") % {
            "name": by.name
        }
        raise NotAllowed(message)


def check_plan(name: str, limits: Limits) -> None:
    """Raise NameInvalid or PlanRefused."""
    if len(name) > 30 or not _NAME.fullmatch(name):
        message = _("The name of a plan is %(plan_name_rule)s.") % {
            "plan_name_rule": PLAN_NAME_RULE
        }
        raise NameInvalid(message)
    highest = (
        (limits.private_repositories, _LARGEST_NUMBER),
        (limits.members, _LARGEST_NUMBER),
        (limits.storage_bytes, _LARGEST_STORAGE),
    )
    if any(value is not None and not 0 <= value <= most for value, most in highest):
        message = _("A limit is a number from 0 up, or empty for none.")
        raise PlanRefused(message)


@contextmanager
def _one_of_a_name(name: str) -> Iterator[None]:
    """A transaction in which a plan gets a name that another one may have."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        message = _("There is a plan %(name)s already.") % {"name": name}
        raise NameTaken(message) from error
