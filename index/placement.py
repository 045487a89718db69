"""Which registry keeps a new repository. The choice is stored with the repository.

Of the rules that match, the most specific wins: first by the pattern (a name itself, then the longest
`namespace/prefix*`, `namespace/*` among them, then `*`), then one for a size class before one for all,
then one for a visibility before one for all. Two rules never tie: such two would be the same rule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Visibility
from index.errors import NoPlacement
from index.models.placement_rule import PlacementRule
from index.models.registry import Registry, RegistryState
from index.models.repository import SizeClass
from index.names import RepositoryName

_WORDS = {
    RegistryState.DRAINING: gettext_lazy("is being drained and gets nothing new"),
    RegistryState.RETIRED: gettext_lazy("is retired"),
}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is known of a repository that is to be placed."""

    name: RepositoryName
    visibility: str = Visibility.PRIVATE
    size_class: str = SizeClass.ORDINARY

    @property
    def full_name(self) -> str:
        """The name with its namespace, `library` for official images."""
        return f"library/{self.name}" if self.name.is_official else self.name.value


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a newcomer goes and why; `registry` is None where it can go nowhere."""

    registry: Registry | None
    rule: PlacementRule | None
    reason: str
    overruled: list[PlacementRule] = field(default_factory=list)  # matching too, less specific


def choose_registry(
    name: RepositoryName,
    *,
    visibility: str = Visibility.PRIVATE,
    size_class: str = SizeClass.ORDINARY,
) -> Registry:
    """Return the registry for a new repository; raise NoPlacement where there is none."""
    placement = explain_placement(Newcomer(name, visibility, size_class))
    if placement.registry is None:
        raise NoPlacement(placement.reason)
    return placement.registry


def explain_placement(newcomer: Newcomer) -> Placement:
    """Return where it would go now, and why."""
    found = PlacementRule.objects.filter(
        Q(visibility__in=("", newcomer.visibility)),
        Q(size_class__in=("", newcomer.size_class)),
        pattern__in=_patterns_of(newcomer),
    ).select_related("registry", "pool")
    rules = in_order(found)
    if not rules:
        reason = _("no placement rule says which registry keeps %(name)s: ask an administrator") % {
            "name": newcomer.name
        }
        return Placement(None, None, reason)
    winner = rules[0]
    registry, reason = _place_of(winner, newcomer)
    return Placement(registry, winner, reason, rules[1:])


def in_order(rules: Iterable[PlacementRule]) -> list[PlacementRule]:
    """Return the rules, the most specific first."""
    return sorted(rules, key=_specificity, reverse=True)


def matches(rule: PlacementRule, newcomer: Newcomer) -> bool:
    """Whether the rule is about it."""
    return (
        rule.pattern in _patterns_of(newcomer)
        and rule.visibility in {"", newcomer.visibility}
        and rule.size_class in {"", newcomer.size_class}
    )


def member_for(name: str, members: Iterable[Registry]) -> Registry:
    """Return which of the members keeps the name: the highest of their hashes of it (rendezvous).

    A member more wins only the names for which its own hash is the highest; of two others it never
    moves a name from the one to the other.
    """
    return max(members, key=lambda member: (_weight(member.name, name), member.name))


def is_pattern(text: str) -> bool:
    """Whether the text ends like a pattern, `*` behind a namespace or alone; not a plain name."""
    return text.endswith("*")


def _weight(member: str, name: str) -> bytes:
    return hashlib.sha256(f"{member}\0{name}".encode()).digest()


def _patterns_of(newcomer: Newcomer) -> list[str]:
    """Return every pattern that matches; at most one for each letter of the name, and three more."""
    full = newcomer.full_name
    start = full.index("/") + 1
    prefixes = [f"{full[:end]}*" for end in range(start, len(full) + 1)]
    return [newcomer.name.value, *prefixes, "*"]


def _specificity(rule: PlacementRule) -> tuple[bool, int, bool, bool, str, str]:
    exact = not is_pattern(rule.pattern)
    return (
        exact, len(rule.pattern), bool(rule.size_class), bool(rule.visibility),
        rule.pattern, f"{rule.size_class}/{rule.visibility}",
    )  # fmt: skip


def _place_of(rule: PlacementRule, newcomer: Newcomer) -> tuple[Registry | None, str]:
    if rule.registry:
        return _single(rule, rule.registry, newcomer)
    pool = rule.pool
    assert pool is not None  # noqa: S101 - the database wants one of the two
    members = list(pool.members.filter(state=RegistryState.IN_USE).order_by("name"))
    if not members:
        reason = _(
            "%(name)s belongs into the pool %(pool)s by the rule for %(rule)s, and no "
            "member of it is in use: ask an administrator"
        ) % {"name": newcomer.name, "pool": pool, "rule": described(rule)}
        return None, reason
    chosen = member_for(newcomer.full_name, members)
    names = ", ".join(member.name for member in members)
    reason = _("the rule for %(rule)s shares names among the pool %(pool)s (%(names)s)") % {
        "rule": described(rule),
        "pool": pool,
        "names": names,
    }
    return chosen, _("%(reason)s, and %(chosen)s wins this one") % {
        "reason": reason,
        "chosen": chosen,
    }


def _single(
    rule: PlacementRule, registry: Registry, newcomer: Newcomer
) -> tuple[Registry | None, str]:
    if registry.state == RegistryState.IN_USE:
        return registry, _("the rule for %(rule)s names %(registry)s") % {
            "rule": described(rule),
            "registry": registry,
        }
    reason = _(
        "%(name)s belongs on %(registry)s by the rule for %(rule)s, and %(registry)s "
        "%(state)s: ask an administrator"
    ) % {
        "name": newcomer.name,
        "registry": registry,
        "rule": described(rule),
        "state": _WORDS[RegistryState(registry.state)],
    }
    return None, reason


def described(rule: PlacementRule) -> str:
    """Return what a rule is about, as people read it: "acme/*, public, large"."""
    return ", ".join(filter(None, (rule.pattern, rule.visibility, rule.size_class)))
