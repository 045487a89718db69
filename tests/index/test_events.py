"""Notifications of registries: who may send, and what becomes of them (cases 32, 34)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DataError
from django.test import Client
from django.utils import timezone

from accounts.models import Namespace, RobotAccount
from index.events import lane
from index.flows import receive_notification as receive_module
from index.flows.receive_notification import apply_inbox
from index.models import (
    BlobLink,
    Deletion,
    Notification,
    RegistryEvent,
    Repository,
    RepositoryState,
    Tag,
)
from index.models.notification import NotificationState
from tests.conftest import World
from tests.factories import EVENTS_SECRET, make_digest, make_envelope, make_event

DIGEST = make_digest("image")


@pytest.fixture(autouse=True)
def _applied_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker looks into the inbox after each notification."""
    monkeypatch.setattr(lane, "wake_worker", apply_inbox)


def send(client: Client, body: bytes, *, registry: str = "east", secret: str | None = None) -> int:
    """POST a notification; return the status."""
    bearer = f"Bearer {EVENTS_SECRET + registry if secret is None else secret}"
    return client.post(
        f"/events/{registry}",
        body,
        content_type="application/vnd.docker.distribution.events.v1+json",
        headers={"Authorization": bearer},
    ).status_code


def push(repository: str = "alice/priv", tag: str = "latest", **target: Any) -> dict[str, Any]:
    """A push of a tag."""
    return make_event("push", repository, digest=DIGEST, tag=tag, **target)


def test_a_push_makes_a_tag_and_says_who_and_when(world: World, client: Client) -> None:
    body = make_envelope(push(actor=f"user:{world.alice.pk}"))
    assert send(client, body) == 202
    tag = Tag.objects.get(repository=world.private)
    assert (tag.name, tag.manifest.digest, tag.pushed_by) == ("latest", DIGEST, world.alice)


@pytest.mark.parametrize("media_type", ["application/vnd.oci.image.index.v1+json",
                                        "application/vnd.oci.image.manifest.v1+json"])  # fmt: skip
def test_oci_pushes_count_too(world: World, client: Client, media_type: str) -> None:
    send(client, make_envelope(push(mediaType=media_type)))
    assert Tag.objects.filter(repository=world.private).exists()


@pytest.mark.parametrize("secret", ["", "wrong", EVENTS_SECRET + "west"])
def test_a_wrong_secret_is_401_and_writes_nothing(
    world: World, client: Client, secret: str
) -> None:
    assert send(client, make_envelope(push()), secret=secret) == 401
    assert not Notification.objects.exists()


def test_an_unknown_registry_is_401(world: World, client: Client) -> None:
    assert send(client, make_envelope(push()), registry="north") == 401


def test_both_secrets_are_valid_while_one_replaces_the_other(world: World, client: Client) -> None:
    world.east.previous_events_secret_digest = world.east.events_secret_digest
    world.east.events_secret_digest = make_digest("new")[7:]
    world.east.save()
    assert send(client, make_envelope(push())) == 202


def test_an_event_about_a_repository_of_another_registry_is_ignored(
    world: World, client: Client
) -> None:
    assert send(client, make_envelope(push("alice/priv")), registry="west") == 202
    assert not Tag.objects.exists()


@pytest.mark.parametrize("name", ["alice/unknown", "ghost/app", "../etc", "library/base"])
def test_events_create_no_repositories(world: World, client: Client, name: str) -> None:
    before = Repository.objects.count()
    send(client, make_envelope(push(name), make_event("pull", name, digest=DIGEST)))
    assert Repository.objects.count() == before


@pytest.mark.parametrize("actor", ["", "alice", "user:999999", "user:x", "waybill?", "user:-1"])
def test_an_unknown_actor_is_unknown_and_never_the_owner(
    world: World, client: Client, actor: str
) -> None:
    send(client, make_envelope(push(actor=actor)))
    assert Tag.objects.get().pushed_by is None


def test_our_own_requests_do_not_count(world: World, client: Client) -> None:
    send(client, make_envelope(make_event("pull", "alice/priv", digest=DIGEST, actor="waybill")))
    world.private.refresh_from_db()
    assert world.private.pull_count == 0


def test_pulls_are_counted_once_and_looks_are_not(world: World, client: Client) -> None:
    pull = make_event("pull", "alice/priv", digest=DIGEST)
    look = make_event("pull", "alice/priv", digest=DIGEST, method="HEAD")
    blob = make_event("pull", "alice/priv", digest=DIGEST, mediaType="application/octet-stream")
    for _ in range(3):
        send(client, make_envelope(pull, look, blob))
    world.private.refresh_from_db()
    assert world.private.pull_count == 1


def test_the_latest_push_has_the_tag_whatever_comes_first(world: World, client: Client) -> None:
    older = push(timestamp="2026-01-01T10:00:00.123456789Z")
    newer = make_event("push", "alice/priv", digest=make_digest("newer"), tag="latest",
                       timestamp="2026-01-02T10:00:00Z")  # fmt: skip
    for event in (newer, older):
        send(client, make_envelope(event))
    assert Tag.objects.get().manifest.digest == make_digest("newer")


def test_deleting_a_tag_leaves_its_siblings(world: World, client: Client) -> None:
    send(client, make_envelope(push(tag="a"), push(tag="b")))
    send(client, make_envelope(make_event("delete", "alice/priv", tag="a", mediaType="")))
    assert list(Tag.objects.values_list("name", flat=True)) == ["b"]


def test_deleting_a_manifest_takes_its_tags_along(world: World, client: Client) -> None:
    send(client, make_envelope(push(tag="a"), push(tag="b")))
    send(client, make_envelope(make_event("delete", "alice/priv", digest=DIGEST, mediaType="")))
    assert not Tag.objects.exists()


def test_blobs_are_remembered_for_the_day_of_deletion(world: World, client: Client) -> None:
    blob = {"digest": make_digest("layer"), "mediaType": "application/octet-stream"}
    send(client, make_envelope(make_event("push", "alice/priv", **blob),
                               make_event("mount", "alice/pub", **blob)))  # fmt: skip
    names = BlobLink.objects.values_list("repository__name", flat=True)
    assert sorted(names) == ["alice/priv", "alice/pub"]


POISON = [
    b"", b"null", b"[]", b"{", b'{"events": null}', b'{"events": {}}', b'"x"', b"\xff\xfe",
    b"[" * 100_000, b'{"events": ' + b"[" * 100_000, json.dumps({"events": [0] * 10_000}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("body", POISON, ids=range(len(POISON)))
def test_what_cannot_be_read_is_kept_in_quarantine_and_blocks_nothing(
    world: World, client: Client, body: bytes
) -> None:
    assert send(client, body) == 202
    assert Notification.objects.get().state == NotificationState.QUARANTINED
    send(client, make_envelope(push()))
    assert Tag.objects.exists()


ODD: list[Any] = [
    {"id": "1"}, None, 7, "x", [], {"id": "1", "action": "push"},
    make_event("push", "alice/priv", digest=DIGEST, tag="a\0b"),
    make_event("push", "alice/priv", digest="sha256:\ud800", tag="x"),
    make_event("explode", "alice/priv", digest=DIGEST),
    {**make_event("push", "alice/priv", digest=DIGEST), "target": None},
    {**push(), "id": "\0"}, {**push(), "id": "x" * 5000}, {**push(), "timestamp": "\ud800"},
    {**push(), "timestamp": "9999-99-99T99:99:99Z"}, {**push(), "actor": {"name": "\0"}},
    {**push(), "request": {"useragent": "\0\ud800" + "x" * 100_000}},
]  # fmt: skip


@pytest.mark.parametrize("event", ODD, ids=range(len(ODD)))
def test_an_odd_event_never_stops_the_good_one_beside_it(
    world: World, client: Client, event: Any
) -> None:
    body = json.dumps({"events": [event, push("alice/pub", tag="good")]}).encode()
    assert send(client, body) == 202
    assert Tag.objects.filter(repository=world.public, name="good").exists()
    assert not Notification.objects.exists()


def test_a_body_above_the_limit_is_413(world: World, client: Client) -> None:
    assert send(client, b"x" * (1024 * 1024 + 1)) == 413


def test_an_event_is_applied_once_by_its_id(world: World, client: Client) -> None:
    event = push(event_id="one")
    for _ in range(2):
        send(client, make_envelope(event))
    assert RegistryEvent.objects.count() == 1


def test_an_event_from_the_future_counts_as_now(world: World, client: Client) -> None:
    send(client, make_envelope(push(timestamp="2099-01-01T00:00:00Z")))
    send(client, make_envelope(make_event("push", "alice/priv", digest=make_digest("b"),
                                          tag="latest")))  # fmt: skip
    assert Tag.objects.get().manifest.digest == make_digest("b")


def test_a_very_long_media_type_is_cut(world: World, client: Client) -> None:
    long = "application/vnd.oci.image.manifest.v1+json" + "x" * 250
    send(client, make_envelope(push(mediaType=long)))
    assert Tag.objects.get().manifest.media_type == long[:255]


def test_an_event_older_than_the_repository_is_about_another_one(
    world: World, client: Client
) -> None:
    send(client, make_envelope(push(timestamp="2020-01-01T00:00:00Z")))
    assert not Tag.objects.exists()


def test_an_upload_that_ends_after_the_deletion_is_deleted_as_well(
    world: World, client: Client
) -> None:
    deletion = Deletion.objects.create(repository=world.private, finished_at=timezone.now())
    Repository.objects.filter(pk=world.private.pk).update(state=RepositoryState.DELETED)
    blob = make_event("push", "alice/priv", digest=DIGEST, mediaType="application/octet-stream")
    send(client, make_envelope(blob))
    deletion.refresh_from_db()
    world.private.refresh_from_db()
    assert (deletion.finished_at, world.private.state) == (None, RepositoryState.DELETING)
    assert world.private.blob_links.get().digest == DIGEST


def test_what_the_database_refuses_is_quarantined(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        message = "value too long"
        raise DataError(message)

    monkeypatch.setattr(receive_module, "apply_events", refuse)
    assert send(client, make_envelope(push())) == 202
    assert Notification.objects.get().state == NotificationState.QUARANTINED


@pytest.mark.parametrize(
    ("visibility", "shown"),
    [
        ("private", "by acme+ci"),
        ("public", "by a robot of acme"),
        ("internal", "by a robot of acme"),
    ],
)
def test_a_robots_push_is_its_own_and_its_name_stays_among_its_people(
    world: World, client: Client, visibility: str, shown: str
) -> None:
    namespace = Namespace.objects.get(name="acme")
    robot = RobotAccount.objects.create(namespace=namespace, name="ci")
    send(client, make_envelope(push("acme/app", "1.0", actor=f"robot:{robot.pk}")))
    assert Tag.objects.get(name="1.0").pushed_by_robot == robot
    Repository.objects.filter(pk=world.app.pk).update(visibility=visibility)
    client.force_login(world.rita)
    page = client.get("/r/acme/app/-/tags").content.decode()
    assert shown in page
    assert ("acme+ci" in page) == (visibility == "private")
