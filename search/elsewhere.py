"""What other indexes answer to the same words: only those that the operator names in a setting.

They get the words and nothing else: no credential, no cookie, no operator of our language. What they
answer is text of strangers.
"""

from __future__ import annotations

import hashlib
import logging
import re
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext

from accounts.errors import TooManyAttempts
from accounts.outgoing import OutgoingRefused, fetch_json_from_chosen
from accounts.ratelimits import OTHER_INDEXES, count, refuse_above
from index.contents.texts import one_line
from search.asked import SearchQuery

_MOST_ROWS = 10
_WITHIN = 2.0  # seconds for each of them, all at once
_LARGEST = 256 * 1024
_LONGEST_NAME = 255
_LONGEST_DESCRIPTION = 200
_MOST_STARS = 10**9
_LONGEST_WORDS = 100
_KEPT = 60  # seconds
_LEFT_ALONE = 10  # seconds after one that did not answer, so that it holds up no more people
_OUR_PEOPLE_ALONE = {"private", "internal"}
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*", re.ASCII)
# Bounded, because a name server can hold up a thread for longer than anybody waits for it.
_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="elsewhere")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A repository of another index; each text is one line, without what cannot be seen."""

    name: str
    description: str
    stars: int
    is_official: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What one index answered, or a sentence about why it did not; never both."""

    title: str
    address: str  # as the operator wrote it, without a path
    rows: list[Row]
    problem: str = ""


def elsewhere(query: SearchQuery) -> list[Elsewhere]:
    """Ask each index of the setting, in parallel; at most two seconds altogether.

    Nothing is asked without words, nor for what is private or internal by the query itself.
    """
    words = words_of(query)
    if not words:
        return []
    asked = {
        title: (address, _begin(address, words))
        for title, address in settings.OTHER_INDEXES.items()
    }
    wait([begun for _, begun in asked.values() if isinstance(begun, Future)], timeout=_WITHIN)
    return [_end(title, address, words, begun) for title, (address, begun) in asked.items()]


def words_of(query: SearchQuery) -> str:
    """Return what is sent: a name as it was typed, or the words; empty where nothing is."""
    if _OUR_PEOPLE_ALONE & set(query.filters.flags):
        return ""
    parts = [part for term in query.terms for part in term.parts]
    words = [*parts, *(word for phrase in query.phrases for word in phrase)]
    return (query.name or " ".join(dict.fromkeys(words)))[:_LONGEST_WORDS].strip()


def _begin(address: str, words: str) -> list[Row] | str | Future[list[Row]]:
    """Return rows of a moment ago, why it is not asked, or what will be the rows."""
    kept = cache.get(_key("rows", address, words))
    if kept is not None:
        return [Row(**fields) for fields in kept]
    if cache.get(_key("silent", address)):
        return gettext("did not answer")
    try:
        refuse_above(OTHER_INDEXES, address)
    except TooManyAttempts:
        return gettext("was not asked: too many searches in the last minute")
    count(OTHER_INDEXES, address)
    return _THREADS.submit(_ask, address, words)


def _end(
    title: str, address: str, words: str, begun: list[Row] | str | Future[list[Row]]
) -> Elsewhere:
    if isinstance(begun, str):
        return Elsewhere(title, address, [], f"{title} {begun}.")
    if isinstance(begun, list):
        return Elsewhere(title, address, begun)
    try:
        begun.cancel()  # where no thread was free
        rows = begun.result(timeout=0)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no error of our page
        log.warning("%s did not answer a search: %r", address, error)
        cache.set(_key("silent", address), True, _LEFT_ALONE)  # noqa: FBT003 - Django's signature
        return Elsewhere(
            title, address, [], gettext("%(title)s did not answer.") % {"title": title}
        )
    cache.set(_key("rows", address, words), [asdict(row) for row in rows], _KEPT)
    return Elsewhere(title, address, rows)


def _ask(address: str, words: str) -> list[Row]:
    url = f"{address}/v1/search?{urlencode({'q': words, 'n': _MOST_ROWS})}"
    body = fetch_json_from_chosen(url, largest=_LARGEST, within=_WITHIN).body
    results = body.get("results")
    if not isinstance(results, list):
        message = f"{url}: answered no results"
        raise OutgoingRefused(message)
    rows: dict[str, Row] = {}
    for row in map(_read, results[: 10 * _MOST_ROWS]):
        if row:
            rows.setdefault(row.name, row)
    return list(rows.values())[:_MOST_ROWS]


def _read(sent: Any) -> Row | None:
    """Return what is good of a result; None where the name cannot be one of an image."""
    if not isinstance(sent, dict):
        return None
    name, stars, text = sent.get("name"), sent.get("star_count"), sent.get("description")
    if not (isinstance(name, str) and len(name) <= _LONGEST_NAME and _NAME.fullmatch(name)):
        return None
    return Row(
        name,
        one_line(" ".join(text.split()) if isinstance(text, str) else "", _LONGEST_DESCRIPTION),
        min(stars, _MOST_STARS) if type(stars) is int and stars > 0 else 0,
        sent.get("is_official") is True,
    )


def _key(*parts: str) -> str:
    return f"elsewhere:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
