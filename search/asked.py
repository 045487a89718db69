"""What is asked of search: the shapes that a typed text becomes. Pure; made by `search.query`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class QueryRefused(Exception):
    """What was typed cannot be searched for; `str()` is a sentence for people.

    Its first 45 characters say the point: `docker search` cuts there.
    """


class Sort(Enum):
    """The order of what is found; numbers and times with the largest and newest first."""

    BEST = "best"
    STARS = "stars"
    PULLS = "pulls"
    UPDATED = "updated"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing typed between blanks: `redis_exporter` has the parts `redis` and `exporter`.

    It matches where all its parts are, or where they are written as one word. Parts are folded
    as `search.words` does; there is at least one.
    """

    parts: tuple[str, ...]

    @property
    def joined(self) -> str:
        """The parts as one word."""
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from `least` to `most`, both among them; None: no end on that side.

    Ends that are given are from 0 to 2**53, and `least` is not above `most`.
    """

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Times with `since <= time < until`, in UTC; None: no end on that side."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked by `key:value`; each tuple in the order typed, each value once, lower case."""

    flags: tuple[str, ...] = ()  # official automated verified archived public internal private: all
    not_flags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()  # names of namespaces: any of them
    not_owners: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()  # arm64, linux/arm64, arm/v7 …: all of them
    not_platforms: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()  # all of them
    not_topics: tuple[str, ...] = ()
    stars: Range | None = None
    pulls: Range | None = None
    pushed: Period | None = None  # when it was last pushed to


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A text that was understood; empty tuples say that nothing of that kind was asked.

    `phrases` and `without` hold words that stand one behind the other. `name` is what was typed
    as a name, lower case and without host, tag and `library/`, when it is the only term and there
    is no phrase; it may be the beginning of a name (`acme/`).
    """

    text: str = ""  # as typed, with single blanks: parsed again it is the same query
    terms: tuple[Term, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.BEST
    name: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked but perhaps an order: everything visible is found."""
        return not (self.terms or self.phrases or self.without) and self.filters == Filters()
