"""How well a registry has been: its checks of a day in slots for a picture, and its troubles in a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from index.flows.check_registry import titles_of_trouble
from index.models import Registry, RegistryCheck

_SLOTS = 48
_SLOT = timedelta(minutes=30)
_SAME_TROUBLE = timedelta(minutes=5)  # checks in trouble that lie no further apart
_TROUBLES_SHOWN = 10
_CHECKS_READ = 3000  # the newest in trouble, two days of one each minute


@dataclass(slots=True)
class Slot:
    """Half an hour: how many checks, how many of them in trouble, and the slowest answer."""

    begins_at: datetime
    checks: int = 0
    bad: int = 0
    slowest: int = 0

    @property
    def verdict(self) -> str:
        """`good`, `bad`, or `unknown` where nobody looked."""
        if not self.checks:
            return "unknown"
        return "bad" if self.bad else "good"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A time in trouble, from its first to its last bad check."""

    began_at: datetime
    ended_at: datetime
    titles: list[Promise]


def latest_checks(registries: QuerySet[Registry]) -> Mapping[int, RegistryCheck]:
    """Return the newest check of each, by the registry's id; two queries."""
    newest = RegistryCheck.objects.filter(registry=OuterRef("pk")).values("pk")[:1]
    ids = registries.annotate(newest=Subquery(newest)).values_list("newest", flat=True)
    found = RegistryCheck.objects.filter(pk__in=[pk for pk in ids if pk])
    return {check.registry_id: check for check in found}


def slots_of(registry: Registry) -> list[Slot]:
    """Return the last day in half-hours, the oldest first."""
    return _day_of(registry)[0]


def _day_of(registry: Registry) -> tuple[list[Slot], int | None]:
    """Return the last day in half-hours, and which check was the newest in it."""
    now = timezone.now()
    begin = now - _SLOTS * _SLOT
    slots = [Slot(begin + number * _SLOT) for number in range(_SLOTS)]
    checks = registry.checks.filter(at__gt=begin, at__lte=now)
    columns = ("pk", "at", "is_healthy", "milliseconds")
    newest = None
    for pk, at, is_healthy, milliseconds in checks.values_list(*columns):
        newest = newest or pk  # they come newest first
        slot = slots[min(int((at - begin) / _SLOT), _SLOTS - 1)]
        slot.checks += 1
        slot.bad += not is_healthy
        slot.slowest = max(slot.slowest, milliseconds or 0)
    return slots, newest


def sentence_of(slots: Iterable[Slot]) -> str:
    """Return what the picture shows, in words."""
    every = list(slots)
    checks, bad = sum(slot.checks for slot in every), sum(slot.bad for slot in every)
    if not checks:
        return _("Not checked in the last day.")
    slowest = max(slot.slowest for slot in every)
    troubled = (
        _("none of them in trouble") if not bad else _("%(bad)s of them in trouble") % {"bad": bad}
    )
    return ngettext(
        "%(checks)s check in the last day, %(troubled)s; the slowest answer took %(slowest)s ms.",
        "%(checks)s checks in the last day, %(troubled)s; the slowest answer took %(slowest)s ms.",
        checks,
    ) % {"checks": checks, "troubled": troubled, "slowest": slowest}


@dataclass(frozen=True, slots=True)
class Health:
    """How one registry is and was; `last` is its newest check."""

    last: RegistryCheck | None
    slots: list[Slot]
    troubles: list[Trouble]


def health_of(registry: Registry) -> Health:
    """Return all that its page shows; three queries, one more if nobody looked in the last day."""
    slots, newest = _day_of(registry)
    runs = _runs_of_trouble(registry)
    checks = RegistryCheck.objects.in_bulk([*([newest] if newest else []), *_firsts(runs)])
    last = checks[newest] if newest else registry.checks.first()
    return Health(last, slots, _troubles(runs, checks))


def troubles_of(registry: Registry) -> list[Trouble]:
    """Return its times in trouble that are still kept, the newest first."""
    runs = _runs_of_trouble(registry)
    return _troubles(runs, RegistryCheck.objects.in_bulk(_firsts(runs)))


def _runs_of_trouble(registry: Registry) -> list[list[tuple[int, datetime]]]:
    bad = registry.checks.filter(is_healthy=False).values_list("pk", "at")[:_CHECKS_READ]
    runs: list[list[tuple[int, datetime]]] = []
    for pk, at in bad:
        if not runs or runs[-1][-1][1] - at > _SAME_TROUBLE:
            if len(runs) == _TROUBLES_SHOWN:
                break
            runs.append([])
        runs[-1].append((pk, at))
    return runs


def _firsts(runs: list[list[tuple[int, datetime]]]) -> list[int]:
    return [run[0][0] for run in runs]


def _troubles(
    runs: list[list[tuple[int, datetime]]], checks: Mapping[int, RegistryCheck]
) -> list[Trouble]:
    return [Trouble(run[-1][1], run[0][1], titles_of_trouble(checks[run[0][0]])) for run in runs]
