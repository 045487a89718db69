"""The list of pages that a browser opens in the tests is complete (tests/e2e/pages.py)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import Resolver404, resolve

from tests.architecture.furniture import fill_in
from tests.architecture.pages import door_of, looked_at, mounted
from tests.architecture.permission_matrix import ADDRESSES, visit
from tests.conftest import World
from tests.e2e.pages import EVERY_PAGE

# Pages that no test opens there, each with the reason.
NOT_LOOKED_AT = {
    "o/<str:name>/-/teams/<str:team>/group": "is for sites with a directory, which the stack has not",
    "accounts/password/set/": "is shown to people without a password alone: a test opens it on its own",
}
PEOPLE = ("root", "olga", "mia", "alice", "anonymous")


@pytest.mark.parametrize("name", [name for name in EVERY_PAGE if name != "no-such-page"])
def test_every_name_stands_for_an_address(name: str) -> None:
    assert door_of(EVERY_PAGE[name]) in mounted()


def test_what_is_nowhere_is_nowhere() -> None:
    with pytest.raises(Resolver404):
        resolve(EVERY_PAGE["no-such-page"])


def test_every_page_that_somebody_gets_is_in_the_list(world: World) -> None:
    visitors = [visit(world.person(who)) for who in PEOPLE]
    forgotten = []
    for pattern in sorted(set(mounted()) - looked_at() - set(NOT_LOOKED_AT)):
        door = mounted()[pattern]
        if door.startswith("api/v1/") or door not in ADDRESSES:
            continue  # of JSON alone; what lacks an address fails elsewhere
        path = fill_in(ADDRESSES[door], world)
        if any(_is_page(visitor.client_for(door).get(path)) for visitor in visitors):
            forgotten.append(pattern)
    assert not forgotten, f"add to tests/e2e/pages.py: {forgotten}"


def test_no_exception_is_out_of_date() -> None:
    assert set(NOT_LOOKED_AT) - set(mounted()) == set()
    assert set(NOT_LOOKED_AT) & looked_at() == set()


def _is_page(response: Any) -> bool:
    kind = str(response.headers.get("Content-Type", ""))
    return kind.startswith("text/html") and response.status_code == 200
