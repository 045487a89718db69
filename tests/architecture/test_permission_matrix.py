"""The authorisation matrix (case 18): complete, reviewed, and not to be talked round."""

from __future__ import annotations

import os
import re

import pytest
from django.test import Client

from accounts.models import Visibility
from tests.architecture.permission_matrix import ADDRESSES, AREAS, TABLES, doors, make_table
from tests.architecture.permissions_page import PAGE, page
from tests.conftest import World

PROTECTED = [
    path
    for door, path in ADDRESSES.items()
    if door.startswith(("r/", "new", "settings", "accounts/email", "accounts/password/change"))
    and "{" not in path
]


def test_every_door_is_in_the_matrix() -> None:
    mounted = set(doors())
    assert mounted - set(ADDRESSES) == set(), "add these doors to ADDRESSES, then write the table"
    assert set(ADDRESSES) - mounted == set(), "these doors are gone"


@pytest.mark.parametrize("area", AREAS)
def test_every_answer_is_the_reviewed_one(world: World, area: str) -> None:
    table, reviewed = make_table(world, area), TABLES / f"{area}.txt"
    if os.environ.get("WAYBILL_WRITE_MATRIX"):
        reviewed.write_text(table)
    assert " 500" not in table
    assert table == reviewed.read_text()


def test_the_page_to_read_says_what_the_tables_do() -> None:
    if os.environ.get("WAYBILL_WRITE_MATRIX"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


@pytest.mark.parametrize("spelling", ["{}/", "{}//", "{};x", "{}/.", "{}%2f", "{}%00", "{}?x"])
def test_no_other_spelling_opens_more_to_anonymous(
    world: World, client: Client, spelling: str
) -> None:
    for path in PROTECTED:
        response = client.get(spelling.format(path))
        assert response.status_code in {301, 302, 400, 404}, path


def test_upper_case_opens_nothing(world: World, client: Client) -> None:
    for path in PROTECTED:
        assert client.get(path.upper()).status_code in {302, 404}, path


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL"]
)
def test_headers_that_override_open_nothing(world: World, client: Client, header: str) -> None:
    value = "DELETE" if "Method" in header else "/explore"
    for path in PROTECTED:
        response = client.get(path, headers={header: value})
        assert response.status_code in {302, 404, 405}, path


@pytest.mark.parametrize("who", ["anonymous", "bob"])
def test_a_head_opens_no_more(world: World, client: Client, who: str) -> None:
    if person := world.person(who):
        client.force_login(person)
    for path in PROTECTED:
        assert client.head(path).status_code == client.get(path).status_code, path


@pytest.mark.parametrize("header", ["X-User", "X-Remote-User", "Remote-User", "X-Webauth-User"])
def test_no_header_makes_anyone_somebody(world: World, client: Client, header: str) -> None:
    assert client.get("/new", headers={header: "alice"}).status_code == 302
    assert client.get("/r/alice/priv", headers={header: "alice"}).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
def test_unknown_and_forbidden_repositories_answer_alike(
    world: World, client: Client, method: str
) -> None:
    client.force_login(world.bob)
    for suffix in ("", "/-/star", "/-/settings", "/-/settings/visibility", "/-/delete", "/-/tags"):
        answers = []
        for name in ("alice/priv", "alice/nope"):
            response = getattr(client, method)(f"/r/{name}{suffix}")
            body = response.content.decode().replace(name, "NAME")
            body = body.replace(response.headers["X-Request-Id"], "")
            answers.append((response.status_code, _masked(body)))
        assert answers[0] == answers[1]


def _masked(body: str) -> str:
    """Take out what differs between any two answers: the form's secret."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)


@pytest.mark.parametrize("path", ["/", "/explore", "/search?q=a", "/u/alice", "/v1/search?q=a"])
def test_private_things_change_nothing_for_others(world: World, client: Client, path: str) -> None:
    before = _masked(client.get(path).content.decode())
    for person in (world.alice, world.olga):
        world.private.pk, world.private.name = None, f"{person}/extra"
        world.private.stored_name = world.private.name
        world.private.namespace = person.namespace
        world.private.visibility = Visibility.PRIVATE
        world.private.star_count = world.private.pull_count = 999_999
        world.private.save()
    assert _masked(client.get(path).content.decode()) == before
