"""What tests of search share: the index is written by upkeep, and tests say when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.models import Registry, Repository
from search import upkeep
from search.backends import slots
from search.backends.base import Hit
from search.backends.choice import database
from search.engine import SearchPage, search
from search.query import parse_query
from search.ranking import plan_of
from search.reach import reach_of
from tests.conftest import World
from tests.factories import make_repositories, new_repository

MANY = 10_000


@pytest.fixture(autouse=True)
def _forgetful_slots() -> Iterator[None]:
    """Let no test search the slot that another one has built."""
    slots.forget()
    yield
    slots.forget()


def brought_up_to_date() -> None:
    """Do what a task does every two seconds."""
    upkeep.apply_changes()


def indexed(*repositories: Repository) -> list[Repository]:
    """Save repositories, and let them be found."""
    made = make_repositories(*repositories)
    brought_up_to_date()
    return made


def published(world: World, *names: str, **fields: Any) -> list[Repository]:
    """Make public repositories that can be found."""
    return indexed(*(new_public(world.east, name, **fields) for name in names))


def new_public(registry: Registry, name: str, **fields: Any) -> Repository:
    """A public repository, not saved."""
    return new_repository(name, registry=registry, visibility=Visibility.PUBLIC, **fields)


def find(who: Principal, typed: str = "", **more: object) -> SearchPage:
    """Search in what upkeep has written so far."""
    return search(who, parse_query(typed), **more)  # type: ignore[arg-type]


def names(found: SearchPage | Iterable[Repository]) -> list[str]:
    """The names, in order."""
    repositories = found.results if isinstance(found, SearchPage) else found
    return [repository.name for repository in repositories]


def found_names(typed: str = "", who: Principal = ANONYMOUS) -> list[str]:
    """The names of a first page, in order."""
    return names(find(who, typed))


def hits(who: Principal, typed: str) -> list[Hit]:
    """Everything that the database's engine finds, whether it may be shown or not."""
    query = parse_query(typed)
    return database.find(reach_of(who), plan_of(query), after=None, limit=MANY)


def hit_ids(who: Principal, typed: str = "") -> set[int]:
    """The ids of them."""
    return {hit.repository_id for hit in hits(who, typed)}
