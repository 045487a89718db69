"""The filters of the query language: one table for reading them, for errors and for help pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from index.topics import is_topic
from search.asked import Period, QueryRefused, Range, Sort
from search.grammar import Piece, echo
from search.pasted import is_reference
from search.platforms import ARCHITECTURES, SYSTEMS, fold_platform
from search.spans import EmptySpan, read_period, read_range

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

FLAGS = ("official", "automated", "verified", "archived", "public", "internal", "private")
_LIKENESS = 0.8  # of difflib: one wrong letter in five, two that changed places in five
_SHORTEST_GUESSED = 4  # shorter keys are like too many names
_OWNER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LONGEST_OWNER = 30

Value: TypeAlias = str | Range | Period | Sort


class _Mistyped(ValueError):
    """No value, but like one: `str()` is what was probably meant."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One key: `read` makes a value of the text behind the colon or raises ValueError.

    `error` is the sentence for a value that cannot be read. `instead` is what to write for the
    negated filter where there is none.
    """

    key: str
    aliases: tuple[str, ...]
    read: Callable[[str, datetime], Value]
    example: str
    help: _StrOrPromise
    error: _StrOrPromise
    instead: str = ""

    def value_of(self, text: str, now: datetime) -> Value:
        """Return what the text means; raise QueryRefused."""
        shown = echo(f"{self.key}:{text}")
        try:
            return self.read(text, now)
        except EmptySpan as error:
            message = _("Nothing can be in '%(shown)s'.") % {"shown": shown}
            raise QueryRefused(message) from error
        except _Mistyped as error:
            meant = echo(f"{self.key}:{error}")
            message = _("Try %(meant)s, as there is no '%(shown)s'. %(error)s") % {
                "meant": meant,
                "shown": shown,
                "error": self.error,
            }
            raise QueryRefused(message) from error
        except ValueError as error:
            message = (
                _("%(error)s You typed '%(shown)s'.") % {"error": self.error, "shown": shown}
                if text
                else str(self.error)
            )
            raise QueryRefused(message) from error


def find_filter(key: str) -> Filter | None:
    """Return the filter of that key or alias, None if there is none."""
    return _BY_KEY.get(key.lower())


def filter_of(piece: Piece) -> Filter | None:
    """Return the filter that a piece names, None if it is no filter; raise QueryRefused.

    A key that is nearly one of ours is a mistake, whatever follows. Any other key is none if the
    piece has the form of a pasted reference or address (`redis:7`, `localhost:5000/app`,
    `https://…`): with something behind the colon that can be a tag, a port and a path, or a
    scheme's `//`. What is left (`colour:"dark red"`, `foo:>3`) is an unknown filter.
    """
    if not piece.key:
        _refuse_lack_of_colon(piece)
        return None
    if known := find_filter(piece.key):
        _refuse_negation(piece, known)
        return known
    meant = _MEANT.get(piece.key) or _meant_key(piece.key)
    if meant is None and not piece.is_quoted and is_reference(piece.plain):
        return None
    shown = _("Unknown filter '%(key)s:'") % {"key": echo(piece.key)}
    shown += f", try {meant}." if meant else "."
    message = _("%(shown)s There are %(listed)s. To find the words, leave out the colon.") % {
        "shown": shown,
        "listed": _LISTED,
    }
    raise QueryRefused(message)


def _meant_key(key: str) -> str | None:
    nearest = _nearest(key, [known for known in _BY_KEY if len(known) >= _SHORTEST_GUESSED])
    return f"{_BY_KEY[nearest].key}:" if nearest else None


def _refuse_negation(piece: Piece, known: Filter) -> None:
    if piece.is_negated and known.instead:
        message = _("There is no '-%(key)s:', write %(instead)s.") % {
            "key": known.key,
            "instead": known.instead,
        }
        raise QueryRefused(message)


def _refuse_lack_of_colon(piece: Piece) -> None:
    match = None if piece.is_quoted else _COLONLESS.match(piece.plain)
    key = match[1].lower() if match else ""
    if known := find_filter(key):
        message = _("'%(key)s' needs a colon, like %(example)s.") % {
            "key": key,
            "example": known.example,
        }
        raise QueryRefused(message)
    if meant := _MEANT.get(key):
        message = _("Unknown filter '%(key)s', try %(meant)s.") % {"key": key, "meant": meant}
        raise QueryRefused(message)


def _nearest(text: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(text, known, n=1, cutoff=_LIKENESS)), "")


def _one_of(values: Sequence[str]) -> Callable[[str, datetime], str]:
    def read(text: str, _now: datetime) -> str:
        folded = text.lower()
        if folded not in values:
            raise _mistake(folded, values)
        return folded

    return read


def _mistake(text: str, values: Iterable[str]) -> ValueError:
    nearest = _nearest(text, values)
    return _Mistyped(nearest) if nearest else ValueError()


def _read_sort(text: str, _now: datetime) -> Sort:
    folded = text.lower()
    try:
        return Sort("updated" if folded == "pushed" else folded)
    except ValueError as error:
        raise _mistake(folded, [sort.value for sort in Sort]) from error


def _read_owner(text: str, _now: datetime) -> str:
    name = text.lower()
    if len(name) > _LONGEST_OWNER or not _OWNER.fullmatch(name):
        raise ValueError
    return name


def _read_topic(text: str, _now: datetime) -> str:
    topic = text.lower()
    if not is_topic(topic):
        raise ValueError
    return topic


def _read_platform(text: str, _now: datetime) -> str:
    """Unknown ones are read, as images may have them, unless a known one was nearly typed."""
    platform = fold_platform(text)
    if not platform:
        raise ValueError
    known = SYSTEMS | ARCHITECTURES
    parts = platform.split("/")
    meant = [part if part in known else _nearest(part, known) or part for part in parts]
    if meant != parts:
        raise _Mistyped("/".join(meant))
    return platform


def _read_number(text: str, _now: datetime) -> Range:
    return read_range(text)


FILTERS = (
    Filter(
        "is",
        (),
        _one_of(FLAGS),
        "is:official",
        f"What it is: {', '.join(FLAGS[:-1])} or {FLAGS[-1]}.",
        f"'is:' takes {', '.join(FLAGS[:-1])} or {FLAGS[-1]}.",
    ),
    Filter(
        "stars",
        (),
        _read_number,
        "stars:>=10",
        gettext_lazy("How many people have starred it."),
        gettext_lazy("'stars:' needs a number, like stars:>=10."),
        instead="stars:<10",
    ),
    Filter(
        "pulls",
        (),
        _read_number,
        "pulls:>1k",
        gettext_lazy(
            "How often it was pulled; `k`, `M` and `B` are thousands, millions and billions."
        ),
        gettext_lazy("'pulls:' needs a number, like pulls:>1k."),
        instead="pulls:<1k",
    ),
    Filter(
        "owner",
        ("user", "org", "namespace"),
        _read_owner,
        "owner:acme",
        gettext_lazy("Whose it is: a user or an organization. Of several, any."),
        gettext_lazy("'owner:' needs a name, like owner:acme."),
    ),
    Filter(
        "platform",
        ("arch", "os"),
        _read_platform,
        "platform:arm64",
        gettext_lazy(
            "What its images run on, like `arm64`, `linux/arm64` or `linux/arm/v7`. Of "
            "several, all."
        ),
        gettext_lazy("'platform:' needs one, like platform:arm64 or platform:linux/arm/v7."),
    ),
    Filter(
        "topic",
        (),
        _read_topic,
        "topic:database",
        gettext_lazy("A topic that it was given. Of several, all."),
        gettext_lazy("'topic:' needs a word, like topic:database or topic:message-queue."),
    ),
    Filter(
        "updated",
        ("pushed",),
        read_period,
        "updated:<30d",
        gettext_lazy(
            "When it was last pushed to: younger or older than hours, days, weeks, "
            "months or years (`h d w m y`), or a date."
        ),
        "'updated:' needs a time, like updated:<30d, updated:>1y or updated:>=2026-01-31.",
        instead="updated:>1y",
    ),
    Filter(
        "sort",
        (),
        _read_sort,
        "sort:stars",
        f"The order: {', '.join(sort.value for sort in list(Sort)[:-1])} or {Sort.NAME.value}.",
        gettext_lazy("'sort:' takes best, stars, pulls, updated or name."),
        instead="sort:name",
    ),
)

_BY_KEY = {key: known for known in FILTERS for key in (known.key, *known.aliases)}
_LISTED = f"{', '.join(f'{known.key}:' for known in FILTERS[:-1])} and {FILTERS[-1].key}:"
# What other places call it, docker's own filters among them.
_MEANT = {
    **{flag: f"is:{flag}" for flag in FLAGS},
    **{f"is-{flag}": f"is:{flag}" for flag in FLAGS[:3]},
    **dict.fromkeys(["visibility", "type", "kind"], "is:"),
    **dict.fromkeys(["account", "author", "maintainer", "organization", "publisher"], "owner:"),
    **dict.fromkeys(["architecture", "cpu"], "platform:"),
    **dict.fromkeys(["category", "keyword", "label", "language"], "topic:"),
    **dict.fromkeys(["age", "created", "date", "modified", "since"], "updated:"),
    **dict.fromkeys(["order", "orderby", "sortby"], "sort:"),
    **dict.fromkeys(["downloads", "pulled"], "pulls:"),
    **dict.fromkeys(
        ["description", "image", "name", "repo", "repository"], gettext_lazy("the word alone")
    ),
}
_COLONLESS = re.compile(r"([a-z_-]+)[<>=]", re.IGNORECASE | re.ASCII)  # stars>=10, os=linux
