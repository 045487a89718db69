"""Settings of a repository: description, visibility, collaborators, deletion."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Visibility
from index.models import AccessGrant, Deletion, Registry, RepositoryState, Stage, Writers
from index.roles import Role
from search.upkeep import apply_changes
from tests.conftest import World
from tests.factories import make_grant, make_repository, make_tag

CHANGES = [
    "settings/description",
    "settings/visibility",
    "settings/mode",
    "settings/immutable-tags",
    "settings/grants",
    "delete",
]


@pytest.mark.parametrize(
    "operation",
    ["settings/description", "settings/visibility", "settings/mode", "settings/immutable-tags"],
)
def test_only_admins_may_change_and_others_read_whom_to_ask(
    world: World, client: Client, operation: str
) -> None:
    client.force_login(world.bob)
    response = client.post(f"/r/alice/pub/-/{operation}", {"visibility": "private"})
    assert response.status_code == 403
    assert "Ask an owner of alice" in response.content.decode()
    world.public.refresh_from_db()
    assert world.public.visibility == Visibility.PUBLIC


def test_a_writer_does_not_see_the_settings(world: World, client: Client) -> None:
    client.force_login(world.mia)
    assert "/-/settings" not in client.get("/r/acme/app").content.decode()
    assert client.get("/r/acme/app/-/settings").status_code == 403


@pytest.mark.parametrize("operation", CHANGES)
def test_anonymous_people_are_sent_to_log_in(world: World, client: Client, operation: str) -> None:
    response = client.post(f"/r/alice/pub/-/{operation}")
    assert response.headers["Location"].startswith("/accounts/login/")


def test_description_and_readme_are_saved(world: World, client: Client) -> None:
    client.force_login(world.alice)
    client.post("/r/alice/pub/-/settings/description", {"description": "Tiny", "readme": "# Hi"})
    page = client.get("/r/alice/pub").content.decode()
    assert "Tiny" in page
    assert "<h3>Hi</h3>" in page


def test_a_long_description_is_refused_with_the_typed_text_kept(
    world: World, client: Client
) -> None:
    client.force_login(world.alice)
    response = client.post("/r/alice/pub/-/settings/description", {"description": "x" * 101})
    page = response.content.decode()
    assert "Error: Settings of alice/pub" in page
    assert "x" * 101 in page
    assert 'aria-invalid="true"' in page


def test_visibility_changes(world: World, client: Client) -> None:
    client.force_login(world.alice)
    client.post("/r/alice/pub/-/settings/visibility", {"visibility": "private"})
    client.logout()
    assert client.get("/r/alice/pub").status_code == 404


def test_an_unknown_visibility_is_refused(world: World, client: Client) -> None:
    client.force_login(world.alice)
    client.post("/r/alice/pub/-/settings/visibility", {"visibility": "everyone"})
    world.public.refresh_from_db()
    assert world.public.visibility == Visibility.PUBLIC


def test_a_collaborator_gets_a_role_another_role_and_none(world: World, client: Client) -> None:
    client.force_login(world.alice)
    for role in ("reader", "writer"):
        client.post("/r/alice/priv/-/settings/grants", {"username": "bobby", "role": role})
    grant = AccessGrant.objects.get(repository=world.private)
    assert (grant.user, grant.role) == (world.bob, Role.WRITER)
    client.post(f"/r/alice/priv/-/settings/grants/{grant.pk}/delete")
    assert not AccessGrant.objects.filter(repository=world.private).exists()


@pytest.mark.parametrize("name", ["nobody", "dave", "alice", ""])
def test_nobody_unknown_disabled_or_the_owner_gets_a_role(
    world: World, client: Client, name: str
) -> None:
    client.force_login(world.alice)
    client.post("/r/alice/priv/-/settings/grants", {"username": name, "role": "reader"})
    assert not AccessGrant.objects.filter(repository=world.private).exists()


def test_a_grant_of_another_repository_is_not_found(world: World, client: Client) -> None:
    grant = make_grant(world.private, world.bob, Role.READER)
    client.force_login(world.olga)
    path = f"/r/acme/app/-/settings/grants/{grant.pk}/delete"
    assert client.post(path).status_code == 404
    assert AccessGrant.objects.filter(pk=grant.pk).exists()


def test_an_admin_by_grant_may_change_settings(world: World, client: Client) -> None:
    make_grant(world.private, world.bob, Role.ADMIN)
    client.force_login(world.bob)
    assert client.get("/r/alice/priv/-/settings").status_code == 200


@pytest.mark.parametrize("typed", ["", "pub", "Alice/pub", "alice/priv"])
def test_deletion_needs_the_exact_name(world: World, client: Client, typed: str) -> None:
    client.force_login(world.alice)
    assert client.post("/r/alice/pub/-/delete", {"name": typed}).status_code == 200
    assert not Deletion.objects.exists()


def test_a_deleted_repository_is_gone_at_once(world: World, client: Client) -> None:
    client.force_login(world.alice)
    response = client.post("/r/alice/pub/-/delete", {"name": "alice/pub"})
    assert response.headers["Location"] == "/trash"
    assert Deletion.objects.get().requested_by == world.alice
    world.public.refresh_from_db()
    assert world.public.state == RepositoryState.TRASHED
    assert client.get("/r/alice/pub").status_code == 404


def test_the_consequences_of_a_deletion_are_listed(world: World, client: Client) -> None:
    make_grant(world.private, world.bob, Role.READER)
    client.force_login(world.alice)
    page = client.get("/r/alice/priv/-/delete").content.decode()
    assert "bobby (reader)" in page
    assert 'data-expected="alice/priv"' in page


def test_a_repository_is_archived_and_says_so(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert "docker push" in client.get("/r/alice/priv").content.decode()
    client.post("/r/alice/pub/-/settings/mode", {"mode": "archived"})
    client.post("/r/alice/priv/-/settings/mode", {"mode": "read-only"})
    apply_changes()
    for path in ("/r/alice/pub", "/r/alice/pub/-/tags", "/u/alice", "/explore", "/search?q=pub"):
        assert "Archived</span>" in client.get(path).content.decode(), path
    page = client.get("/r/alice/priv").content.decode()
    assert "Read-only</span>" in page
    assert "docker push" not in page
    assert "Open it again" in page
    client.logout()
    page = client.get("/r/alice/pub").content.decode()
    assert "This repository is archived" in page
    assert "Open it again" not in page


def test_an_unknown_mode_is_refused(world: World, client: Client) -> None:
    client.force_login(world.alice)
    response = client.post("/r/alice/pub/-/settings/mode", {"mode": "frozen"})
    assert "Error: Settings" in response.content.decode()
    world.public.refresh_from_db()
    assert world.public.mode == "open"


def test_patterns_are_kept_and_their_tags_marked(world: World, client: Client) -> None:
    for name in ("v1", "latest"):
        make_tag(world.public, name)
    client.force_login(world.alice)
    typed = "v*\r\n\r\n  1.2.3 \r\n"
    client.post("/r/alice/pub/-/settings/immutable-tags", {"patterns": typed})
    world.public.refresh_from_db()
    assert world.public.immutable_tags == ["v*", "1.2.3"]
    page = client.get("/r/alice/pub/-/settings").content.decode()
    assert "v*\n1.2.3</textarea>" in page
    preview = client.get("/r/alice/pub/-/delete").content.decode()
    assert "1 of the tags is immutable, and goes too" in preview
    for path in ("/r/alice/pub", "/r/alice/pub/-/tags"):
        rows = client.get(path).content.decode().split('<th scope="row">')[1:]
        marked = {re.sub("<[^>]+>", " ", row).split()[0]: "immutable</span>" in row for row in rows}
        assert marked == {"v1": True, "latest": False}


def test_a_wrong_pattern_is_refused_with_what_was_typed(world: World, client: Client) -> None:
    client.force_login(world.alice)
    response = client.post("/r/alice/pub/-/settings/immutable-tags", {"patterns": "v*\n<b>"})
    page = response.content.decode()
    assert "is no pattern of tags" in page
    assert "v*\n&lt;b&gt;</textarea>" in page
    world.public.refresh_from_db()
    assert world.public.immutable_tags == []


def test_who_may_push_by_role_reads_why_the_registry_takes_nothing(
    world: World, client: Client
) -> None:
    Registry.objects.update(stage=Stage.RELEASE, writers=Writers.BUILDERS)
    empty = make_repository("alice/empty", pushed=False, visibility=Visibility.PUBLIC)
    client.force_login(world.alice)
    page = client.get(f"/r/{empty}").content.decode()
    assert "takes writes from build servers alone" in page
    assert "docker push" not in page
    assert (
        "takes writes from build servers alone"
        in client.get(f"/r/{empty}/-/settings").content.decode()
    )
    client.logout()
    page = client.get(f"/r/{empty}").content.decode()
    assert "<dd>Release</dd>" in page
    assert "takes writes from build servers alone" not in page


@pytest.mark.parametrize("is_administrator", [False, True])
def test_every_section_that_is_listed_beside_the_settings_is_there(
    world: World, client: Client, *, is_administrator: bool
) -> None:
    world.alice.is_superuser = is_administrator
    world.alice.save()
    client.force_login(world.alice)
    page = client.get("/r/alice/pub/-/settings").content.decode()
    listed = re.findall(r'<li><a href="#([a-z]+)">', page)
    assert ("place" in listed) == is_administrator
    assert len(listed) > 10
    assert [anchor for anchor in listed if f'id="{anchor}"' not in page] == []
