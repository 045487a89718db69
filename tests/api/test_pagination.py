"""Lists begin behind a row: nothing is missed or told twice, and the last page costs what the first does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import Signer
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.api.keysets import behind, key_of, order_of
from accounts.models import AuditEvent, Namespace, PersonalAccessToken, Visibility
from index.models import Difference, Repository
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_repository

LIST = "/api/v1/repositories"
DOORS = sorted(path for path in ADDRESSES.values() if path.startswith("/api/v1/"))


def names(body: Any) -> list[str]:
    return [row["name"] for row in body["results"]]


def walk(client: Client, address: str | None, by: str = "next") -> Iterator[Any]:
    while address:
        body = client.get(address).json()
        yield body
        address = body[by]


@pytest.fixture
def many(world: World) -> list[str]:
    for number in range(7):
        make_repository(f"alice/shop-{number}", visibility=Visibility.PUBLIC)
    return [f"alice/shop-{number}" for number in range(7)]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_all_pages_together_are_the_list(
    world: World, client: Client, many: Any, size: int
) -> None:
    pages = walk(client, f"{LIST}?namespace=alice&page_size={size}")
    found = [name for body in pages for name in names(body)]
    assert [name for name in found if name in many] == many
    assert len(found) == len(set(found))


def test_the_way_back_has_the_same_pages(world: World, client: Client, many: Any) -> None:
    there = list(walk(client, f"{LIST}?namespace=alice&page_size=3"))
    *_, last = there
    back = list(walk(client, last["previous"], by="previous"))
    assert [names(body) for body in back] == [names(body) for body in reversed(there[:-1])]
    assert back[-1]["previous"] is None
    assert back[0]["next"]


def test_what_comes_meanwhile_moves_no_row_to_another_page(
    world: World, client: Client, many: Any
) -> None:
    first = client.get(f"{LIST}?namespace=alice&page_size=3").json()
    make_repository("alice/aaa", visibility=Visibility.PUBLIC)
    Repository.objects.filter(name=names(first)[0]).delete()
    second = client.get(first["next"]).json()
    assert not set(names(first)) & set(names(second))
    assert names(second) == many[2:5]


def test_the_row_that_a_page_ended_with_may_go(world: World, client: Client, many: Any) -> None:
    first = client.get(f"{LIST}?namespace=alice&page_size=3").json()
    Repository.objects.filter(name=names(first)[-1]).delete()
    assert names(client.get(first["next"]).json()) == many[2:5]


def test_links_are_in_a_header_too(world: World, client: Client, many: Any) -> None:
    first = client.get(f"{LIST}?namespace=alice&page_size=3")
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = client.get(first.json()["next"])
    links = [f'<{second.json()[key]}>; rel="{rel}"' for key, rel in
             (("next", "next"), ("previous", "prev"))]  # fmt: skip
    assert second["Link"] == ", ".join(links)


@pytest.mark.parametrize("cursor", ["", "x", "e30:x", "²", "9" * 3_000, "'--"])
def test_a_cursor_that_nobody_gave_out_is_refused(
    world: World, client: Client, cursor: str
) -> None:
    answer = client.get(LIST, {"cursor": cursor})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["detail"]


def test_a_cursor_is_of_one_list(world: World, client: Client, many: Any) -> None:
    link = client.get(f"{LIST}?page_size=1").json()["next"]
    client.force_login(world.alice)
    elsewhere = link.replace(LIST, "/api/v1/user/watching")
    assert client.get(elsewhere).status_code == 400


def test_a_cursor_is_of_one_order(world: World, client: Client) -> None:
    path = f"{LIST}/alice/pub/-/tags"
    place = Signer(salt=f"cursor of {path}").sign_object(["pushed_at,pk", False, [1, 2]])
    assert client.get(path, {"cursor": place, "sort": "name"}).status_code == 400


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "", "²", "9" * 5_000])
def test_a_page_size_is_a_number_from_one_on(world: World, client: Client, size: str) -> None:
    assert client.get(LIST, {"page_size": size}).status_code == 400


def test_a_page_has_a_hundred_rows_at_most(world: World, client: Client) -> None:
    events = [AuditEvent(action="x", actor="", actor_name="x") for _ in range(101)]
    AuditEvent.objects.bulk_create(events)
    client.force_login(world.root)
    found = client.get("/api/v1/manage/audit?page_size=101").json()
    assert len(found["results"]) == 100


def test_nothing_is_counted(world: World, client: Client, many: Any) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(f"{LIST}?page_size=2")
    assert not [one["sql"] for one in queries if "COUNT(" in one["sql"]]


def test_every_list_can_be_walked_row_by_row(world: World, client: Client) -> None:
    client.force_login(world.root)
    confirm(client)
    walked = 0
    for address in (fill_in(path, world) for path in DOORS):
        mark = "&" if "?" in address else "?"
        answer = client.get(f"{address}{mark}page_size=100")
        if answer.headers["Content-Type"] != "application/json":
            continue
        if answer.status_code == 200 and {"next", "previous"} <= set(answer.json()):
            pages = islice(walk(client, f"{address}{mark}page_size=1"), 3)
            rows = [row for body in pages for row in body["results"]]
            assert rows == answer.json()["results"][:3], address
            walked += len(rows) > 1
    assert walked > 5


@pytest.mark.parametrize("path", ["/api/v1/manage/audit", "/api/v1/organizations/acme/audit", LIST])
def test_a_page_far_behind_is_found_by_an_index(world: World, client: Client, path: str) -> None:
    namespace = Namespace.objects.get(name="acme")
    events = [AuditEvent(action="x", actor="", actor_name="x", namespace=namespace)] * 3
    AuditEvent.objects.bulk_create(copy(event) for event in events)
    client.force_login(world.root)
    confirm(client)
    *_, far = walk(client, f"{path}?page_size=1")
    with CaptureQueriesContext(connection) as queries:
        client.get(far["previous"])
    table = "index_repository" if path == LIST else "accounts_auditevent"
    (page,) = [
        one["sql"]
        for one in queries
        if f'FROM "{table}"' in one["sql"][:2_000] and "LIMIT 2" in one["sql"]
    ]
    assert_walks_an_index(page, table)


def assert_walks_an_index(statement: str, table: str) -> None:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:  # of a small table PostgreSQL would rather read all
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if is_sqlite else ''} {statement}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    if is_sqlite:
        assert f"SEARCH {table} USING" in plan, plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    else:
        assert "Index Cond" in plan, plan
        assert not re.search(r"-> +Sort ", plan), plan  # "Incremental" is of those of one moment


@pytest.mark.parametrize("empty_first", [True, False])
def test_rows_without_a_value_stand_where_the_order_says(
    world: World, *, empty_first: bool
) -> None:
    now = timezone.now()
    for number, used in enumerate((None, now, None, now - timedelta(1))):
        PersonalAccessToken.objects.create(
            user=world.alice, name=str(number), selector=f"s{number}", last_used_at=used,
            patterns=[], actions=[],
        )  # fmt: skip
    column = F("last_used_at")
    places = {"nulls_first": True} if empty_first else {"nulls_last": True}
    rows = PersonalAccessToken.objects.order_by(column.desc(**places))
    order, seen = order_of(rows), []
    left = rows = rows.order_by(*(term.as_order() for term in order))
    while found := left.first():
        seen.append(found.name)
        left = rows.filter(behind(order, key_of(found, order)))
    assert seen == (["2", "0", "1", "3"] if empty_first else ["1", "3", "2", "0"])


@pytest.mark.parametrize(
    "rows", [PersonalAccessToken.objects.order_by("last_used_at"), Difference.objects.all()]
)
def test_an_order_that_is_unclear_is_an_error_of_ours(rows: Any) -> None:
    with pytest.raises(ImproperlyConfigured):
        order_of(rows)
