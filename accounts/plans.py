"""What a namespace may hold: the plan it was given, or the one that its kind starts with."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    Expression,
    F,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext as _

from accounts.errors import QuotaExceeded
from accounts.models import Membership, Namespace, Organization, Plan, PlanDefault, User


def plan_of(namespace: Namespace) -> Plan | None:
    """Return the plan that holds, None without one: then nothing is limited.

    Official images and administrators of the site are limited only by a plan they were given.
    """
    return namespace.plan or first_plan(namespace).first()


def first_plan(namespace: Namespace) -> QuerySet[Plan]:
    """Return the plan that namespaces of its kind start with, one or none, to be read with others."""
    if namespace.organization_id:
        return Plan.objects.filter(default_for=PlanDefault.ORGANIZATIONS)
    ordinary = User.objects.filter(pk=namespace.user_id or 0, is_superuser=False)
    return Plan.objects.filter(Exists(ordinary), default_for=PlanDefault.USERS)


def plans_of(namespaces: Iterable[Namespace]) -> dict[int, Plan | None]:
    """Return the plans of several by the numbers of the namespaces: one query for what they start with."""
    defaults = {plan.default_for: plan for plan in Plan.objects.filter(default_for__in=PlanDefault)}
    return {one.pk: one.plan or defaults.get(_starts_with(one)) for one in namespaces}


def _starts_with(namespace: Namespace) -> PlanDefault | None:
    if namespace.organization_id:
        return PlanDefault.ORGANIZATIONS
    if namespace.user is None or namespace.user.is_superuser:
        return None
    return PlanDefault.USERS


def storage_limit(namespace: str) -> Expression:
    """Return the bytes that `plan_of` allows, as SQL; `namespace` is the path to it, with `__`.

    So that the gateway knows the limit from the query that it makes anyway.
    """
    bytes_or_none: BigIntegerField[int | None, int | None] = BigIntegerField(null=True)
    return Case(
        When(
            **{f"{namespace}plan__isnull": False},
            then=F(f"{namespace}plan__storage_bytes"),
        ),
        When(
            **{f"{namespace}organization__isnull": False}, then=_default(PlanDefault.ORGANIZATIONS)
        ),
        When(**{f"{namespace}user__is_superuser": False}, then=_default(PlanDefault.USERS)),
        default=Value(None),
        output_field=bytes_or_none,
    )


def check_members(organization: Organization, *, adding: int = 1) -> None:
    """Raise QuotaExceeded unless there is room for so many more members.

    Call it inside the transaction that adds them: it locks the organization's row (F15).
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    namespace = Namespace.objects.select_related("plan").get(organization=organization)
    plan = plan_of(namespace)
    if plan is None or plan.members is None:
        return
    used = Membership.objects.filter(organization=organization).count()
    if used + adding > plan.members:
        message = _(
            "The plan %(plan)s of %(organization)s has room for %(members)s members, and "
            "there are %(used)s. Remove somebody first, or ask an administrator of this "
            "site for another plan."
        ) % {"plan": plan, "organization": organization, "members": plan.members, "used": used}
        raise QuotaExceeded(message)


def _default(kind: PlanDefault) -> Subquery:
    return Subquery(Plan.objects.filter(default_for=kind).values("storage_bytes")[:1])
