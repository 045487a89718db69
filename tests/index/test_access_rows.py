"""How many rows of a review there are is known without reading them."""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.models import Visibility
from index.access import EVERYTHING, AccessFilter, access_rows
from index.access_numbers import counted_rows
from index.models import Repository
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_repository


@pytest.mark.parametrize(
    "wanted",
    [
        EVERYTHING,
        AccessFilter(holder="m"),
        AccessFilter(holder="nobody"),
        AccessFilter(repository="app"),
        AccessFilter(role="writer"),
        AccessFilter(source="team"),
        AccessFilter(source="owner"),
        AccessFilter(source="owner", role="writer"),
        AccessFilter(source="owner", holder="o", repository="app"),
        AccessFilter(source="public", role="reader"),
    ],
)
def test_the_numbers_are_those_of_the_rows(world: World, wanted: AccessFilter) -> None:
    make_repository("acme/open", visibility=Visibility.PUBLIC)
    make_grant(world.app, world.bob, Role.READER)
    repositories = Repository.objects.filter(namespace=world.acme.namespace)
    numbers = counted_rows(world.acme.namespace, wanted).numbers
    rows = Counter(row["repository_pk"] for row in access_rows(repositories, wanted))
    assert {pk: number for pk, number in numbers.items() if number} == rows
    names = dict(repositories.values_list("pk", "name"))
    assert [names[pk] for pk in numbers] == sorted(names[pk] for pk in numbers)


@pytest.mark.parametrize("name", ["acme", "acme/app", "acme/open"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_read_page_by_page_the_rows_are_those_of_the_whole_list(
    world: World, name: str, size: int
) -> None:
    make_repository("acme/open", visibility=Visibility.PUBLIC)
    make_grant(world.app, world.bob, Role.READER)
    about = Repository.objects.filter(name=name).first() or world.acme.namespace
    whole = list(access_rows(Repository.objects.filter(name__startswith=name)))
    counted = counted_rows(about)
    steps = range(0, counted.count(), size)
    assert [row for at in steps for row in counted[at : at + size]] == whole
