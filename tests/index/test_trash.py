"""The trash of repositories: closed at once, had back exactly as before, emptied when its time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent, Visibility
from accounts.principals import Principal
from index.errors import Denied, InTrash, NameTaken, OverQuota
from index.explanation.asked import Insight, find_asked
from index.explanation.explain import explain
from index.explanation.question import parse_question
from index.flows.change_repository import change_visibility
from index.flows.close_account import close_account, consequences_of_closing
from index.flows.create_repository import create_repository
from index.flows.delete_organization import delete_organization
from index.flows.delete_repository import claim, continue_deletion, request_deletion
from index.flows.restore_repository import purge_now, restore_repository, warn_of_purge
from index.flows.star_repository import star
from index.models import (
    AccessGrant,
    Activity,
    Deletion,
    Move,
    MoveState,
    Repository,
    RepositoryState,
)
from index.names import parse_repository_name
from index.tasks import sweep_deletions
from index.trash import due_for_warning, trash_of
from search.upkeep import apply_changes
from tests.clients import get_token, granted
from tests.conftest import World
from tests.factories import make_plan, make_tag
from tests.registry_stub import RegistryStub, serve

NAME = "acme/app"


def trashed(world: World) -> Deletion:
    """Let olga delete acme/app."""
    return request_deletion(world.app, by=Principal(world.olga))


def state(world: World) -> str:
    """Return the state of acme/app."""
    world.app.refresh_from_db()
    return world.app.state


def test_a_deleted_repository_lies_in_the_trash_for_some_days(world: World, settings: Any) -> None:
    settings.TRASH_DAYS = 3
    deletion = trashed(world)
    assert state(world) == RepositoryState.TRASHED
    left = deletion.purge_after - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


def test_without_a_trash_it_is_deleted_at_once(world: World, settings: Any) -> None:
    settings.TRASH_DAYS = 0
    deletion = trashed(world)
    assert state(world) == RepositoryState.DELETING
    assert claim(deletion.pk)


def test_tokens_routes_and_lists_stop_with_the_request(world: World, client: Client) -> None:
    apply_changes()  # so that they could be found
    trashed(world)
    response = get_token(client, f"repository:{NAME}:pull,push,delete", user=world.mia)
    assert granted(response) == {}
    for person in (world.olga, world.root, world.mia):
        assert not Repository.objects.visible_to(Principal(person)).filter(name=NAME).exists()
    client.force_login(world.olga)
    assert client.get(f"/r/{NAME}").status_code == 404
    assert NAME not in client.get("/o/acme").content.decode()
    assert NAME not in client.get("/search?q=app").content.decode()
    request_deletion(world.public, by=Principal(world.alice))
    for path in (
        "/search?q=pub",
        "/v1/search?q=pub",
        "/u/alice",
        "/explore",
        "/api/v1/repositories",
    ):
        assert "alice/pub" not in Client().get(path).content.decode(), path


def test_the_name_stays_taken(world: World) -> None:
    trashed(world)
    with pytest.raises(NameTaken, match="in the trash"):
        create_repository(parse_repository_name(NAME), by=Principal(world.olga))


def test_nothing_is_emptied_before_its_time(world: World) -> None:
    with serve(RegistryStub()) as stub:
        world.east.upstream_url = stub.url
        world.east.save()
        deletion = trashed(world)
        assert claim(deletion.pk) is None
        sweep_deletions()
        assert stub.requests == []
        with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
            sweep_deletions()
    assert state(world) == RepositoryState.DELETED


def test_taken_out_it_is_exactly_as_before(world: World, client: Client) -> None:
    make_tag(world.app, "v1", pushed_by=world.mia)
    star(world.app, by=Principal(world.mia))
    before = everything_of(world.app)
    trashed(world)
    restore_repository(world.app, by=Principal(world.olga))
    assert everything_of(world.app) == before
    assert not Deletion.objects.exists()
    response = get_token(client, f"repository:{NAME}:pull,push", user=world.mia)
    assert granted(response) == {NAME: ["pull", "push"]}


def everything_of(repository: Repository) -> list[object]:
    """Return the row and all that hangs on it."""
    row = Repository.objects.filter(pk=repository.pk).values()
    hanging = (repository.tags, repository.stars, repository.grants, repository.manifests)
    return [*row, *(list(rows.order_by("pk").values()) for rows in hanging)]


def test_both_ways_are_news_and_are_accounted_for(world: World) -> None:
    trashed(world)
    restore_repository(world.app, by=Principal(world.olga))
    kinds = Activity.objects.order_by("pk").values_list("kind", "actor_name")
    assert list(kinds) == [("repository.trashed", "olga"), ("repository.restored", "olga")]
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["repository:trashed", "repository:restored"]


def test_once_more_is_refused_and_says_what_to_do(world: World) -> None:
    trashed(world)
    with pytest.raises(InTrash, match=r"in the trash already, until .* take it out"):
        trashed(world)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("flow", [restore_repository, purge_now])
@pytest.mark.parametrize("who", ["mia", "rita", "bob"])
def test_only_its_admins_have_it_back_or_delete_it_for_good(
    world: World, flow: Callable[..., object], who: str
) -> None:
    trashed(world)
    assert not trash_of(Principal(world.person(who))).exists()
    with pytest.raises(Denied):
        flow(world.app, by=Principal(world.person(who)))
    assert state(world) == RepositoryState.TRASHED


def test_it_is_deleted_for_good_before_its_time_on_demand(world: World) -> None:
    trashed(world)
    deletion = purge_now(world.app, by=Principal(world.olga))
    assert state(world) == RepositoryState.DELETING
    assert claim(deletion.pk)
    with pytest.raises(InTrash):
        restore_repository(world.app, by=Principal(world.olga))


def test_once_a_worker_has_begun_it_is_too_late(world: World) -> None:
    deletion = trashed(world)
    with time_machine.travel(deletion.purge_after + timedelta(minutes=1)):
        assert claim(deletion.pk)
        with pytest.raises(InTrash):
            restore_repository(world.app, by=Principal(world.olga))


def test_what_was_taken_out_is_not_deleted_by_a_late_worker(world: World) -> None:
    deletion = trashed(world)
    restore_repository(world.app, by=Principal(world.olga))
    with time_machine.travel(deletion.purge_after + timedelta(minutes=1)):
        assert claim(deletion.pk) is None
    assert state(world) == RepositoryState.ACTIVE


def test_what_lies_in_the_trash_counts_for_the_plan(world: World) -> None:
    namespace = world.acme.namespace
    namespace.plan = make_plan("one", private_repositories=1)
    namespace.save()
    trashed(world)
    with pytest.raises(OverQuota):
        create_repository(parse_repository_name("acme/next"), by=Principal(world.olga))
    restore_repository(world.app, by=Principal(world.olga))
    change_visibility(world.app, by=Principal(world.olga), visibility=Visibility.PUBLIC)
    create_repository(parse_repository_name("acme/next"), by=Principal(world.olga))


def test_owners_hear_of_what_somebody_else_deleted(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_deletion(world.app, by=Principal(world.root))
        request_deletion(world.private, by=Principal(world.alice))
    [message] = mail.outbox
    assert message.to == ["olga@example.com"]
    assert "rooty has deleted the repository acme/app" in message.body
    assert "/trash" in message.body


def test_owners_are_warned_once_a_day_before(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    deletion = trashed(world)
    assert due_for_warning() == []
    with (
        time_machine.travel(deletion.purge_after - timedelta(hours=20)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        for deletion_id in due_for_warning() * 2:
            warn_of_purge(deletion_id)
    assert [message.to for message in mail.outbox] == [["olga@example.com"]]
    assert "deleted for good" in mail.outbox[0].body


def test_nobody_is_warned_of_what_was_to_go_within_a_day(world: World, settings: Any) -> None:
    settings.TRASH_DAYS = 1
    trashed(world)
    assert due_for_warning() == []


def test_the_trash_of_a_deleted_organization_goes_when_its_time_is_over(world: World) -> None:
    deletion = trashed(world)
    delete_organization(world.acme, by=Principal(world.olga))
    assert state(world) == RepositoryState.TRASHED
    assert claim(deletion.pk) is None
    with time_machine.travel(deletion.purge_after + timedelta(minutes=1)):
        assert claim(deletion.pk)
    assert state(world) == RepositoryState.DELETING


def test_a_closed_account_keeps_no_trash(world: World) -> None:
    request_deletion(world.public, by=Principal(world.alice))
    told = consequences_of_closing(world.alice)
    assert (told.repositories, told.trash) == ([world.private], 1)
    close_account(by=Principal(world.alice), typed="alice")
    states = Repository.objects.filter(namespace__user=world.alice).values_list("state", flat=True)
    assert set(states) == {RepositoryState.DELETING}


def test_both_copies_of_a_repository_that_is_being_moved_are_emptied(world: World) -> None:
    Move.objects.create(
        repository=world.app,
        source=world.east,
        target=world.west,
        state=MoveState.FLIPPED,
        flipped_at=timezone.now(),
    )
    with serve(RegistryStub()) as east, serve(RegistryStub()) as west:
        for registry, stub in ((world.east, east), (world.west, west)):
            registry.upstream_url = stub.url
            registry.save()
            stub.push_image(NAME, "latest")
        deletion = request_deletion(world.app, by=Principal(world.olga), at_once=True)
        claimed = claim(deletion.pk)
        assert claimed
        continue_deletion(claimed)
        assert [held[NAME] for held in (east.manifests, west.manifests)] == [{}, {}]
        assert [held[NAME] for held in (east.blobs, west.blobs)] == [{}, {}]
    assert state(world) == RepositoryState.DELETED
    assert Move.objects.get().state == MoveState.CANCELLED


def test_an_explanation_names_the_trash_to_who_may_know(world: World) -> None:
    trashed(world)
    world.app.refresh_from_db()
    asked = find_asked("mila", insight=Insight.REPOSITORY, repository=world.app)
    found = explain(world.app, asked, parse_question(NAME))
    words = [step.words for part in found.parts for step in part.steps]
    assert any("acme/app is in the trash until" in one for one in words)
    assert not any(verdict.allowed for verdict in found.verdicts)


def test_a_grant_that_ends_meanwhile_does_not_come_back(world: World) -> None:
    trashed(world)
    AccessGrant.objects.filter(repository=world.app).update(expires_at=timezone.now())
    restore_repository(world.app, by=Principal(world.olga))
    assert not AccessGrant.objects.reaching(Principal(world.mia)).exists()
