"""What the search page shows of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy

from accounts.principals import Principal
from accounts.words import listed, title
from index.models import Repository
from index.web.number_tags import grouped
from search.asked import Filters, SearchQuery, Sort
from search.engine import SearchPage
from search.facets import FacetGroup, facets
from search.platforms import is_whole
from search.web import narrowing
from search.web.narrowing import Link

_PLATFORM = "l/"  # how marks of platforms begin: search.documents
_MOST_PLATFORMS = 4

_MARKS = {
    "official": gettext_lazy("Official"),
    "verified": gettext_lazy("Verified"),
    "automated": gettext_lazy("Automated"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A result, and what its newest images run on, in few words."""

    repository: Repository
    platforms: str


@dataclass(frozen=True, slots=True)
class Narrower:
    """A facet: what it adds or takes out, how many it leaves, and the address of that."""

    words: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Facets of one kind."""

    title: str
    facets: list[Narrower]


@dataclass(frozen=True, slots=True)
class Correction:
    """Words of which nothing, or little, was found, and those that were searched for instead."""

    typed: list[str]
    instead: list[str]
    insist: str  # the address for exactly the words typed
    accept: str  # the address for the words instead


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results with everything around it; addresses are of searches."""

    query: SearchQuery
    count: str  # "1,000+", "12"
    total: int
    results: Sequence[Row]  # they are what was asked for
    others: Sequence[Row]  # of other words, or of some of the words
    correction: Correction | None
    is_continued: bool  # not the first page
    is_partial: bool
    filters: list[Link]
    without_filters: str
    orders: list[Link]
    facets: list[Narrowing]
    is_more: bool
    is_narrowed: bool  # or sorted, or not the first page: nothing for other search engines
    first: str  # the first page; empty on it
    next: str  # the page behind; empty on the last

    @property
    def has_some(self) -> bool:
        """Whether anything is just what was asked for."""
        return bool(self.results)

    @property
    def has_words(self) -> bool:
        """Whether anything but filters was asked."""
        return bool(self.query.terms or self.query.phrases)

    @property
    def words(self) -> str:
        """What the words are called in a sentence."""
        number = len(self.query.terms) + len(self.query.phrases)
        return gettext("this word") if number == 1 else gettext("all these words")


def found_for(principal: Principal, page: SearchPage, *, after: str) -> Found:
    """Return what the page shows to this principal."""
    text, exact = page.query.text, _as_asked(page)
    rows = [Row(one, _platforms(page.marks.get(one.pk, ""))) for one in page.results]
    return Found(
        query=page.query,
        count=f"{grouped(page.total)}{'+' * page.is_more}",
        total=page.total,
        results=rows[:exact],
        others=rows[exact:],
        correction=_correction(page),
        is_continued=bool(after),
        is_partial=page.partial,
        filters=narrowing.filters_in_force(page.query),
        without_filters=narrowing.without_filters(page.query),
        orders=narrowing.orders(page.query),
        facets=[_narrowing(group) for group in facets(principal, page.query, page.best)]
        if page.results
        else [],
        is_more=page.is_more,
        is_narrowed=_is_narrowed(page.query) or bool(after),
        first=narrowing.address_of(text) if after else "",
        next=narrowing.address_of(text, after=page.next) if page.next else "",
    )


def _as_asked(page: SearchPage) -> int:
    """Return how many of the results are what was asked for."""
    return page.exact if page.corrected or page.partial else len(page.results)


def _words_for(key: str, value: str) -> str:
    """Return what a facet is called; what people chose themselves is called so."""
    return str(_MARKS.get(value) or title(value)) if key == "is" else value


def _platforms(marks: str) -> str:
    """Return "amd64, arm64 and 3 more"; the system only where it is not Linux."""
    told = [mark[2:] for mark in marks.split() if mark.startswith(_PLATFORM)]
    parts = {one.rpartition("/")[0] for one in told}  # `linux/arm` goes without saying
    names = sorted(one.removeprefix("linux/") for one in told if is_whole(one) and one not in parts)
    more = len(names) - _MOST_PLATFORMS
    return listed(names[:_MOST_PLATFORMS], more)


def _correction(page: SearchPage) -> Correction | None:
    if not page.corrected:
        return None
    return Correction(
        typed=[typed for typed, _ in page.corrected],
        instead=[instead for _, instead in page.corrected],
        insist=narrowing.insisting(page.query, page.corrected),
        accept=narrowing.as_corrected(page.query, page.corrected),
    )


def _narrowing(group: FacetGroup) -> Narrowing:
    return Narrowing(
        group.title,
        [
            Narrower(
                _words_for(group.key, facet.value),
                facet.count,
                narrowing.address_of(facet.query),
                facet.is_chosen,
            )
            for facet in group.facets
        ],
    )


def _is_narrowed(query: SearchQuery) -> bool:
    return query.filters != Filters() or bool(query.without) or query.sort is not Sort.BEST
