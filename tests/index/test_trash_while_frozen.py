"""The trash of a frozen organization: nothing in it goes by itself, and its time goes on afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.flows.manage_organizations import freeze, unfreeze
from accounts.models import Organization
from accounts.principals import Principal
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_repository import claim, request_deletion
from index.flows.delete_tags import delete_tags
from index.flows.restore_repository import purge_now
from index.models import Deletion, TagDeletion
from index.models.retention_rule import TagDeletionState
from index.trash import due_for_warning
from tests.conftest import World
from tests.factories import make_tag

WEEKS = timedelta(days=30)


@pytest.fixture
def lying(world: World) -> Deletion:
    """acme/app, deleted before acme was frozen."""
    deletion = request_deletion(world.app, by=Principal(world.olga))
    freeze(world.acme, by=Principal(world.root), reason="a court says so")
    return deletion


def thaw(organization: Organization, *, by: Principal) -> None:
    unfreeze(organization, by=by, reason="it is over")


def test_what_is_frozen_stays_in_the_trash_when_its_time_is_over(lying: Deletion) -> None:
    with time_machine.travel(lying.purge_after + WEEKS):
        assert claim(lying.pk) is None


def test_nobody_is_warned_meanwhile(lying: Deletion) -> None:
    with time_machine.travel(lying.purge_after - timedelta(hours=20)):
        assert due_for_warning() == []


def test_afterwards_there_is_as_much_time_left_as_before(world: World, lying: Deletion) -> None:
    end = lying.purge_after
    with time_machine.travel(timezone.now() + WEEKS):
        thaw(world.acme, by=Principal(world.root))
        assert claim(lying.pk) is None
    lying.refresh_from_db()
    assert abs(lying.purge_after - end - WEEKS) < timedelta(minutes=5)
    with time_machine.travel(lying.purge_after + timedelta(minutes=1)):
        assert claim(lying.pk)


def test_an_administrator_deletes_for_good_nevertheless(world: World, lying: Deletion) -> None:
    purge_now(world.app, by=Principal(world.root))
    assert claim(lying.pk)


def test_deleted_tags_stay_as_well_and_get_their_time_afterwards(world: World) -> None:
    make_tag(world.app, "1.0")
    [made] = delete_tags(world.app, {"1.0": ""}, by=Principal(world.olga))
    rows = TagDeletion.objects.filter(pk=made.pk)
    rows.update(state=TagDeletionState.TRASHED, next_attempt_at=made.purge_after)
    freeze(world.acme, by=Principal(world.root), reason="a court says so")
    with time_machine.travel(made.purge_after + WEEKS):
        continue_tag_deletions(world.app.pk)
        assert rows.get().state == TagDeletionState.TRASHED
        thaw(world.acme, by=Principal(world.root))
        assert rows.get().purge_after > timezone.now()


def test_the_trash_says_that_it_waits(world: World, lying: Deletion, client: Client) -> None:
    client.force_login(world.olga)
    assert "not while it is frozen" in client.get("/trash").content.decode()
