"""The page of a repository, its tags and stars."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Visibility
from index.models import Manifest, Repository, Star, Tag
from tests.conftest import World
from tests.factories import make_digest, make_repository, make_tag

UNSEEN = ["alice/priv", "alice/nope"]


def test_the_page_shows_how_to_pull(world: World, client: Client) -> None:
    make_tag(world.public, "1.0", pushed_by=world.alice)
    page = client.get("/r/alice/pub").content.decode()
    assert "docker pull index.test/<wbr>alice/<wbr>pub:1.0" in page
    assert "linux/amd64" in page
    assert "5 MB" in page
    assert make_digest("alice/pub:1.0") in page


def test_latest_is_the_tag_to_pull_where_there_is_one(world: World, client: Client) -> None:
    make_tag(world.public, "latest")
    make_tag(world.public, "2.0")
    assert "pub:latest" in client.get("/r/alice/pub").content.decode()


@pytest.mark.parametrize("suffix", ["", "/-/tags", "/-/settings"])
def test_private_and_unknown_repositories_look_alike(
    world: World, client: Client, suffix: str
) -> None:
    client.force_login(world.bob)
    bodies = []
    for name in UNSEEN:
        response = client.get(f"/r/{name}{suffix}")
        assert response.status_code == 404
        bodies.append(_masked(response.content.decode(), name))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("suffix", ["/-/star", "/-/unstar", "/-/delete", "/-/settings/visibility"])
def test_private_and_unknown_repositories_refuse_changes_alike(
    world: World, client: Client, suffix: str
) -> None:
    client.force_login(world.bob)
    assert {client.post(f"/r/{name}{suffix}").status_code for name in UNSEEN} == {404}
    assert not Star.objects.exists()


def test_the_registry_is_named_to_who_may_administer_alone(world: World, client: Client) -> None:
    assert "Kept by" not in client.get("/r/alice/pub").content.decode()
    client.force_login(world.alice)
    assert "Kept by" in client.get("/r/alice/pub").content.decode()


def test_library_names_lead_to_the_official_image(world: World, client: Client) -> None:
    assert client.get("/r/library/base").headers["Location"] == "/r/base"
    assert "Official" in client.get("/r/base").content.decode()


def test_an_empty_repository_shows_the_commands_to_push(world: World, client: Client) -> None:
    client.force_login(world.alice)
    page = client.get("/r/alice/priv").content.decode()
    assert "docker push index.test/<wbr>alice/<wbr>priv:latest" in page


def test_an_index_lists_its_platforms_without_attestations(world: World, client: Client) -> None:
    _push_index(world.public)
    page = client.get("/r/alice/pub").content.decode()
    assert "2 platforms" in page
    assert "linux/arm64/v8" in page
    assert "unknown/unknown" not in page
    assert "3 to 4 MB" in page


def test_many_tags_come_in_pages(world: World, client: Client) -> None:
    for number in range(30):
        make_tag(world.public, f"1.{number}")
    assert "All 30 tags" in client.get("/r/alice/pub").content.decode()
    page = client.get("/r/alice/pub/-/tags").content.decode()
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page


def test_a_star_counts_once_and_can_be_taken_back(world: World, client: Client) -> None:
    client.force_login(world.bob)
    for _ in range(2):
        assert client.post("/r/alice/pub/-/star").headers["Location"] == "/r/alice/pub"
    assert _stars(world.public) == 1
    assert "take the star back" in client.get("/r/alice/pub").content.decode()
    for _ in range(2):
        client.post("/r/alice/pub/-/unstar")
    assert _stars(world.public) == 0


def test_a_star_needs_an_account(world: World, client: Client) -> None:
    response = client.post("/r/alice/pub/-/star")
    assert response.headers["Location"].startswith("/accounts/login/")
    assert "/accounts/login/?next=/r/alice/pub" in client.get("/r/alice/pub").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/r/alice/pub/-/star",
        "/r/alice/pub/-/unstar",
        "/r/alice/pub/-/settings/visibility",
        "/r/alice/pub/-/settings/description",
        "/r/alice/pub/-/settings/grants",
        "/theme",
    ],
)
def test_nothing_changes_by_get(world: World, client: Client, path: str) -> None:
    client.force_login(world.alice)
    response = client.get(path)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


def test_free_text_is_escaped(world: World, client: Client) -> None:
    world.public.description = "<script>alert(1)</script>"
    world.public.readme = "# Hi\n\n<script>alert(2)</script><img src=x onerror=alert(3)>"
    world.public.save()
    page = client.get("/r/alice/pub").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "alert(2)" not in page
    assert "onerror" not in page
    assert page.count("<h1") == 1


def test_pages_about_someone_are_not_kept_by_caches(world: World, client: Client) -> None:
    response = client.get("/r/alice/pub")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]


def _masked(page: str, name: str) -> str:
    lines = re.sub("<code>[0-9a-f]{32}</code>", "", page).replace(name, "NAME").splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)


def _stars(repository: Repository) -> int:
    repository.refresh_from_db()
    assert repository.star_count == repository.stars.count()
    return repository.star_count


def _push_index(repository: Repository) -> Tag:
    children = []
    for platform, size in (("linux/amd64", 3_000_000), ("linux/arm64/v8", 4_000_000)):
        digest = make_digest(platform)
        Manifest.objects.create(
            repository=repository, digest=digest, media_type="m", size=size, platform=platform
        )
        children.append({"digest": digest, "platform": platform})
    children.append({"digest": make_digest("a"), "platform": "unknown/unknown"})
    index = Manifest.objects.create(
        repository=repository, digest=make_digest("i"), media_type="i", children=children
    )
    return Tag.objects.create(
        repository=repository, name="1.0", manifest=index, pushed_at=timezone.now()
    )


def test_an_internal_repository_is_for_who_is_logged_in(world: World, client: Client) -> None:
    make_repository("alice/inside", visibility=Visibility.INTERNAL)
    assert client.get("/r/alice/inside").status_code == 404
    client.force_login(world.bob)
    assert client.get("/r/alice/inside").status_code == 200


def test_who_had_to_log_in_first_finds_the_way_back(world: World, client: Client) -> None:
    client.force_login(world.bob)
    assert "Back to alice/pub" in client.get("/r/alice/pub/-/star").content.decode()
