"""What is indexed of a repository: its lexemes. Pure; every engine keeps the same ones.

A lexeme is a letter, which says what it is, and a word:

    n/redis   a word of the name          a/redis   a word of anything but the README
    j/redisx  words of the name joined    r/redis   a word of the README that is nowhere else
    x/redisx  the short name joined       e/a/b-c   the whole name
    p/re      the name begins so          w/re      a word of the name begins so
    f/…       a mark                      o/acme    the namespace
    t/…       a topic                     l/arm64   a platform
    s/3 k/7   stars, pulls: the length    u/2026-11 the month of the last push
              of the number in bits
    d/0       an ordinary one             z/redis   a word of a demoted one, which has
                                          nothing else but its whole name

Demoted are the archived ones and the link farms: they come after all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from itertools import pairwise

from search.platforms import ways_to_ask_for
from search.words import words_of

NEVER = datetime.fromtimestamp(0, UTC)
LONGEST_PREFIX = 5
LONGEST_WORD_PREFIX = 8
MOST_README_WORDS = 200  # different ones: what comes after hardly says what the image is
MOST_TEXT = 2000  # characters in which phrases are looked for

# Letters of lexemes whose words are kept for each namespace, and as which: words of names apart from all others,
# for where a page is full already only those are asked for.
OWN_LETTERS = dict(zip("arzejnwx", "aaannnnn", strict=True))
OWN_MARK = "f/official"  # the only one of the marks

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LINKS_OF_A_FARM = 5
_WORDS_FOR_EACH_LINK = 8


class Audience(IntEnum):
    """Who may find it: the same rule as `Repository.objects.listed_for`, which a test holds it to."""

    EVERYONE = 0  # public, and something was pushed
    SIGNED_IN = 1  # internal, and something was pushed
    ITS_PEOPLE = 2  # private, or nothing was pushed yet


def audience_of(visibility: str, pushed_at: datetime | None) -> Audience:
    """Return who may find a repository that is live."""
    if pushed_at is None or visibility == "private":
        return Audience.ITS_PEOPLE
    return Audience.EVERYONE if visibility == "public" else Audience.SIGNED_IN


@dataclass(frozen=True, slots=True)
class Described:
    """A repository as its entry is made of it; texts as they were written."""

    repository_id: int
    namespace_id: int
    name: str
    namespace: str
    owner_name: str
    description: str
    readme: str
    topics: tuple[str, ...]
    former_names: tuple[str, ...]
    labels: tuple[str, ...]  # what the newest image says of itself
    platforms: tuple[str, ...]
    visibility: str
    is_official: bool
    is_automated: bool
    is_verified: bool
    is_archived: bool
    stars: int
    pulls: int
    pushed_at: datetime | None
    popularity: int

    @property
    def audience(self) -> Audience:
        """Who may find it."""
        return audience_of(self.visibility, self.pushed_at)

    @property
    def short_name(self) -> str:
        """The name without its namespace."""
        return self.name if self.is_official else self.name.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Entry:
    """What engines keep."""

    repository_id: int
    namespace_id: int
    audience: Audience
    popularity: int
    stars: int
    pulls: int
    pushed_at: datetime  # NEVER where nothing was
    name: str
    text: str  # folded, a blank around each word: phrases are looked for in it
    marks: str  # lexemes that are counted as facets, blanks between them
    lexemes: frozenset[str]


def entry_of(of: Described) -> Entry:
    """Return what is indexed of the repository."""
    name, plain = words_of(of.name), _plain_words(of)
    marks = _marks(of)
    is_demoted = of.is_archived or (is_link_farm(of) and not of.is_official and not of.is_verified)
    return Entry(
        repository_id=of.repository_id,
        namespace_id=of.namespace_id,
        audience=of.audience,
        popularity=of.popularity,
        stars=of.stars,
        pulls=of.pulls,
        pushed_at=of.pushed_at or NEVER,
        name=of.name,
        text=f" {' '.join([*name, *plain, *words_of(of.readme[:MOST_TEXT])])[:MOST_TEXT]} ",
        marks=" ".join(marks),
        lexemes=frozenset(
            (
                *marks,
                *_numbers(of),
                *(_demoted(of, name, plain) if is_demoted else _ordinary(of, name, plain)),
            )
        ),
    )


def _ordinary(of: Described, name: list[str], plain: list[str]) -> Iterable[str]:
    joined = _joined(of)
    anywhere = {*name, *joined, *plain}
    yield "d/0"
    yield from (f"e/{name}" for name in (of.name, *of.former_names))
    yield f"x/{''.join(words_of(of.short_name))}"
    for word in name:
        yield f"n/{word}"
        yield from (f"w/{start}" for start in beginnings(word, LONGEST_WORD_PREFIX))
    for word in joined:
        yield f"j/{word}"
    for begin in {"".join(words_of(of.short_name)), "".join(words_of(of.namespace))}:
        yield from (f"p/{start}" for start in beginnings(begin, LONGEST_PREFIX))
    for word in anywhere:
        yield f"a/{word}"
    for word in _readme_words(of, anywhere):
        yield f"r/{word}"


def _demoted(of: Described, name: list[str], plain: list[str]) -> Iterable[str]:
    anywhere = {*name, *_joined(of), *plain}
    yield "d/1"
    yield f"e/{of.name}"  # whoever types all of the name means this one
    for word in (*anywhere, *_readme_words(of, anywhere)):
        yield f"z/{word}"


def _marks(of: Described) -> list[str]:
    flags = {
        "official": of.is_official,
        "automated": of.is_automated,
        "verified": of.is_verified,
        "archived": of.is_archived,
        of.visibility: True,
    }
    return [
        *(f"f/{flag}" for flag, is_set in flags.items() if is_set),
        f"o/{of.namespace}",
        *(f"t/{topic}" for topic in of.topics),
        *sorted({f"l/{each}" for one in of.platforms for each in ways_to_ask_for(one)}),
    ]


def _numbers(of: Described) -> Iterable[str]:
    yield f"s/{of.stars.bit_length()}"
    yield f"k/{of.pulls.bit_length()}"
    if of.pushed_at:
        yield f"u/{of.pushed_at:%Y-%m}"


def _joined(of: Described) -> set[str]:
    """Return what people write as one word: `redisexporter` of `acme/redis-exporter`."""
    parts = words_of(of.short_name)
    pairs = {first + second for first, second in pairwise(parts)}
    return pairs | {"".join(parts)} if len(parts) > 1 else set()


def _plain_words(of: Described) -> list[str]:
    texts = (of.description, of.owner_name, *of.topics, *of.labels, *of.former_names)
    return [word for text in texts for word in words_of(text)]


def _readme_words(of: Described, known: set[str]) -> list[str]:
    if not of.readme:
        return []
    fresh = (word for word in words_of(_LINK.sub(" ", of.readme)) if word not in known)
    return list(dict.fromkeys(fresh))[:MOST_README_WORDS]


def beginnings(word: str, most: int) -> list[str]:
    """Return how the word begins, up to so many letters of it."""
    return [word[:length] for length in range(1, min(len(word), most) + 1)]


def is_link_farm(of: Described) -> bool:
    """Whether it is there for its links: hardly a word for each, and nobody has starred it."""
    text = f"{of.description} {of.readme}"
    links = len(_LINK.findall(text))
    if len(_LINK.findall(of.description)) > 1:
        return not of.stars
    if links < _LINKS_OF_A_FARM or of.stars:
        return False
    return len(words_of(_LINK.sub(" ", text))) < _WORDS_FOR_EACH_LINK * links
