"""What a query asks of entries, class by class, the best first. Pure; engines only evaluate it.

Classes instead of a score: inside a class popularity decides, and nothing lifts an entry over a better
class (performance.md D3). A row of a class is in none before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations

from search.documents import LONGEST_PREFIX, LONGEST_WORD_PREFIX
from search.expressions import All, AnyOf, Expression, Not, Prefix
from search.query import Filters, Period, Range, SearchQuery, Sort, Term

EVERYTHING = ("d/0", "d/1")
_ALL_BITS = 64
_MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Checks:
    """What lexemes cannot say exactly; looked at in the rows that they find."""

    stars: Range | None = None
    pulls: Range | None = None
    pushed: Period | None = None
    phrases: tuple[str, ...] = ()  # as they stand in `Entry.text`
    absent: tuple[str, ...] = ()
    seen: tuple[int, ...] = ()  # ids that are shown already

    def __bool__(self) -> bool:
        """Whether there is anything to look at."""
        return self != Checks()


@dataclass(frozen=True, slots=True)
class Plan:
    """The classes, and what holds for all of them."""

    classes: tuple[Expression, ...]  # each entry is of the first one that holds
    conditions: tuple[Expression, ...]  # that hold in all of them
    whole: Expression  # what is in any of them, said more simply
    probe: Expression  # most of it, said as simply as can be
    checks: Checks = Checks()
    sort: Sort = Sort.BEST

    @property
    def is_everything(self) -> bool:
        """Whether nothing was asked that an entry could fail to be."""
        return self.classes == EVERYTHING and not self.conditions

    def until(self, number: int) -> Plan:
        """Return the plan of the classes up to this one, for whoever needs no worse ones."""
        classes = self.classes[: number + 1]
        whole = All((AnyOf(classes), *self.conditions))
        return replace(self, classes=classes, whole=whole, probe=whole)

    def tier(self, number: int, *, alone: bool = False) -> Expression:
        """Return what is in a class and in none before it; `alone`: or in one before it as well."""
        before = () if alone else self.classes[:number]
        return All((self.classes[number], *self.conditions, *map(Not, before)))


def plan_of(query: SearchQuery) -> Plan:
    """Return how all of the words are found."""
    phrase_words = tuple(Term((word,)) for words in query.phrases for word in words)
    asked = query.terms + phrase_words
    if not asked:
        return _narrowed(query, EVERYTHING)
    tiers = (*_tiers(query, asked), _demoted_with(asked))
    # What is official, or has the words in its name, has them anywhere; so are they in the README's class.
    own_classes = (_joined(asked), _starts_with(asked), All(tuple(map(_in_readme_too, asked))))
    return _narrowed(query, tiers, AnyOf((*own_classes, tiers[-1])))


def suggestion_plan_of(query: SearchQuery) -> Plan:
    """Return how names are found of which only the beginning is typed yet."""
    in_name = _begun_in_name(query.terms)
    joined = "".join(term.joined for term in query.terms)
    tiers: list[Expression] = [f"e/{query.name}"] if query.name else []
    tiers += [
        All(("f/official", in_name)),
        f"x/{joined}",
        All((f"p/{query.terms[0].joined[:LONGEST_PREFIX]}", in_name)),
        in_name,
    ]
    return _narrowed(replace(query, sort=Sort.BEST), tiers)


def partial_plan_of(query: SearchQuery) -> Plan:
    """Return how some of the words are found: all but one, all but two, one; in the name, then anywhere."""
    tiers: list[Expression] = []
    number = len(query.terms)
    wanted = {number - 1, number - 2, min(1, number - 1)}
    for count in sorted((one for one in wanted if one > 0), reverse=True):
        chosen = list(combinations(query.terms, count))
        tiers.append(AnyOf(tuple(All(tuple(map(_in_name, terms))) for terms in chosen)))
        tiers.append(AnyOf(tuple(All(tuple(map(_anywhere, terms))) for terms in chosen)))
    return _narrowed(query, tuple(tiers), whole=AnyOf(tuple(map(_anywhere, query.terms))))


def without(plan: Plan, seen: Iterable[int]) -> Plan:
    """Return the plan less these repositories."""
    return replace(plan, checks=replace(plan.checks, seen=tuple(seen)))


def _tiers(query: SearchQuery, asked: Sequence[Term]) -> list[Expression]:
    anywhere = All(tuple(map(_anywhere, asked)))
    tiers: list[Expression] = [
        All(("f/official", anywhere)),
        _joined(asked),
        All((f"p/{asked[0].joined[:LONGEST_PREFIX]}", _begun_in_name(asked))),
        All(tuple(map(_in_name, asked))),
        _starts_with(asked),
        anywhere,
        All(tuple(map(_in_readme_too, asked))),
    ]
    return [f"e/{query.name}", *tiers] if query.name else tiers


def _probe_of(terms: Sequence[Term]) -> Expression:
    *rest, last = terms
    return All((*map(_anywhere, rest), AnyOf((_anywhere(last), _starts_in_name(last)))))


def _joined(asked: Sequence[Term]) -> Expression:
    return f"x/{''.join(term.joined for term in asked)}"


def _starts_with(asked: Sequence[Term]) -> Expression:
    *rest, last = asked
    return All((*map(_in_name, rest), _starts_in_name(last)))


def _begun_in_name(asked: Sequence[Term]) -> Expression:
    *rest, last = asked
    return All((*map(_in_name, rest), AnyOf((_in_name(last), _starts_in_name(last)))))


def _demoted_with(asked: Sequence[Term]) -> Expression:
    return All(tuple(f"z/{part}" for term in asked for part in term.parts))


def _spelled(term: Term, letter: str, joined: str) -> Expression:
    """Return the parts, or what they are as one word."""
    if len(term.parts) == 1:
        return f"{letter}/{term.parts[0]}"
    return AnyOf((All(tuple(f"{letter}/{part}" for part in term.parts)), f"{joined}/{term.joined}"))


def _anywhere(term: Term) -> Expression:
    return _spelled(term, "a", "a")


def _in_name(term: Term) -> Expression:
    if len(term.parts) == 1:
        return AnyOf((f"n/{term.joined}", f"j/{term.joined}"))
    return AnyOf((All(tuple(f"n/{part}" for part in term.parts)), f"n/{term.joined}", f"j/{term.joined}"))  # fmt: skip


def _in_readme_too(term: Term) -> Expression:
    if len(term.parts) == 1:
        return AnyOf((f"a/{term.joined}", f"r/{term.joined}"))
    return AnyOf((_anywhere(term), All(tuple(AnyOf((f"a/{part}", f"r/{part}")) for part in term.parts))))  # fmt: skip


def _starts_in_name(term: Term) -> Expression:
    *whole, start = term.parts
    begins: tuple[Expression, ...] = (f"w/{start[:LONGEST_WORD_PREFIX]}",)
    if len(start) > LONGEST_WORD_PREFIX:
        begins = (*begins, Prefix(f"n/{start}"))
    return All((*(f"n/{part}" for part in whole), *begins))


def _narrowed(
    query: SearchQuery, tiers: Sequence[Expression], whole: Expression | None = None
) -> Plan:
    """Return the classes, each less what is in one before it and with what the filters ask.

    `whole` is all of them together, where that is said more simply than by naming each.
    """
    letters = (
        f"{letter}/{words[0]}" for words in query.without if len(words) == 1 for letter in "arz"
    )
    unwanted = (Not(one) for one in (*letters, *_unwanted(query.filters)))
    conditions = (*_filter_lexemes(query.filters), *unwanted)
    checks = Checks(
        stars=query.filters.stars,
        pulls=query.filters.pulls,
        pushed=query.filters.pushed,
        phrases=tuple(f" {' '.join(words)} " for words in query.phrases),
        absent=tuple(f" {' '.join(words)} " for words in query.without if len(words) > 1),
    )
    together = All((whole or AnyOf(tuple(tiers)), *conditions))
    probe = All((_probe_of(query.terms), *conditions)) if query.terms else together
    return Plan(tuple(tiers), conditions, together, probe, checks, query.sort)


def _filter_lexemes(filters: Filters) -> list[Expression]:
    wanted: list[Expression] = [f"f/{flag}" for flag in filters.flags]
    wanted += [f"l/{platform}" for platform in filters.platforms]
    wanted += [f"t/{topic}" for topic in filters.topics]
    if filters.owners:
        wanted.append(AnyOf(tuple(f"o/{owner}" for owner in filters.owners)))
    for letter, numbers in (("s", filters.stars), ("k", filters.pulls)):
        if numbers and (lengths := _lengths(numbers)) is not None:
            wanted.append(AnyOf(tuple(f"{letter}/{bits}" for bits in lengths)))
    if filters.pushed and (months := _months(filters.pushed)) is not None:
        wanted.append(AnyOf(tuple(f"u/{month}" for month in months)))
    return wanted


def _unwanted(filters: Filters) -> list[str]:
    return [
        *(f"f/{flag}" for flag in filters.not_flags),
        *(f"o/{owner}" for owner in filters.not_owners),
        *(f"l/{platform}" for platform in filters.not_platforms),
        *(f"t/{topic}" for topic in filters.not_topics),
    ]


def _lengths(numbers: Range) -> range | None:
    """Return how many bits such numbers have; None where that tells nothing."""
    least = (numbers.least or 0).bit_length()
    most = numbers.most.bit_length() if numbers.most is not None else _ALL_BITS
    return None if (least, most) == (0, _ALL_BITS) else range(least, most + 1)


def _months(period: Period) -> list[str] | None:
    """Return the months that the period touches; None if they are too many to be named."""
    if period.since is None:
        return None
    until = period.until or datetime.now(UTC)
    first, last = (at.year * 12 + at.month - 1 for at in (period.since, until))
    if last - first >= _MOST_MONTHS:
        return None
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 2)]
