"""What holds for every operation of the API, whichever it is; addresses are the matrix's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.problems import CODES
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.clients import forget_confirmation
from tests.conftest import World
from tests.factories import PASSWORD

OPERATIONS = sorted(path for path in ADDRESSES.values() if path.startswith("/api/v1/"))
# Look at neither cookies nor credentials of people.
OPEN = {
    "/api/v1/command-line/logins",
    "/api/v1/command-line/sessions",
    "/api/v1/leaked-tokens",
    "/api/v1/signup",
    "/api/v1/registries/east/collection/begin",
    "/api/v1/registries/east/collection/renew",
    "/api/v1/registries/east/collection/finish",
}
# What follows the version, and where many begin so, what follows the name of one.
TOPICS: dict[str, list[str]] = {}
for _path in OPERATIONS:
    _parts = _path.removeprefix("/api/v1/").split("/-/")
    TOPICS.setdefault("/".join([_parts[0].split("/")[0], *_parts[1:]][:2]), []).append(_path)
UNSAFE = ("post", "put", "patch", "delete")

# Case 21: what other products took for a filter, an order or a number.
HOSTILE_QUERIES = (
    "password__startswith=a",
    "owner__password__regex=.",
    "ordering=password",
    "ordering=id);--",
    "fields=password",
    "page=0",
    "page=-1",
    "page=NaN",
    "page_size=2147483647",
    "page_size=-1",
    "q='||(select 1)||'",
    "role=*",
    "format=xml",
    "access_token=x",
)
# Case 20: fields that other products wrote straight into their rows.
HOSTILE_BODY: dict[str, Any] = {
    "id": 1,
    "pk": 1,
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "has_admin_role": True,
    "password": "hostile-hostile",
    "owner": "root",
    "owner_id": 1,
    "namespace": "umbra",
    "verified": True,
    "quota": 10**9,
    "plan": "unlimited",
    "created_at": "1970-01-01T00:00:00Z",
    "organization": "umbra",
    "user": {"id": 1},
    "name": ["x"],
    "role": {"$ne": None},
    "expires_at": "yesterday",
}


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_no_query_makes_an_error_or_a_longer_page(world: World, client: Client, topic: str) -> None:
    client.force_login(world.olga)
    for address in (fill_in(path, world) for path in TOPICS[topic]):
        for query in HOSTILE_QUERIES:
            response = client.get(f"{address}?{query}")
            assert response.status_code < 500, (address, query)
            if response.headers["Content-Type"] == "application/json":
                assert len(response.json().get("results", [])) <= 100, (address, query)


@pytest.mark.parametrize("path", OPERATIONS)
def test_a_body_of_hostile_fields_makes_nobody_more_than_they_are(
    world: World, client: Client, path: str
) -> None:
    client.force_login(world.olga)
    for method in UNSAFE:
        response = getattr(client, method)(
            fill_in(path, world), HOSTILE_BODY, content_type="application/json"
        )
        assert response.status_code < 500, method
    world.olga.refresh_from_db()
    assert not world.olga.is_superuser
    assert not world.olga.is_staff
    assert not world.olga.check_password("hostile-hostile")


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_cookie_alone_changes_nothing(world: World, topic: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.olga)
    for path in TOPICS[topic]:
        address = fill_in(path, world)
        for method in UNSAFE if path not in OPEN else ():
            response = getattr(browser, method)(address, {}, content_type="application/json")
            assert response.status_code in {401, 403, 405}, (method, path)


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_refusals_are_problem_details(world: World, client: Client, topic: str) -> None:
    for path in TOPICS[topic]:
        address = fill_in(path, world)
        for method in ("get", *UNSAFE):
            response = getattr(client, method)(address, content_type="application/json")
            if response.status_code >= 400:
                assert response["Content-Type"] == "application/problem+json", (method, path)
                assert response.json()["detail"]
                assert response.json()["code"] in CODES, (method, path)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/organizations/acme/rename", {"name": "acme-labs"}),
        (
            "/api/v1/repositories/acme/app/-/publishers",
            {"issuer": "https://gitlab.com", "source_repository": "acme/app"},
        ),
        ("/api/v1/organizations/acme/robots", {"name": "nightly"}),
    ],
)
def test_what_makes_credentials_or_names_wants_a_log_in_of_the_last_minutes(
    world: World, client: Client, path: str, body: dict[str, str]
) -> None:
    client.post("/accounts/login/", {"login": "olga", "password": PASSWORD})
    at = client.session["account_authentication_methods"]
    forget_confirmation(client)
    assert client.post(path, body, content_type="application/json").status_code == 403
    session = client.session
    session["account_authentication_methods"] = at
    session.save()
    assert client.post(path, body, content_type="application/json").status_code in {200, 201}
