"""What retention rules would delete, and why each tag stays: pure, quick with thousands of tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.words import word
from index.errors import DeletionRefused
from index.models import Registry, Repository, RepositoryMode, RetentionRule, Writers
from index.tag_patterns import frozen_by, parse_patterns

MOST_RULES = 20
_MOST_DAYS = 36_500
_MOST_KEPT = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """One rule: of the tags that match, what any limit keeps stays."""

    pattern: str
    newest: int | None = None
    pushed_days: int | None = None
    pulled_days: int | None = None

    def check(self) -> None:
        """Raise PatternRefused or DeletionRefused for what is no rule."""
        parse_patterns([self.pattern])
        bounds = (
            (self.newest, _MOST_KEPT),
            (self.pushed_days, _MOST_DAYS),
            (self.pulled_days, _MOST_DAYS),
        )
        given = [(number, most) for number, most in bounds if number is not None]
        if not given:
            message = _("a rule needs at least one limit: without any it would delete every tag")
            raise DeletionRefused(message)
        if any(not 1 <= number <= most for number, most in given):
            message = _("a limit is at least 1, and at most %(most_days)s days") % {
                "most_days": _MOST_DAYS
            }
            raise DeletionRefused(message)

    @property
    def words(self) -> str:
        """As people read it."""
        parts = []
        if self.newest is not None:
            parts.append(
                ngettext("the newest", "the %(n)s newest", self.newest) % {"n": self.newest}
            )
        if self.pushed_days is not None:
            parts.append(
                ngettext(
                    "what was pushed in the last day",
                    "what was pushed in the last %(n)s days",
                    self.pushed_days,
                )
                % {"n": self.pushed_days}
            )
        if self.pulled_days is not None:
            parts.append(
                ngettext(
                    "what was pulled or pushed in the last day",
                    "what was pulled or pushed in the last %(n)s days",
                    self.pulled_days,
                )
                % {"n": self.pulled_days}
            )
        return _("of %(pattern)s keep %(parts)s") % {
            "pattern": self.pattern,
            "parts": _(" and ").join(parts),
        }


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one tag, and why."""

    tag: str
    digest: str
    pushed_at: datetime
    goes_by: Limits | None = None
    why: str = ""  # it stays


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    digest: str
    pushed_at: datetime
    used_at: datetime


def limits_of(rule: RetentionRule) -> Limits:
    """Return what a kept rule says."""
    return Limits(rule.pattern, rule.keep_newest, rule.keep_pushed_days, rule.keep_pulled_days)


def fates(repository: Repository, rules: Sequence[Limits]) -> list[Fate]:
    """Say of each tag that any rule is about whether it goes: only if no rule that matches keeps it."""
    rows = _rows(repository)
    now = timezone.now()
    kept_by = [_kept(rule, rows, now) for rule in rules]
    found = []
    for row in rows:
        about = [number for number, rule in enumerate(rules) if frozen_by([rule.pattern], row.name)]
        if not about:
            continue
        found.append(
            _fate(row, repository, rules, [(n, kept_by[n].get(row.name, "")) for n in about])
        )
    return found


def resting(repository: Repository, registry: Registry) -> str:
    """Return why rules rest for now, "" if they run: nobody may delete there by hand either."""
    if repository.mode != RepositoryMode.OPEN:
        return _("the repository is %(mode)s") % {"mode": word(repository.mode)}
    if repository.namespace.frozen_at:
        return _("the namespace is frozen by an administrator")
    if registry.writers != Writers.ANYONE:
        return _("its registry does not take deletions from people")
    return ""


def _fate(
    row: _Row, repository: Repository, rules: Sequence[Limits], about: Iterable[tuple[int, str]]
) -> Fate:
    frozen = frozen_by(repository.immutable_tags, row.name)
    if frozen:
        return Fate(row.name, row.digest, row.pushed_at, why=f"immutable ({frozen})")
    first: Limits | None = None
    for number, why in about:
        if why:
            return Fate(row.name, row.digest, row.pushed_at, why=why)
        first = first or rules[number]
    return Fate(row.name, row.digest, row.pushed_at, goes_by=first)


def _kept(rule: Limits, rows: Iterable[_Row], now: datetime) -> dict[str, str]:
    """Return what the rule keeps, with the limit that does."""
    matching = [row for row in rows if frozen_by([rule.pattern], row.name)]
    newest = sorted(matching, key=lambda row: (row.pushed_at, row.name), reverse=True)
    kept = {}
    for rank, row in enumerate(newest):
        if rule.newest is not None and rank < rule.newest:
            kept[row.name] = _among_newest(rule)
        elif rule.pushed_days is not None and now - row.pushed_at < timedelta(rule.pushed_days):
            kept[row.name] = ngettext(
                "pushed in the last day", "pushed in the last %(n)s days", rule.pushed_days
            ) % {"n": rule.pushed_days}
        elif rule.pulled_days is not None and now - row.used_at < timedelta(rule.pulled_days):
            kept[row.name] = ngettext(
                "pulled or pushed in the last day",
                "pulled or pushed in the last %(n)s days",
                rule.pulled_days,
            ) % {"n": rule.pulled_days}
    return kept


def _rows(repository: Repository) -> list[_Row]:
    values = repository.tags.order_by("-pushed_at", "name").values_list(
        "name", "manifest__digest", "pushed_at", "last_pulled_at"
    )
    return [
        _Row(name, digest, pushed, max(pushed, pulled) if pulled else pushed)
        for name, digest, pushed, pulled in values
    ]


def _among_newest(rule: Limits) -> str:
    count = rule.newest or 1
    return ngettext(
        "the newest of %(pattern)s", "one of the %(count)s newest of %(pattern)s", count
    ) % {"count": count, "pattern": rule.pattern}
