"""The statement behind every decision: what it finds, and how much it asks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.principals import Principal
from index.facts import facts_by_name
from index.models import AccessGrant, Repository
from index.policy import allowed_actions, decisions_for
from index.roles import Role
from tests.conftest import World


def test_it_finds_what_is_called_so_today_and_nothing_else(world: World) -> None:
    names = ["acme/app", "alice/priv", "base", "acme/nope"]
    assert set(facts_by_name(Principal(world.mia), names)) == {"acme/app", "alice/priv", "base"}


def test_it_knows_when_the_grants_end_that_it_counts(world: World) -> None:
    later = timezone.now() + timedelta(hours=1)
    AccessGrant.objects.filter(role=Role.WRITER).update(expires_at=later)
    [facts] = facts_by_name(Principal(world.mia), ["acme/app"]).values()
    assert (facts.granted, facts.until) == (Role.WRITER, later)


def test_many_decisions_are_those_taken_one_by_one(world: World) -> None:
    repositories = list(Repository.objects.all())
    together = decisions_for(Principal(world.mia), repositories)
    alone = {each.pk: allowed_actions(Principal(world.mia), each) for each in repositories}
    assert together == alone
