"""What the stage of PostgreSQL leaves out cannot ask a database, so that one run of it says all."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.conftest import World

MARK = "without_database"


def test_what_asks_for_no_database_is_marked_and_can_touch_none(
    request: pytest.FixtureRequest,
) -> None:
    assert request.node.get_closest_marker(MARK)
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        User.objects.exists()


def test_what_asks_for_the_cast_is_not_marked(request: pytest.FixtureRequest, world: World) -> None:
    assert not request.node.get_closest_marker(MARK)
    assert User.objects.contains(world.alice)


@pytest.mark.django_db
def test_what_is_marked_as_using_a_database_is_not_marked(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker(MARK)
    assert not User.objects.exists()
