"""How many rows of a review there are is known without reading them."""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.models import Visibility
from index.access import EVERYTHING, AccessFilter, access_rows, numbers_of_rows
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
        AccessFilter(source="public", role="reader"),
    ],
)
def test_the_numbers_are_those_of_the_rows(world: World, wanted: AccessFilter) -> None:
    make_repository("acme/open", visibility=Visibility.PUBLIC)
    make_grant(world.app, world.bob, Role.READER)
    repositories = Repository.objects.filter(namespace=world.acme.namespace)
    numbers = numbers_of_rows(repositories, wanted)
    rows = Counter(row["repository_pk"] for row in access_rows(repositories, wanted))
    assert {pk: number for pk, number in numbers.items() if number} == rows
    names = dict(repositories.values_list("pk", "name"))
    assert [names[pk] for pk in numbers] == sorted(names.values())
