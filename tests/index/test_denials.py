"""Denials: noted beside the request, counted together, bounded, and kept for some days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DataError, Error, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.limits import DENIALS_OF_NETWORK
from accounts.models import Namespace, RobotAccount, User
from accounts.principals import ANONYMOUS, Principal
from index import denials
from index.denials import Who, note, write_now
from index.flows.close_account import close_account
from index.models import Denial, Door, Repository
from index.policy import allowed_actions
from index.tasks import prune_denials
from tests.conftest import World

PULL, PUSH = frozenset({"pull"}), frozenset({"pull", "push"})


@pytest.fixture(autouse=True)
def _nothing_noted() -> Iterator[None]:
    denials.forget()
    yield
    denials.forget()


def deny(
    repository: Repository | None,
    user: User | None = None,
    asked: frozenset[str] = PUSH,
    *,
    address: str = "203.0.113.7",
    **change: Any,
) -> None:
    principal = Principal(user) if user else ANONYMOUS
    decision = allowed_actions(principal, repository) if repository else None
    actions = decision.actions if decision else frozenset[str]()
    given: dict[str, Any] = {
        "who": Who(principal.subject, "", address),
        "door": Door.TOKEN,
        "asked": asked,
        "granted": asked & actions,
        "why": decision or "",
    }
    note(repository.pk if repository else None, **given | change)


def test_what_is_alike_is_one_row_with_a_count(world: World) -> None:
    for _ in range(3):
        deny(world.app, world.rita)
    deny(world.app, world.rita, door=Door.GATEWAY)
    write_now()
    row = Denial.objects.get(door=Door.TOKEN)
    assert (row.name, row.subject) == ("rita", f"user:{world.rita.pk}")
    assert (row.asked, row.granted, row.reason, row.count) == ("pull,push", "pull", "role", 3)
    assert row.network == ""
    assert Denial.objects.count() == 2


def test_nobody_is_known_by_the_network_alone(world: World) -> None:
    deny(world.app, address="203.0.113.7")
    deny(world.app, address="203.0.113.99")
    deny(world.app, address="2001:db8::1")
    write_now()
    rows = set(Denial.objects.values_list("network", "name", "count", "reason"))
    assert rows == {
        ("203.0.113.0/24", "anonymous", 2, "no-role"),
        ("2001:db8::/64", "anonymous", 1, "no-role"),
    }


def test_machines_have_their_names(world: World) -> None:
    namespace = Namespace.objects.get(name="acme")
    robot = RobotAccount.objects.create(namespace=namespace, name="ci")
    for subject in (f"robot:{robot.pk}", "workload:7", "user:999999"):
        deny(world.app, who=Who(subject, "secret:4", "203.0.113.7"), granted=frozenset())
    write_now()
    assert set(Denial.objects.values_list("name", flat=True)) == {
        "acme+ci",
        "workload:7",
        "user:999999",
    }


def test_names_that_do_not_exist_and_what_was_granted_are_not_written(world: World) -> None:
    deny(None, world.rita)
    deny(world.app, world.mia)
    deny(world.app, world.mia, frozenset({"*"}), granted=PUSH)
    deny(world.app, world.bob, frozenset({"fly"}))
    write_now()
    assert not Denial.objects.exists()
    deny(world.app, world.bob, frozenset({"*", "fly"}))
    write_now()
    assert Denial.objects.get().asked == "*"


def test_noting_asks_no_database_and_never_raises(world: World) -> None:
    decision = allowed_actions(Principal(world.bob), world.app)
    with CaptureQueriesContext(connection) as seen:
        for repository in (world.app.pk, None):
            note(repository, who=Who("user:x", "?", "nonsense"), door=Door.TOKEN, asked=PULL,
                 granted=frozenset(), why=decision)  # fmt: skip
    assert not seen.captured_queries
    write_now()
    assert Denial.objects.count() == 1


def test_one_denial_is_written_once_a_minute(world: World) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        deny(world.app, world.rita)
        write_now()
        deny(world.app, world.rita)
        with CaptureQueriesContext(connection) as seen:
            write_now()
        assert not seen.captured_queries
        clock.shift(60)
        deny(world.app, world.rita)
        write_now()
    row = Denial.objects.get()
    assert row.count == 3
    assert row.last_at - row.first_at == timedelta(seconds=60)


def test_what_could_not_be_written_waits_on(world: World) -> None:
    deny(world.app, world.rita)
    deny(world.app, world.bob)
    with pytest.raises(OperationalError), changes_end_with(OperationalError):
        write_now()
    deny(world.app, world.rita)
    write_now()
    assert set(Denial.objects.values_list("name", "count")) == {("rita", 2), ("bobby", 1)}


def test_what_can_never_be_written_holds_nothing_up(world: World) -> None:
    deny(world.app, world.rita)
    with changes_end_with(DataError):
        write_now()
    deny(world.app, world.bob)
    write_now()
    assert Denial.objects.get().name == "bobby"


@contextmanager
def changes_end_with(error: type[Error]) -> Iterator[None]:
    """Let the database refuse whatever would change it."""

    def refuse(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")):
            raise error
        return execute(sql, *args)

    with transaction.atomic(), connection.execute_wrapper(refuse):
        yield


def test_a_flood_is_bounded_in_memory_and_in_the_table(world: World) -> None:
    nobody = Who("", "", "203.0.113.7")
    for repository in (None, world.app.pk):
        for _ in range(denials._MOST_WAITING + 10):
            note(repository, who=nobody, door=Door.TOKEN, asked=PULL, granted=PULL, why="")
    assert len(denials._lines) == len(denials._about_nothing) == denials._MOST_WAITING
    write_now()
    assert not denials._lines
    assert not denials._about_nothing
    for number in range(DENIALS_OF_NETWORK.events + 5):
        who = Who(f"user:{number}", "", f"203.0.113.{number}")
        deny(world.app, who=who, granted=frozenset())
    deny(world.app, who=Who("user:1", "", "198.51.100.1"), granted=frozenset(), door=Door.GATEWAY)
    write_now()
    assert Denial.objects.filter(door=Door.TOKEN).count() == DENIALS_OF_NETWORK.events
    assert Denial.objects.filter(door=Door.GATEWAY).count() == 1


def test_names_that_do_not_exist_push_no_denial_out(world: World) -> None:
    deny(world.app, world.rita)
    for _ in range(denials._MOST_WAITING + 10):
        deny(None)
    write_now()
    assert Denial.objects.get().name == "rita"


def test_they_go_with_the_account(world: World) -> None:
    deny(world.app, world.bob)
    deny(world.app, world.rita)
    write_now()
    close_account(by=Principal(world.bob), typed="bobby")
    assert Denial.objects.get().name == "rita"


def test_they_are_forgotten_after_some_days(world: World, settings: Any) -> None:
    settings.DENIALS_DAYS = 3
    deny(world.app, world.rita)
    deny(world.private, world.bob)
    write_now()
    Denial.objects.filter(repository=world.app).update(last_at=timezone.now() - timedelta(days=4))
    prune_denials()
    assert Denial.objects.get().repository == world.private
