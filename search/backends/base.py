"""What a search engine does. It is told who may find what; the rule itself is the index's.

Whatever it finds is looked at once more in the database before it is shown (`search.engine`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from accounts.token_limits import TokenLimits
from search.backends.slots import Slot
from search.documents import Audience, Entry
from search.ranking import Plan

# Class of match, then how it is sorted in it (the smaller the earlier), then the repository's id.
Key: TypeAlias = tuple[int, int | str, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """One that was found; pages are cut by its key."""

    key: Key
    marks: str = ""  # what is counted as facets, blanks between them

    @property
    def repository_id(self) -> int:
        """Which one."""
        return self.key[2]


@dataclass(frozen=True, slots=True)
class Reach:
    """Who may find what: whole audiences, and by name what is one's own beside them."""

    audiences: tuple[Audience, ...]
    namespaces: Sequence[int] = ()
    repositories: Sequence[int] = ()
    limits: TokenLimits | None = None  # for all but what is for everyone

    @property
    def has_own(self) -> bool:
        """Whether anything is found because it is one's own."""
        return bool(self.namespaces or self.repositories)


class SearchBackend(Protocol):
    """Finds, ranks and counts; keeps entries."""

    def find(self, reach: Reach, plan: Plan, *, after: Key | None, limit: int) -> list[Hit]:
        """Return up to `limit` hits behind that key, best first."""

    def count(self, reach: Reach, plan: Plan, *, limit: int) -> int:
        """Return how many there are, or `limit` if there are as many or more."""

    def put(
        self, entries: Sequence[Entry], held: Sequence[Slot], *, gone: Collection[int] = ()
    ) -> None:
        """Write entries anew, and take out those of the repositories that are `gone`.

        In one transaction, which holds the slots of the site's own database.
        """
