"""Home, dashboard, explore."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client

from accounts.models import Visibility
from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.models import Repository
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_repository, make_user


def test_a_stranger_sees_the_search_box_and_a_pull_command_with_this_host(
    world: World, client: Client
) -> None:
    page = client.get("/").content.decode()
    assert 'action="/search"' in page
    assert "docker pull index.test/<wbr>" in page
    assert "alice/pub" in page
    assert "alice/priv" not in page


def test_home_without_any_repository_still_says_what_to_do(db: None, client: Client) -> None:
    assert "No public images yet" in client.get("/").content.decode()


def test_the_dashboard_fills_in_ones_own_name(world: World, client: Client) -> None:
    client.force_login(world.bob)
    page = client.get("/").content.decode()
    assert 'docker login index.test <span class="nowrap">-u</span> bobby' in page
    assert 'index.test/<wbr>bobby/<wbr><span class="nowrap">my-app:1.0</span>' in page


def test_the_checklist_goes_once_something_was_pushed(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert "The way to your first image" not in client.get("/").content.decode()


def test_the_dashboard_lists_own_and_granted_repositories_and_no_others(
    world: World, client: Client
) -> None:
    make_grant(world.private, world.bob, Role.READER)
    client.force_login(world.bob)
    page = client.get("/").content.decode()
    assert "/r/alice/priv" in page
    assert "/r/alice/pub" not in page


def test_the_dashboard_shows_the_newest_of_all_that_is_ones_own_or_granted(
    world: World, client: Client
) -> None:
    for number in range(25):
        _push(make_repository(f"bobby/own{number:02}"), day=number + 1)
    _push(world.app, day=30)
    make_grant(world.app, world.bob, Role.READER)
    client.force_login(world.bob)
    mine = client.get("/").context["mine"]
    newest = [f"bobby/own{number:02}" for number in range(24, 5, -1)]
    assert [one.name for one in mine] == ["acme/app", *newest]


def _push(repository: Repository, *, day: int) -> None:
    repository.last_pushed_at = datetime(2026, 1, day, tzinfo=UTC)
    repository.save()


def test_a_repository_that_is_being_deleted_is_shown_to_its_owner_with_its_state(
    world: World, client: Client
) -> None:
    request_deletion(world.private, by=Principal(world.alice), at_once=True)
    client.force_login(world.alice)
    page = client.get("/").content.decode()
    assert "Being deleted" in page
    assert "alice/priv" in page
    assert 'href="/r/alice/priv"' not in page


def test_explore_never_lists_private_repositories_or_empty_ones(
    world: World, client: Client
) -> None:
    make_repository("alice/bare", visibility=Visibility.PUBLIC, pushed=False)
    client.force_login(world.alice)
    page = client.get("/explore").content.decode()
    assert "alice/pub" in page
    assert "alice/priv" not in page
    assert "alice/bare" not in page


def test_a_user_page_shows_only_what_the_reader_may_see(world: World, client: Client) -> None:
    assert "alice/priv" not in client.get("/u/alice").content.decode()
    client.force_login(world.alice)
    assert "alice/priv" in client.get("/u/alice").content.decode()


def test_an_organization_has_its_page_under_o(world: World, client: Client) -> None:
    assert client.get("/o/acme").status_code == 200
    assert client.get("/u/acme").headers["Location"] == "/o/acme"
    assert client.get("/o/alice").status_code == 404


def test_disabled_and_unknown_people_have_no_page(world: World, client: Client) -> None:
    assert client.get("/u/dave").status_code == 404
    assert client.get("/u/nobody").status_code == 404


def test_the_default_visibility_of_ones_namespace_can_be_changed(
    world: World, client: Client
) -> None:
    client.force_login(world.alice)
    data = {"namespace": "alice", "default_visibility": "public"}
    assert client.post("/settings/namespace", data).status_code == 302
    world.alice.namespace.refresh_from_db()
    assert world.alice.namespace.default_visibility == Visibility.PUBLIC


def test_the_namespace_of_someone_else_is_not_found(world: World, client: Client) -> None:
    client.force_login(world.bob)
    data = {"namespace": "alice", "default_visibility": "public"}
    assert client.post("/settings/namespace", data).status_code == 404
    world.alice.namespace.refresh_from_db()
    assert world.alice.namespace.default_visibility == Visibility.PRIVATE


def test_an_owner_sets_the_default_of_the_organization(world: World, client: Client) -> None:
    client.force_login(world.olga)
    page = client.get("/settings/namespace").content.decode()
    assert "acme" in page
    assert "alice" not in page


def test_a_new_user_sees_the_way_to_the_first_image(db: None, client: Client) -> None:
    client.force_login(make_user("fresh"))
    assert "The way to your first image" in client.get("/").content.decode()
