"""The same parts on PostgreSQL: one short walk and one outage; every rule is tested there without them."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from launcher.services import APP_SERVERS
from tests.e2e import steps
from tests.e2e.backstage import Backstage, running_backstage
from tests.e2e.browser import Look, Window
from tests.e2e.engine import Docker, Engine
from tests.e2e.people import People, Person
from tests.e2e.processes import standing_still
from tests.e2e.stack import Stack, running_stack
from tests.e2e.wire import Wire, basic
from tests.waiting import eventually

VENDOR = """
from django.db import connection
answer = connection.vendor
"""
TOKENS = """
from accounts.flows.personal_access_tokens import create_token
from accounts.models import User
from accounts.principals import Principal
from accounts.token_limits import read_limits
user = User.objects.get(username=name)
given = dict(limits=read_limits([f"{name}/*"], ["pull"], []), networks=[], expires_at=None)
answer = [
    create_token(user, name=one, by=Principal(user), **given).value for one in ("kept", "gone")
]
"""
REVOKE = """
from accounts.flows.personal_access_tokens import revoke_all_tokens
from accounts.models import User
from accounts.principals import Principal
user = User.objects.get(username=name)
answer = revoke_all_tokens(user, by=Principal(user))
"""
MAKE = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.create_repository import create_repository
from index.names import parse_repository_name
by = Principal(User.objects.get(username=name))
answer = create_repository(parse_repository_name(f"{name}/told"), by=by).name
"""
PULLS = """
from django.db import close_old_connections
from index.models import Repository
close_old_connections()
answer = Repository.objects.get(name=name).pull_count
"""
INBOX = """
from index.models import Notification
answer = Notification.objects.filter(state="new").count()
"""


def pull_event(repository: str) -> dict[str, object]:
    """A pull that a registry tells of."""
    return {
        "id": str(uuid.uuid4()),
        "timestamp": datetime.now(UTC).isoformat(),
        "action": "pull",
        "target": {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "repository": repository,
            "digest": "sha256:" + "0" * 64,
        },
        "request": {"method": "GET"},
    }


@pytest.fixture(scope="module")
def stack_on_postgresql() -> Iterator[Stack]:
    """An instance that keeps everything in PostgreSQL."""
    url = os.environ.get("WAYBILL_TEST_DATABASE_URL")
    if not url:
        pytest.skip("WAYBILL_TEST_DATABASE_URL names no PostgreSQL; ./dev test makes one")
    with running_stack(url) as stack:
        yield stack


@pytest.fixture(scope="module")
def backstage_on_postgresql(stack_on_postgresql: Stack) -> Iterator[Backstage]:
    """Python inside that instance."""
    with running_backstage(stack_on_postgresql) as backstage:
        assert backstage.run(VENDOR) == "postgresql"
        yield backstage


@pytest.fixture
def people_on_postgresql(
    stack_on_postgresql: Stack,
    backstage_on_postgresql: Backstage,
    engine: Engine,
    homes: Iterator[Path],
) -> People:
    """Makes people there."""
    return People(stack_on_postgresql, backstage_on_postgresql, lambda: Docker(engine, next(homes)))


@pytest.fixture
def alice(people_on_postgresql: People) -> Person:
    """Someone with an account there."""
    return people_on_postgresql.make("alice")


@contextmanager
def database_away() -> Iterator[None]:
    """End every connection to the database, and let nobody connect meanwhile."""
    url = os.environ["WAYBILL_TEST_DATABASE_URL"]
    name = str(conninfo_to_dict(url)["dbname"])
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute(end, [name])
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


@pytest.fixture
def window(stack_on_postgresql: Stack, browser: Browser) -> Iterator[Window]:
    window = Window(browser, stack_on_postgresql.origin, Look())
    yield window
    window.close()
    assert window.complaints == []


def test_a_repository_lives_and_dies_on_postgresql(alice: Person, window: Window) -> None:
    alice.login()
    reference = alice.push_image("app")
    name = f"{alice.name}/app"
    eventually(lambda: name in alice.docker("search", f"{alice.host}/{alice.name}"))
    window.log_in(alice)
    steps.star(window, name)
    alice.forget(reference)
    alice.docker("pull", reference)
    steps.delete_repository(window, name)
    assert f"name unknown: {name} " in alice.docker.fails("pull", reference)


def test_a_database_that_goes_away_lets_nobody_in_and_all_go_on_when_it_is_back(
    alice: Person, stack_on_postgresql: Stack, backstage_on_postgresql: Backstage
) -> None:
    """Case 37: a revocation of the moment before holds, and no process is started again."""
    wire = Wire(stack_on_postgresql)
    pids = {name: stack_on_postgresql.pid(name) for name in (*APP_SERVERS, "worker")}
    kept, gone = backstage_on_postgresql.run(TOKENS, name=alice.name)
    of_gone = {"Authorization": basic(alice.name, gone)}
    token = f"/token?service={alice.host}&scope=repository:{alice.name}/app:pull"
    assert wire.ask("GET", token, of_gone).status == 200
    assert backstage_on_postgresql.run(REVOKE, name=alice.name) == 2
    doors: list[tuple[str, str, dict[str, str]]] = [
        ("GET", token, of_gone),
        ("GET", token, {"Authorization": basic(alice.name, alice.password)}),
        ("GET", token, {"Authorization": basic(alice.name, "a wrong guess")}),
        ("GET", f"{token}&x=new", {}),
        ("GET", f"/v2/{alice.name}/app/manifests/1.0", {"Authorization": "Bearer a.b.c"}),
        ("GET", "/", {}),
        ("GET", f"/u/{alice.name}", {}),
        ("GET", "/api/v1/repositories", of_gone),
        ("GET", "/v1/users/", of_gone),
        ("POST", "/events/east", {"Authorization": "Bearer wrong"}),
    ]
    with database_away():
        answers = {door[:2]: wire.ask(*door) for _ in range(3) for door in doors}
        assert {answer.status for answer in answers.values()} <= {401, 404, 503}
        for door, answer in answers.items():
            assert answer.status != 503 or int(answer.headers["Retry-After"]) > 0, door
        assert answers["GET", f"{token}&x=new"].status == 503
        assert answers["GET", "/"].status == 503

    def is_well() -> bool:
        answers = [wire.ask(*door).status for door in doors]
        return answers[:4] == [401, 200, 401, 200] and 503 not in answers

    eventually(is_well, within=15)
    assert kept != gone
    assert pids == {name: stack_on_postgresql.pid(name) for name in pids}


def test_what_a_registry_tells_while_the_database_is_away_is_left_to_it(
    alice: Person, stack_on_postgresql: Stack, backstage_on_postgresql: Backstage
) -> None:
    """It is told 503 and repeats it; what it was answered before is there afterwards."""
    wire = Wire(stack_on_postgresql)
    name = backstage_on_postgresql.run(MAKE, name=alice.name)
    secret = {"Authorization": f"Bearer {stack_on_postgresql.secret('events_east')}"}
    first, second = (json.dumps({"events": [pull_event(name)]}).encode() for _ in range(2))
    with standing_still(stack_on_postgresql, "worker"):
        assert wire.ask("POST", "/events/east", secret, first).status == 202
        with database_away():
            answer = wire.ask("POST", "/events/east", secret, second)
            assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
        eventually(lambda: wire.ask("POST", "/events/east", secret, second).status == 202)
        assert wire.ask("POST", "/events/east", secret, second).status == 202  # once more
    eventually(lambda: backstage_on_postgresql.run(PULLS, name=name) == 2, within=30)
    eventually(lambda: backstage_on_postgresql.run(INBOX) == 0)
    assert backstage_on_postgresql.run(PULLS, name=name) == 2
