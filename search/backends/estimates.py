"""How many entries an expression may match, as far as the dictionary tells."""

from __future__ import annotations

from search.dictionary import Known, counted_as
from search.expressions import All, AnyOf, Expression, lexemes_in

EVERYTHING = 10**9
_READMES = 10  # so many times as often a word may be in READMEs
_CLONES = 500  # entries with a word: fewer than these are not called just so in great number


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
    letter, word = lexeme[0], known.get(counted_as(lexeme))
    count = word.entries if word else 0
    if letter in "anjwzm":
        return count
    if letter == "r":
        return count * _READMES
    if letter == "x":
        return 0 if count < _CLONES else EVERYTHING
    return 0 if letter == "e" or lexeme == "f/official" else EVERYTHING


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
