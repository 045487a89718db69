"""What people read when something is refused, missing or broken: why, and what to do now."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import resolve

from config import views
from tests.conftest import World


def refused(rf: RequestFactory, world: World, path: str, person: str) -> str:
    request = rf.get(path)
    request.resolver_match = resolve(path)
    request.user = world.person(person)  # type: ignore[assignment]
    return views.permission_denied(request, PermissionDenied("Ask olga.")).content.decode()


def test_a_refusal_says_who_one_is_and_how_to_go_on(rf: RequestFactory, world: World) -> None:
    page = refused(rf, world, "/r/acme/app/-/settings", "rita")
    assert "Ask olga." in page
    assert "logged in as <strong>rita</strong>" in page
    assert "/-/access" in page or "?repository=acme/app" in page
    assert 'value="/accounts/login/?next=/r/acme/app/-/settings"' in page


def test_who_logs_in_as_someone_else_comes_back(world: World, client: Client) -> None:
    client.force_login(world.rita)
    target = "/accounts/login/?next=/r/acme/app"
    response = client.post("/accounts/logout/", {"next": target})
    assert response.headers["Location"] == target


def test_a_form_that_was_too_old_offers_its_page(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.alice)
    response = strict.post("/new", {"name": "x"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "This form has expired" in page
    assert '<a class="btn btn-primary" href="/new">' in page


def test_a_missing_repository_is_put_into_the_search_box(world: World, client: Client) -> None:
    page = client.get("/r/alice/nothing").content.decode()
    assert 'id="error-search"' in page
    assert 'value="alice/nothing"' in page


@pytest.mark.parametrize("tail", ["", "/-/tags", "/-/settings"])
def test_who_misses_a_repository_may_ask_for_it(world: World, client: Client, tail: str) -> None:
    client.force_login(world.bob)
    page = client.get(f"/r/acme/app{tail}").content.decode()
    assert "?repository=acme/app" in page


def test_too_many_requests_say_when_to_come_back(rf: RequestFactory, world: World) -> None:
    request = rf.get("/")
    request.user = world.alice
    assert int(views.too_many_requests(request).headers["Retry-After"]) > 0


def test_pages_of_what_is_broken_ask_nobody(rf: RequestFactory) -> None:
    """No database is allowed here, and the request has neither session nor user."""
    assert b"<h1>" in views.server_error(rf.get("/")).content
    assert b"<h1>" in views.bad_request(rf.get("/"), ValueError()).content


def test_error_pages_are_not_for_search_engines(db: None, client: Client) -> None:
    assert '<meta name="robots" content="noindex">' in client.get("/nothing/x").content.decode()


def test_the_name_of_a_private_repository_is_not_in_the_head(world: World, client: Client) -> None:
    head = client.get("/r/acme/app").content.decode().partition("</head>")[0]
    assert "acme" not in head
