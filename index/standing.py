"""What administrators want to know of registries, and of the work that waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at
from accounts.standing_of_site import gigabytes
from accounts.waiting import waits
from index.flows.check_registry import titles_of_trouble
from index.models import (
    Difference,
    DifferenceState,
    Move,
    Notification,
    Promotion,
    PromotionState,
    Registry,
    RegistryCheck,
    RegistryState,
    Report,
    ReportState,
)
from index.models.move import UNFINISHED_MOVES
from index.models.notification import NotificationState
from index.registry_health import latest_checks
from index.registry_map import Holdings, holdings
from index.waiting_work import Queue, queues

_LATE = timedelta(minutes=5)  # what is due for so long waits for a worker that does not come
_UNHEARD = timedelta(minutes=10)  # a check is due each minute


@looks_at(gettext_noop("Registries"))
def _registries() -> Iterator[Line]:
    registries = Registry.objects.exclude(state=RegistryState.RETIRED).order_by("name")
    checks, kept = latest_checks(registries), holdings()
    open_ones = Difference.objects.filter(state=DifferenceState.OPEN)
    differences = dict(open_ones.values_list("registry").annotate(Count("pk")).order_by())
    for registry in registries:
        yield _registry(registry, checks.get(registry.pk), kept.get(registry.pk, Holdings()))
        if differences.get(registry.pk):
            yield Line(
                registry.name,
                State.LOOK,
                gettext_noop(
                    "Its content differs from what is known here; differences: %(count)s."
                ),
                gettext_noop("Accept or ignore them."),
                {"count": differences[registry.pk]},
                view="web-manage-differences",
                argument=registry.name,
            )
    if not registries:
        yield Line(
            gettext_noop("Registries"),
            State.BAD,
            gettext_noop("There is none, so nothing can be pushed."),
            gettext_noop("Add one: its page has the configuration to paste."),
            view="web-manage-registry-add",
        )


def _registry(registry: Registry, check: RegistryCheck | None, kept: Holdings) -> Line:
    page: dict[str, Any] = {"view": "web-manage-registry", "argument": registry.name}
    values = {
        "repositories": kept.repositories,
        "size": gigabytes(kept.size),
        "milliseconds": check.milliseconds if check else None,
    }
    keeps = gettext_noop("Repositories: %(repositories)s, with %(size)s.")
    if check is None:
        advice = gettext_noop("Check it now, on its page.")
        return Line(registry.name, State.UNKNOWN, keeps, advice, values, **page)
    if not check.is_healthy:
        titles = titles_of_trouble(check)
        values["titles"] = format_lazy(", ".join("{}" for _ in titles), *titles)
        words = gettext_noop(
            "In trouble: %(titles)s. Repositories: %(repositories)s, with %(size)s."
        )
        advice = gettext_noop("Its page says what was found and how to fix it.")
        return Line(registry.name, State.BAD, words, advice, values, at=check.at, **page)
    if timezone.now() - check.at > _UNHEARD:
        advice = gettext_noop("Not checked since: is the worker running?")
        return Line(registry.name, State.UNKNOWN, keeps, advice, values, at=check.at, **page)
    words = gettext_noop(
        "Answers in %(milliseconds)s ms. Repositories: %(repositories)s, with %(size)s."
    )
    return Line(registry.name, State.GOOD, words, "", values, at=registry.last_heard_at, **page)


@looks_at(gettext_noop("Waiting work"))
def _work() -> Iterator[Line]:
    now = timezone.now()
    for queue in queues(now):
        yield _queue(queue, now)
    quarantined = Notification.objects.filter(state=NotificationState.QUARANTINED).count()
    if quarantined:
        yield Line(
            gettext_noop("Notifications that could not be read"),
            State.LOOK,
            gettext_noop("Set aside: %(count)s."),
            gettext_noop("A registry sends what we do not understand: the last resort shows it."),
            {"count": quarantined},
            view="admin:index_notification_changelist",
        )
    yield _moves()
    held = Promotion.objects.filter(state=PromotionState.WAITING).count()
    yield Line(
        gettext_noop("Promotions for a second person"),
        State.GOOD,
        gettext_noop("Waiting for approval: %(count)s."),
        values={"count": held},
    )


def _queue(queue: Queue, now: datetime) -> Line:
    """Return how many wait; what is due for long waits for a worker that does not come."""
    count, oldest = queue.look()
    is_late = bool(oldest and now - oldest > _LATE)
    return Line(
        queue.title,
        State.LOOK if is_late else State.GOOD,
        gettext_noop("Waiting: %(count)s."),
        gettext_noop("The oldest is long overdue: is the worker running, and fast enough?")
        if is_late
        else "",
        {"count": count},
        at=oldest,
    )


def _moves() -> Line:
    moves = Move.objects.filter(state__in=UNFINISHED_MOVES)
    found = moves.aggregate(count=Count("pk"), stuck=Count("pk", filter=~Q(last_problem="")))
    return Line(
        gettext_noop("Moves between registries"),
        State.LOOK if found["stuck"] else State.GOOD,
        gettext_noop("Under way: %(count)s, of them with a problem: %(stuck)s."),
        gettext_noop("Their page says what the problem is.") if found["stuck"] else "",
        found,
        view="web-manage-moves",
    )


waits("web-manage-reports", lambda: Report.objects.filter(state=ReportState.OPEN))
waits("web-manage-registries", lambda: Difference.objects.filter(state=DifferenceState.OPEN))
waits(
    "web-manage-moves",
    lambda: Move.objects.filter(state__in=UNFINISHED_MOVES).exclude(last_problem=""),
)
