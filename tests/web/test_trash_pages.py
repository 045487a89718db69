"""Pages of the trash: who sees it, what is had back, and what goes for good."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.flows.delete_tags import delete_tags
from index.models import BlobLink, Deletion, RepositoryState, RetentionRule, TagDeletion
from index.roles import Role
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_grant, make_tag


@pytest.fixture
def gone(world: World) -> Deletion:
    """acme/app in the trash."""
    return request_deletion(world.app, by=Principal(world.olga))


def test_the_preview_says_what_goes_what_stays_and_who_loses_access(
    world: World, client: Client
) -> None:
    make_tag(world.app, "v1")
    client.force_login(world.olga)
    page = strip_tags(client.get("/r/acme/app/-/delete").content.decode())
    for words in (
        "1 tag on 1 manifest",
        "devs (writer)",
        "keep theirs",
        "7 days",
        "storage counts",
    ):
        assert words in page


def test_looking_at_previews_deletes_nothing(world: World, client: Client) -> None:
    make_tag(world.app, "v1")
    client.force_login(world.olga)
    for path in ("delete?name=acme/app", "delete-tags?tag=v1", "settings/retention?pattern=*"):
        assert client.get(f"/r/acme/app/-/{path}").status_code == 200
    assert not Deletion.objects.exists()
    assert world.app.tags.exists()


def test_the_preview_names_no_repository_that_its_reader_may_not_see(
    world: World, client: Client
) -> None:
    make_grant(world.public, world.bob, Role.ADMIN)
    for repository in (world.public, world.private):
        BlobLink.objects.create(repository=repository, digest="sha256:" + "1" * 64, size=5)
    client.force_login(world.bob)
    assert "alice/priv" not in client.get("/r/alice/pub/-/delete").content.decode()
    client.force_login(world.alice)
    assert "alice/priv" in client.get("/r/alice/pub/-/delete").content.decode()


def test_owners_find_it_in_their_trash_and_administrators_in_everybodys(
    world: World, gone: Deletion, client: Client
) -> None:
    for person, path, seen in (
        (world.olga, "/trash", True),
        (world.mia, "/trash", False),
        (world.bob, "/trash", False),
        (world.root, "/trash", False),
        (world.root, "/manage/trash", True),
    ):
        client.force_login(person)
        assert ("acme/app" in client.get(path).content.decode()) is seen, (person, path)


def test_it_is_taken_out_with_one_button(world: World, gone: Deletion, client: Client) -> None:
    client.force_login(world.olga)
    response = client.post(f"/trash/{gone.pk}/restore")
    assert response.headers["Location"] == "/r/acme/app"
    assert client.get("/r/acme/app").status_code == 200


def test_deleting_it_for_good_wants_a_recent_log_in(
    world: World, gone: Deletion, client: Client
) -> None:
    client.force_login(world.olga)
    response = client.post(f"/trash/{gone.pk}/purge")
    assert "reauthenticate" in response.headers["Location"]
    world.app.refresh_from_db()
    assert world.app.state == RepositoryState.TRASHED
    confirm(client)
    client.post(f"/trash/{gone.pk}/purge")
    world.app.refresh_from_db()
    assert world.app.state != RepositoryState.TRASHED


@pytest.mark.parametrize("what", ["restore", "purge"])
@pytest.mark.parametrize("who", ["mia", "bob"])
def test_others_find_nothing_in_it(
    world: World, gone: Deletion, client: Client, what: str, who: str
) -> None:
    person = world.person(who)
    assert person
    client.force_login(person)
    confirm(client)
    assert client.post(f"/trash/{gone.pk}/{what}").status_code == 404
    assert client.get(f"/trash/{gone.pk}/{what}").status_code == 405


def test_tags_are_chosen_previewed_and_deleted(world: World, client: Client) -> None:
    for name in ("v1", "v2", "other"):
        make_tag(world.app, name)
    client.force_login(world.olga)
    page = client.get("/r/acme/app/-/delete-tags?pattern=v*&tag=gone").content.decode()
    digest = world.app.tags.get(name="v1").manifest.digest
    assert f'value="v1@{digest}"' in page
    assert 'value="other@' not in page
    client.post("/r/acme/app/-/delete-tags", {"tag": [f"v1@{digest}"]})
    assert set(world.app.tags.values_list("name", flat=True)) == {"v2", "other"}
    assert "v1" in client.get("/r/acme/app/-/deleted-tags").content.decode()


def test_a_tag_that_moved_since_the_preview_stays(world: World, client: Client) -> None:
    make_tag(world.app, "v1")
    client.force_login(world.olga)
    response = client.post(
        "/r/acme/app/-/delete-tags", {"tag": ["v1@sha256:" + "0" * 64]}, follow=True
    )
    assert "pushed again since you looked" in response.content.decode()
    assert world.app.tags.count() == 1


@pytest.mark.parametrize("pattern", ["**", "%20%20<script>", "é", "-x"])
def test_a_pattern_that_is_none_is_refused_with_what_was_typed(
    world: World, client: Client, pattern: str
) -> None:
    make_tag(world.app, "v1")
    client.force_login(world.olga)
    response = client.get(f"/r/acme/app/-/delete-tags?pattern={pattern}")
    assert response.status_code == 200
    assert "aria-invalid" in response.content.decode()
    assert "<script>" not in response.content.decode()


def test_a_deleted_tag_of_another_repository_is_not_found(world: World, client: Client) -> None:
    make_tag(world.private, "v1")
    [deletion] = delete_tags(world.private, {"v1": ""}, by=Principal(world.alice))
    client.force_login(world.olga)
    path = f"/r/acme/app/-/deleted-tags/{deletion.pk}/restore"
    assert client.post(path).status_code == 404
    assert TagDeletion.objects.get().state == "untagging"


def test_a_rule_is_saved_once_its_dry_run_was_seen(world: World, client: Client) -> None:
    for name in ("v1", "v2"):
        make_tag(world.app, name)
    client.force_login(world.olga)
    wanted = {"pattern": "v*", "newest": "1"}
    page = client.post("/r/acme/app/-/settings/retention", wanted)
    assert "1 tag would go" in page.content.decode()
    assert "the newest of v*" in page.content.decode()
    assert not RetentionRule.objects.exists()
    forged = client.post("/r/acme/app/-/settings/retention", {**wanted, "save": "yes"})
    assert "See first what the rule would delete" in forged.content.decode()
    seen = page.context["seen"]
    client.post("/r/acme/app/-/settings/retention", {**wanted, "save": "yes", "seen": seen})
    rule = RetentionRule.objects.get()
    assert "The next run" in client.get("/r/acme/app/-/settings/retention").content.decode()
    client.post(f"/r/acme/app/-/settings/retention/{rule.pk}/delete")
    assert not RetentionRule.objects.exists()
