"""Decide differences: accept, ignore, or let a rule accept. Only marks them; a task does the accepting."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction
from accounts.models import Namespace
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.prepared import prepared
from accounts.principals import Principal
from index.errors import NameInvalid, PatternRefused
from index.flows.operate import check_operator, record_by_operator
from index.models import AcceptRule, Difference, DifferenceKind, DifferenceState, Registry
from index.names import parse_repository_name

_OPEN = (DifferenceState.OPEN, DifferenceState.IGNORED)


def accept(differences: QuerySet[Difference], *, by: Principal | None) -> int:
    """Mark them to be accepted; return how many. Raises Denied."""
    check_operator(by, "registries")
    with transaction.atomic():
        count = differences.filter(state__in=_OPEN).update(
            state=DifferenceState.ACCEPTING,
            decided_at=timezone.now(),
            decided_by=by.user if by else None,
            problem="",
        )
        if count:
            record_by_operator(AuditAction.DIFFERENCES_ACCEPTED, "", by=by, number=count)
    return count


def ignore(differences: QuerySet[Difference], *, by: Principal | None) -> int:
    """Mark them as right as they are, until they change; return how many. Raises Denied."""
    check_operator(by, "registries")
    with transaction.atomic():
        count = differences.filter(state=DifferenceState.OPEN).update(
            state=DifferenceState.IGNORED,
            decided_at=timezone.now(),
            decided_by=by.user if by else None,
        )
        if count:
            record_by_operator(AuditAction.DIFFERENCES_IGNORED, "", by=by, number=count)
    return count


def add_accept_rule(
    registry: Registry, *, kind: DifferenceKind, pattern: str, by: Principal | None
) -> AcceptRule:
    """Let differences of a kind be accepted by themselves, those that are open too.

    The pattern is a repository name, `namespace/*` or `*`. Raises Denied or PatternRefused.
    """
    check_operator(by, "registries")
    check_accept_pattern(pattern)
    with transaction.atomic():
        rule, is_new = AcceptRule.objects.get_or_create(
            registry=registry,
            kind=kind,
            pattern=pattern,
            defaults={"created_by": by.user if by else None},
        )
        if is_new:
            record_by_operator(
                AuditAction.ACCEPT_RULE_ADDED, registry.name, by=by, kind=kind, pattern=pattern
            )
    accept_by_rules(registry)
    return rule


def check_accept_pattern(pattern: str) -> None:
    """Raise PatternRefused for what no name could match."""
    if pattern == "*":
        return
    try:
        parse_repository_name(pattern.removesuffix("/*"))
    except NameInvalid as error:
        message = _("%(pattern)s is neither a repository name nor namespace/* nor *") % {
            "pattern": ascii(pattern)
        }
        raise PatternRefused(message) from error


def remove_accept_rule(rule: AcceptRule, *, by: Principal | None) -> None:
    """Let its differences wait for a person again. Raises Denied."""
    check_operator(by, "registries")
    with transaction.atomic():
        record_by_operator(
            AuditAction.ACCEPT_RULE_REMOVED,
            rule.registry.name,
            by=by,
            kind=rule.kind,
            pattern=rule.pattern,
        )
        rule.delete()


def accept_by_rules(registry: Registry) -> None:
    """Mark what the registry's rules accept; what could not be accepted before is left to people."""
    for rule in registry.accept_rules.all():
        open_ones = registry.differences.filter(state=DifferenceState.OPEN, problem="")
        open_ones.filter(Q(kind=rule.kind) & _matching(rule.pattern)).update(
            state=DifferenceState.ACCEPTING,
            decided_at=timezone.now(),
            decided_by=rule.created_by_id,
        )


def missing_namespaces(registry: Registry) -> list[str]:
    """Return the namespaces that repositories wait for which the registry keeps: to be created."""
    return sorted(prepared(_missing_namespaces, registry=registry.pk).rows())


def _missing_namespaces(*, registry: int) -> QuerySet[Difference, str]:
    kind = DifferenceKind.UNKNOWN_REPOSITORY
    waiting = Difference.objects.filter(registry=registry, kind=kind).exclude(
        state__in=[DifferenceState.ACCEPTED, DifferenceState.GONE]
    )
    first = Substr("name", 1, StrIndex("name", Value("/")) - 1)
    named = waiting.filter(name__contains="/").order_by().annotate(missing=first)
    missing = named.exclude(missing=ROOT_NAMESPACE).filter(
        ~Exists(Namespace.objects.filter(name=OuterRef("missing")))
    )
    return missing.values_list("missing", flat=True).distinct()


def _matching(pattern: str) -> Q:
    if pattern == "*":
        return Q()
    if pattern.endswith("/*"):
        return Q(name__startswith=pattern.removesuffix("*"))
    return Q(name=pattern)
