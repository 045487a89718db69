"""What must be in an entry, as a tree over lexemes: ranking writes it, engines evaluate it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class All:
    """Every part; of no parts: always."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part; of no parts: never."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Without this; stands only in All, beside something that must be there."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Prefix:
    """At least one lexeme that begins so."""

    beginning: str


# A plain text is one lexeme that must be there.
Expression: TypeAlias = str | All | AnyOf | Not | Prefix


def lexemes_in(expression: Expression) -> set[str]:
    """Return every whole lexeme that the tree names."""
    match expression:
        case str():
            return {expression}
        case Prefix():
            return set()
        case Not(part):
            return lexemes_in(part)
        case All(parts) | AnyOf(parts):
            return set().union(*map(lexemes_in, parts))


def holds(expression: Expression, lexemes: frozenset[str]) -> bool:
    """Whether an entry of these lexemes is meant: what engines must agree with."""
    match expression:
        case str():
            return expression in lexemes
        case Not(part):
            return not holds(part, lexemes)
        case Prefix(beginning):
            return any(lexeme.startswith(beginning) for lexeme in lexemes)
        case All(parts):
            return all(holds(part, lexemes) for part in parts)
        case AnyOf(parts):
            return any(holds(part, lexemes) for part in parts)
