"""What administrators want to know of the search index: when it was built, and what waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.cache import cache
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at
from search.backends import choice
from search.drift import Drift
from search.models import SearchChange, SearchOutbox, SearchState

_DRIFT = "search-drift"
_KEPT_SECONDS = 8 * 86_400
_MANY = 5_000


def note_drift(found: Drift) -> None:
    """Remember what the last look at the index found."""
    cache.set(_DRIFT, (found.entries, len(found.wrong)), _KEPT_SECONDS)


@looks_at(gettext_noop("Search"))
def _index() -> Iterator[Line]:
    name = gettext_noop("Index")
    state = SearchState.objects.order_by("pk").first()
    if state is None:
        yield Line(
            name,
            State.BAD,
            gettext_noop("There is none."),
            gettext_noop("Run `manage.py rebuild_search_index`."),
        )
        return
    if state.filling:
        yield Line(
            name,
            State.LOOK,
            gettext_noop("It is being made anew."),
            gettext_noop("If that does not end, run `manage.py rebuild_search_index` again."),
            at=state.built_at,
        )
    else:
        yield Line(name, State.GOOD, gettext_noop("It is in use."), at=state.built_at)
    waiting = SearchChange.objects.count()
    yield Line(
        gettext_noop("Changes that wait"),
        State.LOOK if waiting > _MANY else State.GOOD,
        gettext_noop("Waiting: %(count)s."),
        gettext_noop("Search is behind: is the worker running?") if waiting > _MANY else "",
        {"count": waiting},
    )
    yield from _drift()
    if choice.opensearch():
        behind = SearchOutbox.objects.count()
        yield Line(
            "OpenSearch",
            State.LOOK if behind > _MANY else State.GOOD,
            gettext_noop("Entries that wait to be sent: %(count)s."),
            gettext_noop("Is the cluster there?") if behind > _MANY else "",
            {"count": behind},
        )


def _drift() -> Iterator[Line]:
    name = gettext_noop("Drift")
    found = cache.get(_DRIFT)
    if found is None:
        yield Line(name, State.GOOD, gettext_noop("It is looked for once a day."))
        return
    entries, wrong = found
    yield Line(
        name,
        State.LOOK if wrong else State.GOOD,
        gettext_noop("Of %(entries)s entries %(wrong)s were wrong, and were mended."),
        gettext_noop("If that happens each day, tell the developers.") if wrong else "",
        {"entries": entries, "wrong": wrong},
    )
