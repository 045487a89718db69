"""How many entries an expression may match, as far as the dictionary tells."""

from __future__ import annotations

from search.backends.tsquery import words_needed
from search.dictionary import Known, begun_as, counted_as
from search.expressions import All, AnyOf, Expression, Prefix, lexemes_in
from search.popularity import MOST_POPULAR

EVERYTHING = 10**9
_READMES = 10  # so many times as often a word may be in READMEs
_CHANCE = 3  # so many times as often as by chance words stand together
_SEVERAL = 2


def most(expression: Expression, known: dict[str, Known]) -> int:
    """Return how many public entries can match at most, as far as the dictionary tells."""
    match expression:
        case str():
            return _most_with(expression, known)
        case All(parts):
            return min((most(part, known) for part in parts), default=EVERYTHING)
        case AnyOf(parts):
            return min(sum(most(part, known) for part in parts), EVERYTHING)
        case _:
            return EVERYTHING


def _most_with(lexeme: str, known: dict[str, Known]) -> int:
    """Guess, by how many entries have the word outside of READMEs; a wrong guess costs a statement."""
    letter, counted = lexeme[0], known.get(counted_as(lexeme))
    count = counted.entries if counted else 0
    if letter == "n":
        begun = known.get(begun_as(lexeme[2:]))
        return min(count, begun.entries if begun else 0)
    if letter in "ajmpwxz":
        return count
    if letter == "r":
        return count * _READMES
    return 0 if letter == "e" or lexeme == "f/official" else EVERYTHING


def expected(expression: Expression, known: dict[str, Known], entries: int) -> int:
    """Return how many of the entries will match: of several words fewer than of each, for they meet by chance."""
    number = most(expression, known)
    counts = counts_needed(expression, known)
    if len(counts) < _SEVERAL:
        return number
    times = _READMES if _may_be_in_readme(expression) else 1
    by_chance = entries * _CHANCE
    for count in counts:
        by_chance = by_chance * min(times * count, entries) // entries
    return min(number, by_chance)


def counts_needed(expression: Expression, known: dict[str, Known]) -> list[int]:
    """Return, of each word that is in every match or begins one there, how many public entries have it."""
    whole, named = words_needed(expression, "ajnr"), words_needed(expression, "jnw")
    counts: dict[str, int] = {}
    for word in words_needed(expression, "ajnrw"):
        begun = begun_as(word)
        asked = [word] if word in whole else []
        asked += [begun] if word in named else []
        least = min((known[one].entries if one in known else 0 for one in asked), default=0)
        counts[begun] = min(least, counts.get(begun, least))
    return list(counts.values())


def first_page(expression: Expression, known: dict[str, Known]) -> tuple[int, int]:
    """Return between which popularities the first page of matches is, the greater one first.

    Nothing that matches is more popular than the first; the page may well end later than at the second,
    which is 0 where it is not known.
    """
    needed = _needed(expression, known)
    best = min((known[one].best for one in needed if one in known), default=MOST_POPULAR)
    needed |= {counted_as(one) for one in lexemes_in(expression) if one.startswith("x/")}
    pages = (known[one].page for one in needed if one in known)
    return best, min(filter(None, pages), default=0)


def _needed(expression: Expression, known: dict[str, Known]) -> frozenset[str]:
    """Return what is counted of every entry that matches, joined words included."""
    match expression:
        case str() if expression[0] in "ajnx":
            word = expression[2:]
            is_begun = expression[0] != "a" and word in known and known[word].page
            return frozenset({word, begun_as(word)} if is_begun else {word})
        case str() if expression[0] in "wp":
            return frozenset({counted_as(expression)})
        case Prefix(beginning):
            return frozenset({begun_as(beginning[2:])})
        case All(parts):
            return frozenset().union(*(_needed(part, known) for part in parts))
        case AnyOf((first, *others)):
            return _needed(first, known).intersection(*(_needed(one, known) for one in others))
        case _:
            return frozenset()


def keys_in(expression: Expression) -> set[str]:
    """Return all that may be counted of what the expression names."""
    lexemes = lexemes_in(expression)
    begun = {begun_as(one[2:]) for one in lexemes if one[0] in "njx"}
    return begun | set(map(counted_as, lexemes)) | {one[2:] for one in lexemes if one[0] == "x"}


def least(expression: Expression, known: dict[str, Known]) -> int:
    """Return how many public entries match at least, as far as the dictionary tells."""
    match expression:
        case str() if expression.startswith("a/"):
            word = known.get(expression[2:])
            return word.entries if word else 0
        case AnyOf(parts):
            return max((least(part, known) for part in parts), default=0)
        case All((part,)):
            return least(part, known)
        case All((one, other, str(pair))) if pair.startswith("m/"):
            if not (_may_be_in_readme(one) and _may_be_in_readme(other)):
                return 0
            counted = known.get(pair[2:])
            return counted.entries if counted else 0
        case _:
            return 0


def _may_be_in_readme(expression: Expression) -> bool:
    """Whether it is of those that pairs are counted of: words of everything, READMEs too."""
    return any(lexeme.startswith("r/") for lexeme in lexemes_in(expression))
