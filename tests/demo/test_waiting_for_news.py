"""The demo waits for what registries tell as long as they tell anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from config.demo import content, filling
from config.demo.password import make_password
from config.demo.people import ORGANIZATIONS, PEOPLE
from config.demo.stages import ALMANAC
from index.models import Repository
from tests.factories import make_registry, make_rule, make_tag


@dataclass(slots=True)
class Clock:
    """Time that goes by only while somebody sleeps."""

    now: float = 0.0
    meanwhile: Callable[[], Any] = field(default=int)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


@pytest.fixture
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the demo; harborworks/almanac is there, and nothing was pushed yet."""
    make_rule("*", make_registry("east"))
    for name in PEOPLE:
        filling.add_person(name, password=make_password())
    for organization in ORGANIZATIONS:
        filling.add_organization(organization)
    filling.add_repository(ALMANAC)
    clock = Clock()
    monkeypatch.setattr(content, "time", clock)
    return clock


def test_a_registry_that_is_slow_is_waited_for(clock: Clock) -> None:
    names = sorted(ALMANAC.tag_names)
    pause = content._LONGEST_SILENCE - 1

    def meanwhile() -> None:
        if names and clock.now > pause * (len(ALMANAC.tag_names) - len(names) + 1):
            tag = make_tag(Repository.objects.get(name=ALMANAC.name), names.pop())
            type(tag.manifest).objects.update(described_at=tag.pushed_at)

    clock.meanwhile = meanwhile
    said: list[str] = []
    assert content.wait_for_news([ALMANAC], say=said.append)
    assert len(said) == 1
    assert clock.now > content._LONGEST_SILENCE


def test_one_that_is_silent_is_given_up(clock: Clock) -> None:
    assert not content.wait_for_news([ALMANAC], say=list[str]().append)
    assert clock.now > content._LONGEST_SILENCE
