"""Look at a registry, keep what was found, and tell administrators once when its health changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from accounts.models import User
from index.mails import send_after_commit
from index.models import Registry, RegistryCheck, RegistryState
from index.probing.findings import TITLES, Check, Finding, Judgement, Report, Verdict
from index.probing.probe import probe

_QUIET = timedelta(minutes=5)  # without any notification: then there must be something to notify of
_NOTIFIES_WITHIN = timedelta(seconds=90)
_KEPT_WHOLE = timedelta(days=2)
_KEPT = timedelta(days=30)
_RECENT = 3


def check_registry(registry: Registry, *, thoroughly: bool = False) -> RegistryCheck:
    """Ask the registry and keep the findings.

    Something is uploaded if it has notified us of nothing for a while, and with `thoroughly` always;
    never while its garbage collection runs.
    """
    now = timezone.now()
    is_held = registry.writes_held_until is not None and registry.writes_held_until > now
    is_quiet = registry.last_heard_at is None or registry.last_heard_at < now - _QUIET
    report = probe(registry, write=(thoroughly or is_quiet) and not is_held)
    with transaction.atomic():
        # Of two checks at once the second sees the first, so that nobody is told twice.
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        recent = list(locked.checks.all()[:_RECENT])
        findings = [finding.as_json() for finding in report.findings]
        if report.milliseconds is not None:
            findings.append(_notifications(locked, report, recent[0] if recent else None))
        check = RegistryCheck.objects.create(
            registry=locked,
            is_healthy=all(finding["verdict"] != Verdict.BAD for finding in findings),
            milliseconds=report.milliseconds,
            findings=sorted(findings, key=_position),
        )
        _tell(check, recent)
    return check


def due_registries() -> list[int]:
    """Return the ids of all that are to be looked at."""
    found = Registry.objects.exclude(state=RegistryState.RETIRED)
    return list(found.order_by("name").values_list("pk", flat=True))


def prune_checks() -> None:
    """Delete checks of a month ago; of those older than two days what was well but once an hour."""
    now = timezone.now()
    RegistryCheck.objects.filter(at__lt=now - _KEPT).delete()
    old = RegistryCheck.objects.filter(at__lt=now - _KEPT_WHOLE, is_healthy=True)
    old.filter(at__minute__gt=0).delete()


def titles_of_trouble(check: RegistryCheck) -> list[Promise]:
    """Return what is bad, as people call it in the language of whoever reads it."""
    return [
        TITLES[Check(finding["check"])]
        for finding in check.findings
        if finding["verdict"] == Verdict.BAD
    ]


def _notifications(
    registry: Registry, report: Report, previous: RegistryCheck | None
) -> dict[str, Any]:
    """Judge whether what was written came back as a notification, which takes its time.

    `wrote_at` in the finding is the first writing that nothing was heard after.
    """
    now, heard = timezone.now(), registry.last_heard_at
    wrote_at = _unanswered(previous) or report.wrote_at
    if wrote_at and heard and heard >= wrote_at:
        wrote_at = report.wrote_at if report.wrote_at and heard < report.wrote_at else None
    finding = Finding(Check.NOTIFICATIONS, _judge(registry, now, wrote_at)).as_json()
    return finding | ({"wrote_at": wrote_at.isoformat()} if wrote_at else {})


def _judge(registry: Registry, now: datetime, wrote_at: datetime | None) -> Judgement:
    heard = registry.last_heard_at
    if wrote_at and now - wrote_at > _NOTIFIES_WITHIN:
        words = gettext_noop(
            "Something was written and no notification of it came. Compare the notifications section"
            " of its configuration with the one to paste: the URL, and the events secret, which must be"
            " the newest one or the one before."
        )
        return Judgement(Verdict.BAD, words)
    if heard and now - heard < _QUIET + _NOTIFIES_WITHIN:
        return Judgement(Verdict.GOOD, gettext_noop("Its notifications come."))
    if wrote_at:
        words = gettext_noop(
            "Something was written a moment ago: the next check says whether its notification came."
        )
        return Judgement(Verdict.UNKNOWN, words)
    words = gettext_noop("Nothing was written to it, so it had nothing to notify of.")
    return Judgement(Verdict.UNKNOWN, words)


def _unanswered(check: RegistryCheck | None) -> datetime | None:
    for finding in check.findings if check else []:
        if finding["check"] == Check.NOTIFICATIONS and "wrote_at" in finding:
            return parse_datetime(finding["wrote_at"])
    return None


def _position(finding: dict[str, Any]) -> int:
    return list(Check).index(Check(finding["check"]))


def _tell(check: RegistryCheck, recent: list[RegistryCheck]) -> None:
    """Mail administrators at the second bad check in a row, and at the first good one after that.

    One bad check alone is a restart. `recent` is what was before, the newest first.
    """
    was_bad = [not one.is_healthy for one in recent[:2]]
    was_told = was_bad == [True, True]
    if check.is_healthy and was_told:
        _mail("registry_well", check)
    if not check.is_healthy and was_bad[:1] == [True] and not was_told:
        _mail("registry_trouble", check)


def _mail(template: str, check: RegistryCheck) -> None:
    send_after_commit(
        template,
        to=User.objects.filter(is_superuser=True, is_active=True),
        registry=check.registry.name,
        troubles=titles_of_trouble(check),
    )
