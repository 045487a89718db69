"""Intents outlive a broker that is away; nobody waits for it twice."""

from __future__ import annotations

from typing import Any

import pytest
from kombu.exceptions import OperationalError

from index import outbox
from index.outbox import start_soon


class Task:
    """A task whose broker is away, or not."""

    name = "task"

    def __init__(self, *, away: bool) -> None:
        """Remember nothing yet."""
        self.away = away
        self.asked: list[tuple[int]] = []

    def apply_async(self, arguments: tuple[int], **_options: Any) -> None:
        """Send, or fail as kombu does."""
        self.asked.append(arguments)
        if self.away:
            raise OperationalError


@pytest.fixture(autouse=True)
def _broker_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox._Broker, "away_until", 0.0)


@pytest.mark.django_db(transaction=True)
def test_a_task_is_started_with_its_row() -> None:
    task = Task(away=False)
    start_soon(task, 7)
    assert task.asked == [(7,)]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_no_error_and_is_left_alone_for_a_while() -> None:
    task = Task(away=True)
    start_soon(task, 7)
    start_soon(task, 8)
    assert task.asked == [(7,)]


def test_nothing_is_sent_before_the_commit(db: None) -> None:
    task = Task(away=False)
    start_soon(task, 7)
    assert task.asked == []
