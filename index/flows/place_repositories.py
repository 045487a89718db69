"""Say where new repositories go: rules, and the pools among whose members they share names.

Nothing that is there moves: rules hold for what is created from now on. `by` is an administrator; None
is whoever may run commands on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext

from accounts.audit import AuditAction
from accounts.principals import Principal
from index.errors import NameInvalid, RegistryInUse, RegistryRefused
from index.flows.operate import check_operator, record_by_operator
from index.models import PlacementRule, Registry, RegistryPool
from index.names import parse_repository_name
from index.placement import described

_POOL_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LONGEST_NAME = 40
# What may stand before the star: a namespace, and how the rest begins.
_PREFIX = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/[a-z0-9._/-]*", re.ASCII)
_LONGEST_PATTERN = 201


def add_rule(
    pattern: str,
    *,
    to: Registry | RegistryPool,
    visibility: str = "",
    size_class: str = "",
    by: Principal | None,
) -> PlacementRule:
    """Say where names go that match: a name, `namespace/*`, `namespace/prefix*` or `*`.

    A rule for the same pattern, visibility and size class gives way. Raises Denied or RegistryRefused.
    """
    check_operator(by, "placement")
    check_pattern(pattern)
    place = (
        {"registry": to, "pool": None}
        if isinstance(to, Registry)
        else {"registry": None, "pool": to}
    )
    with transaction.atomic():
        rule, _ = PlacementRule.objects.update_or_create(
            pattern=pattern, visibility=visibility, size_class=size_class, defaults=place
        )
        record_by_operator(AuditAction.PLACEMENT_RULE_ADDED, described(rule), by=by, to=to.name)
    return rule


def remove_rule(rule: PlacementRule, *, by: Principal | None) -> None:
    """Take a rule away. Raises Denied."""
    check_operator(by, "placement")
    with transaction.atomic():
        rule.delete()
        record_by_operator(AuditAction.PLACEMENT_RULE_REMOVED, described(rule), by=by)


def save_pool(
    name: str,
    *,
    members: Collection[Registry],
    by: Principal | None,
    pool: RegistryPool | None = None,
) -> RegistryPool:
    """Make a pool of these members, or change one. Raises Denied, RegistryRefused or RegistryInUse."""
    check_operator(by, "placement")
    check_pool_name(name)
    if not members:
        raise RegistryRefused(gettext("A pool has at least one member."), field="members")
    saved = pool or RegistryPool()
    saved.name = name
    try:
        with transaction.atomic():
            saved.save()
            saved.members.set(members)
            names = sorted(member.name for member in members)
            record_by_operator(AuditAction.POOL_CHANGED, name, by=by, members=names)
    except IntegrityError as error:
        message = gettext("There is a pool %(name)s already.") % {"name": name}
        raise RegistryInUse(message, field="name") from error
    return saved


def delete_pool(pool: RegistryPool, *, by: Principal | None) -> None:
    """Delete a pool that no rule names. Raises Denied or RegistryInUse."""
    check_operator(by, "placement")
    name = pool.name
    try:
        with transaction.atomic():
            pool.delete()
            record_by_operator(AuditAction.POOL_DELETED, name, by=by)
    except ProtectedError as error:
        message = gettext("Placement rules name the pool %(name)s: remove them first.") % {
            "name": name
        }
        raise RegistryInUse(message) from error


def place(pattern: str, *, on: Registry) -> PlacementRule:
    """Say at the command line which registry keeps the names that match. Raises RegistryRefused."""
    return add_rule(pattern, to=on, by=None)


def check_pool_name(name: str) -> None:
    """Raise RegistryRefused for what is no name of a pool."""
    if len(name) > _LONGEST_NAME or not _POOL_NAME.fullmatch(name):
        message = gettext(
            "The name of a pool is 1 to %(longest_name)s lowercase letters, digits and "
            "single - inside."
        ) % {"longest_name": _LONGEST_NAME}
        raise RegistryRefused(message, field="name")


def check_pattern(pattern: str) -> None:
    """Raise RegistryRefused unless some name could match."""
    if pattern == "*":
        return
    stem = pattern.removesuffix("*")
    try:
        if stem == pattern:
            parse_repository_name(pattern)
            return
    except NameInvalid as error:
        raise RegistryRefused(_not_a_pattern(pattern, str(error)), field="pattern") from error
    if len(pattern) > _LONGEST_PATTERN or not _PREFIX.fullmatch(stem):
        raise RegistryRefused(_not_a_pattern(pattern, ""), field="pattern")


def _not_a_pattern(pattern: str, reason: str) -> str:
    rule = gettext(
        "%(pattern)s is neither a repository name nor namespace/*, namespace/prefix* or *"
    ) % {"pattern": pattern[:80]}
    return f"{rule}: {reason}" if reason else f"{rule}."
