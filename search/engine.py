"""The one entrance to search, for page, docker and API: visibility first, then ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounts.models import Namespace
from accounts.principals import Principal
from index.models import Repository
from search.backends.base import SearchBackend
from search.backends.database import DatabaseSearch
from search.query import DEFAULT_SIZE, SearchQuery

BACKEND: SearchBackend = DatabaseSearch()  # the one place that chooses


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what was found; `total` counts only what the principal may see (case 23)."""

    query: SearchQuery
    results: Sequence[Repository]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; one even if it is empty."""
        return max(1, -(-self.total // self.size))


def search(
    principal: Principal,
    query: SearchQuery,
    *,
    page: int = 1,
    size: int = DEFAULT_SIZE,
    automated: bool = False,
) -> SearchPage:
    """Return a page, counted from 1, of what the principal may see; empty after the last one.

    With `automated` only what trusted publishers pushed, as docker's filter `is-automated`.
    """
    listed = Repository.objects.listed_for(principal).select_related("namespace")
    searched = listed.filter(is_automated=True) if automated else listed
    found = BACKEND.find(searched, query)
    total = found.count()
    if total == 0 and (renamed := _with_todays_names(query)).renamed:
        found = BACKEND.find(searched, renamed)
        total = found.count()
    start = (page - 1) * size
    # No query with an absurd offset: PostgreSQL answers one above 2^63 with an error.
    results = list(found[start : start + size]) if start < total else []
    return SearchPage(query, results, total, page, size)


def _with_todays_names(query: SearchQuery) -> SearchQuery:
    """Return the query with what organizations are called today beside their names of the past."""
    first = {word: word.partition("/")[0] for word in query.words}
    old = Namespace.objects.filter(name__in=first.values(), redirects_to__isnull=False)
    today = dict(old.values_list("name", "redirects_to__name")) if first else {}
    renamed = [
        (word, today[name] + word[len(name) :]) for word, name in first.items() if name in today
    ]
    return replace(query, renamed=tuple(renamed))
