"""What is asked: the kinds of the issue's table, some more, and 700 queries at random."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.search_words import (
    APART,
    EVERYWHERE,
    FREQUENT,
    NOWHERE,
    UNPOPULAR,
    mistyped,
    vocabulary,
)

RANDOM = "700 at random"
COMMON = f"a word in 30 % ({EVERYWHERE})"
_WORDS = "redis nginx postgres python grafana jenkins kafka consul prometheus traefik"
_TYPOS = "postgers ngnix alpin grafna pyhton mysqll jenkisn kafak prometeus traefk"
_PREFIXES = "pos ngi red gra jen kub ela mon pro tra"
_PAIRS = (
    *("redis alpine", "python flask", "nginx proxy", "postgres backup", "node builder"),
    *("java spring", "kafka exporter", "ubuntu desktop", "mysql client", "golang build"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Queries that are measured together: `many` namespaces are the asker's, nobody asks for 0."""

    name: str
    typed: tuple[str, ...]
    member_of: int = 0
    entrance: str = "search"  # or `second page`, `facets`, `suggestions`
    has_baseline: bool = False  # others can be asked the same
    is_aimed_at: bool = True  # the table names it


def kinds(owner: str) -> list[Kind]:
    """Return them; `owner` is the name of a namespace."""
    words = tuple(_WORDS.split())
    return [
        Kind("one word", words, has_baseline=True),
        Kind("two words", _PAIRS, has_baseline=True),
        Kind("3-letter prefix", tuple(_PREFIXES.split()), has_baseline=True),
        Kind("typo", tuple(_TYPOS.split()), has_baseline=True),
        Kind("a word in 10 %", FREQUENT, has_baseline=True),
        Kind(COMMON, (EVERYWHERE,), has_baseline=True),
        Kind("two frequent words that rarely meet", (" ".join(APART),), has_baseline=True),
        Kind("no hit", (NOWHERE, f"{NOWHERE} redis {NOWHERE}x"), has_baseline=True),
        Kind("a word only in unpopular rows", (UNPOPULAR,), has_baseline=True),
        Kind("member of 20 namespaces", words, member_of=20),
        Kind("member of 200 namespaces", words, member_of=200),
        *_more(owner),
    ]


def _more(owner: str) -> list[Kind]:
    """Return what the table does not name: filters, orders, other entrances."""
    asked = {
        "nothing typed": ("",),
        "member of 200, a word in 30 %": (EVERYWHERE,),
        "is:official": ("is:official", "is:official redis", f"is:official {EVERYWHERE}"),
        "stars:>=10": ("stars:>=10 redis", f"stars:>=10 {EVERYWHERE}", f"stars:>=10 {UNPOPULAR}"),
        "updated:<30d": ("updated:<30d redis", f"updated:<30d {EVERYWHERE}"),
        "topic:": ("topic:redis", f"topic:kafka {EVERYWHERE}"),
        "owner:": (f"owner:{owner}", f"owner:{owner} redis"),
        "-word": (f"redis -{EVERYWHERE}", f"{EVERYWHERE} -redis"),
        "exact words": (f'"{FREQUENT[0]} {EVERYWHERE}"', '"redis alpine"'),
        "sort:stars": ("redis sort:stars", f"{EVERYWHERE} sort:stars"),
        "sort:updated": ("redis sort:updated", f"{EVERYWHERE} sort:updated"),
        f"sort:updated, {UNPOPULAR}": (f"{UNPOPULAR} sort:updated",),
    }
    texts = ("redis", EVERYWHERE)
    return [
        *(
            Kind(name, typed, member_of=200 * name.startswith("member"), is_aimed_at=False)
            for name, typed in asked.items()
        ),
        Kind("second page", texts, entrance="second page", is_aimed_at=False),
        Kind("facets", texts, entrance="facets", is_aimed_at=False),
        Kind(
            "suggestions",
            ("p", "re", "pos", "ngin", "postg", EVERYWHERE),
            entrance="suggestions",
            is_aimed_at=False,
        ),
    ]


def random_queries(count: int = 700) -> Kind:
    """Return rare words, frequent ones, pairs, beginnings of two to four letters, and some typos."""
    chosen = random.Random("queries")  # noqa: S311 - must be the same each time
    words = vocabulary()

    def frequent() -> str:
        return chosen.choice(words[:300])

    def rare() -> str:
        return words[int(300 * (len(words) / 300) ** chosen.random()) - 1]

    ways = (
        frequent,
        rare,
        rare,
        lambda: f"{frequent()} {frequent()}",
        lambda: f"{frequent()} {rare()}",
        lambda: chosen.choice(words[:3000])[: chosen.randint(2, 4)],
        lambda: mistyped(chosen.choice([word for word in words[:300] if len(word) > 4]), chosen),
    )
    return Kind(RANDOM, tuple(ways[number % len(ways)]() for number in range(count)))
