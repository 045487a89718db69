"""The collector looks when an answer has gone."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished

from config import garbage


class Knot:
    """Something that only the collector frees."""

    def __init__(self) -> None:
        """Hold on to itself."""
        self.itself = self


@pytest.fixture
def begun() -> Iterator[None]:
    """As in an app server; afterwards as in any other process."""
    thresholds = gc.get_threshold()
    garbage.begin()
    yield
    request_finished.disconnect(garbage._look)
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def knots() -> int:
    return sum(isinstance(one, Knot) for one in gc.get_objects())


@pytest.mark.usefixtures("begun", "db")
def test_what_answers_left_behind_goes_after_one_of_them() -> None:
    for _ in range(10_000):
        Knot()
    assert knots() == 10_000  # not in the middle of it
    request_finished.send(sender=None)
    assert knots() == 0


@pytest.mark.usefixtures("begun", "db")
def test_a_little_may_lie_until_there_is_more() -> None:
    Knot()
    request_finished.send(sender=None)
    assert knots() == 1


@pytest.mark.usefixtures("begun", "db")
def test_what_each_look_found_in_use_goes_soon_after() -> None:
    for _ in range(20):
        in_use = Knot()
        _many = [Knot() for _ in range(6_000)]
        del _many
        request_finished.send(sender=None)
        del in_use
    assert knots() < 15
