"""Parts of pages: the same content under the same rules; nothing else ever lands inside a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Visibility
from index.models import Repository, Star
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_repository, make_tag


def part_of(client: Client, path: str, target: str) -> Any:
    """Ask as htmx does for the element of that id."""
    return client.get(path, headers=asking(target))


def asking(target: str, page: str = "http://index.test/r/alice/pub?tab=1") -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": page}


PARTS = {
    "tag-list": "/r/alice/pub/-/tags",
    "tags-body": "/r/alice/pub/-/tags",
    "newest-tags": "/r/alice/pub",
    "overview": "/r/alice/pub",
    "search-below": "/search?q=pub",
    "first-steps": "/",
    "own-requests": "/settings/requests",
}


@pytest.mark.parametrize("target", PARTS)
def test_page_and_part_have_one_address_and_say_what_tells_them_apart(
    world: World, client: Client, target: str
) -> None:
    make_tag(world.public, "1.0")
    client.force_login(world.alice)
    part = part_of(client, PARTS[target], target)
    page = client.get(PARTS[target])
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    for response in (page, part):
        assert {"HX-Request", "HX-Target"} <= set(response.headers["Vary"].split(", "))
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("target", ["", "nonsense", "main"])
def test_without_such_a_part_the_answer_is_the_page(
    world: World, client: Client, target: str
) -> None:
    assert "<html" in part_of(client, "/r/alice/pub", target).content.decode()


def test_what_the_browser_restores_is_a_whole_page(world: World, client: Client) -> None:
    headers = asking("overview") | {"HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/r/alice/pub", headers=headers).content.decode()


@pytest.mark.parametrize("path", ["/r/alice/priv", "/r/alice/nope"])
@pytest.mark.parametrize("target", ["overview", "newest-tags"])
def test_a_stranger_gets_the_part_of_nothing_alike(
    world: World, client: Client, path: str, target: str
) -> None:
    client.force_login(world.bob)
    response = part_of(client, path, target)
    assert response.status_code == 404
    assert response.headers["HX-Retarget"] == "#toasts"
    assert "priv" not in response.content.decode()


def test_the_part_shows_credentials_to_admins_alone_as_the_page_does(
    world: World, client: Client
) -> None:
    make_grant(world.private, world.bob, Role.READER)
    make_tag(world.private, "1.0", pushed_by=world.alice)
    for person, may in ((world.alice, True), (world.bob, False)):
        client.force_login(person)
        text = part_of(client, "/r/alice/priv/-/tags", "tag-list").content.decode()
        assert ("delete-tags?tag=1.0" in text) is may


def test_who_has_seen_everything_gets_nothing(world: World, client: Client) -> None:
    make_tag(world.public, "1.0")
    path = seen(part_of(client, "/r/alice/pub/-/tags", "tag-list"))
    assert part_of(client, path, "tag-list").status_code == 204
    make_tag(world.public, "2.0")
    response = part_of(client, path, "tag-list")
    assert "2.0" in response.content.decode()
    assert "Pushed last: 2.0" in response.content.decode()


def seen(response: Any) -> str:
    """Return the address that the part will ask next."""
    text: str = response.content.decode()
    return text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")


def test_a_page_is_never_empty_whatever_was_seen(world: World, client: Client) -> None:
    make_tag(world.public, "1.0")
    path = seen(part_of(client, "/r/alice/pub/-/tags", "tag-list"))
    assert client.get(path).status_code == 200


def test_a_search_of_tags_goes_on_with_the_same_search(world: World, client: Client) -> None:
    make_tag(world.public, "1.0")
    make_tag(world.public, "dev")
    response = part_of(client, "/r/alice/pub/-/tags?q=1&sort=name&client=docker", "tag-list")
    assert response.headers["HX-Replace-Url"] == "/r/alice/pub/-/tags?q=1&sort=name"
    assert seen(response).startswith("/r/alice/pub/-/tags?q=1&sort=name&seen=")
    assert "1 tag<" in response.content.decode()


def test_the_first_push_brings_the_page_of_tags_its_search(world: World, client: Client) -> None:
    bare = make_repository("alice/bare", visibility=Visibility.PUBLIC, pushed=False)
    page = client.get("/r/alice/bare/-/tags").content.decode()
    assert "tag-search" not in page
    make_tag(bare, "1.0")
    path = page.partition('id="no-tags"')[2].partition('hx-get="')[2].partition('"')[0]
    assert "tag-search" in part_of(client, path, "tags-body").content.decode()


def test_tags_are_offered_for_deletion_once_there_are_some(world: World, client: Client) -> None:
    client.force_login(world.alice)
    bare = make_repository("alice/bare", visibility=Visibility.PUBLIC, pushed=False)
    page = client.get("/r/alice/bare/-/tags").content.decode()
    assert "Deleted tags" in page
    assert "Delete tags" not in page
    assert "By pattern" not in client.get("/r/alice/bare/-/delete-tags").content.decode()
    make_tag(bare, "1.0")
    path = page.partition('id="no-tags"')[2].partition('hx-get="')[2].partition('"')[0]
    assert "Delete tags" in part_of(client, path, "tags-body").content.decode()
    assert "By pattern" in client.get("/r/alice/bare/-/delete-tags").content.decode()


def test_a_star_answers_the_button_with_the_new_number(world: World, client: Client) -> None:
    client.force_login(world.bob)
    response = client.post("/r/alice/pub/-/star", headers=asking("star"))
    text = response.content.decode()
    assert "<html" not in text
    assert 'hx-post="/r/alice/pub/-/unstar"' in text
    assert 'id="star-button"' in text
    assert ">1<" in text
    text = client.post("/r/alice/pub/-/unstar", headers=asking("star")).content.decode()
    assert 'hx-post="/r/alice/pub/-/star"' in text
    assert not Star.objects.exists()


def test_a_watch_answers_the_button_with_the_new_number(world: World, client: Client) -> None:
    client.force_login(world.alice)
    text = client.post("/r/alice/pub/-/watch", headers=asking("watch")).content.decode()
    assert 'hx-post="/r/alice/pub/-/unwatch"' in text
    assert "1<span" in text


def test_a_star_takes_the_token_of_forms_from_a_header(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.bob)
    page = client.get("/r/alice/pub").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    headers = asking("star")
    refused = client.post("/r/alice/pub/-/star", headers=headers)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (403, "#toasts")
    assert not Star.objects.exists()
    given = client.post("/r/alice/pub/-/star", headers={**headers, "X-CSRFToken": token})
    assert given.status_code == 200
    assert Star.objects.exists()


def test_whose_session_ended_goes_to_log_in_and_comes_back_to_the_page(
    world: World, client: Client
) -> None:
    response = client.post("/r/alice/pub/-/star", headers=asking("star"))
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["HX-Redirect"] == ("/accounts/login/?next=%2Fr%2Falice%2Fpub%3Ftab%3D1")
    assert "Location" not in response.headers


def test_the_dashboard_of_an_ended_session_is_not_filled_with_the_front_page(
    world: World, client: Client
) -> None:
    response = client.get("/", headers=asking("first-steps", "http://index.test/"))
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2F"
    assert response.content == b""


@pytest.mark.parametrize(
    "page", ["http://evil.example/r/x", "https://index.test.evil/", "http://index.test//evil", ""]
)
def test_after_logging_in_nobody_is_sent_elsewhere(world: World, client: Client, page: str) -> None:
    response = client.post("/r/alice/pub/-/star", headers=asking("star", page))
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2F"


def test_a_name_of_the_past_leads_the_whole_page_to_the_one_of_today(
    world: World, client: Client
) -> None:
    response = part_of(client, "/r/library/base", "overview")
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/r/base"


def test_a_refusal_is_a_toast_with_its_sentence(world: World, client: Client) -> None:
    make_grant(world.private, world.bob, Role.READER)
    client.force_login(world.bob)
    response = client.post("/r/alice/priv/-/delete", headers=asking("x"))
    text = response.content.decode()
    assert response.status_code == 403
    assert "Only admins of alice/priv can change it" in text
    assert "<html" not in text
    assert response.headers["HX-Reswap"] == "beforeend"


def test_others_get_redirects_and_pages_of_errors_as_ever(world: World, client: Client) -> None:
    assert client.post("/r/alice/pub/-/star").status_code == 302
    assert "<html" in client.get("/r/alice/nope").content.decode()
    assert "HX-Retarget" not in client.get("/r/alice/nope").headers


def test_while_one_types_half_a_search_is_no_error(world: World, client: Client) -> None:
    response = part_of(client, "/search?q=stars:", "search-below")
    assert response.status_code == 200
    assert 'id="search-problem"' in response.content.decode()
    assert client.get("/search?q=stars:").status_code == 400


def test_while_one_types_no_other_index_is_asked(
    world: World, client: Client, settings: Any
) -> None:
    settings.OTHER_INDEXES = {"There": "https://there.example"}
    assert 'data-behaviour="fragment"' in client.get("/search?q=pub").content.decode()
    text = part_of(client, "/search?q=pub", "search-below").content.decode()
    assert "/search/elsewhere?q=pub" in text
    assert 'data-behaviour="fragment"' not in text


def test_results_keep_the_address_and_the_title_and_tell_their_number(
    world: World, client: Client
) -> None:
    response = part_of(client, "/search?q=zzyzx&foo=1", "search-below")
    text = response.content.decode()
    assert response.headers["HX-Replace-Url"] == "/search?q=zzyzx"
    assert "<title>zzyzx: search" in text
    assert "0 repositories" in text.partition('id="search-news"')[2]


def test_private_repositories_are_found_in_parts_by_nobody_else(
    world: World, client: Client
) -> None:
    Repository.objects.filter(pk=world.private.pk).update(description="zzyzx")
    client.force_login(world.bob)
    text = part_of(client, "/search?q=priv", "search-below").content.decode()
    assert "alice/priv" not in text
