"""Starring, changing and granting, asked without any page."""

from __future__ import annotations

import pytest

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.errors import Denied
from index.flows.change_namespace import change_default_visibility
from index.flows.change_repository import change_visibility, describe_repository
from index.flows.grant_access import grant_access, revoke_access
from index.flows.star_repository import star, unstar
from index.models import AccessGrant, Star
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant


def test_nobody_stars_what_they_may_not_see(world: World) -> None:
    for principal in (ANONYMOUS, Principal(world.bob)):
        with pytest.raises(Denied):
            star(world.private, by=principal)
    assert not Star.objects.exists()


def test_anonymous_people_have_no_star_to_take_back(world: World) -> None:
    unstar(world.public, by=ANONYMOUS)
    world.public.refresh_from_db()
    assert world.public.star_count == 0


def test_only_admins_change_a_repository(world: World) -> None:
    writer = Principal(world.mia)
    with pytest.raises(Denied):
        describe_repository(world.app, by=writer, description="mine", readme="")
    with pytest.raises(Denied):
        change_visibility(world.app, by=writer, visibility=Visibility.PUBLIC)
    with pytest.raises(Denied):
        grant_access(world.app, to=world.bob, role=Role.READER, by=writer)


def test_a_change_of_visibility_leaves_everything_else_alone(world: World) -> None:
    stale = type(world.private).objects.get(pk=world.private.pk)
    type(world.private).objects.filter(pk=stale.pk).update(pull_count=7)
    change_visibility(stale, by=Principal(world.alice), visibility=Visibility.PUBLIC)
    world.private.refresh_from_db()
    assert (world.private.visibility, world.private.pull_count) == (Visibility.PUBLIC, 7)


def test_only_admins_take_roles_away(world: World) -> None:
    grant = make_grant(world.private, world.bob, Role.WRITER)
    with pytest.raises(Denied):
        revoke_access(grant, by=Principal(world.bob))
    assert AccessGrant.objects.filter(pk=grant.pk).exists()


def test_only_its_owners_change_a_namespace(world: World) -> None:
    with pytest.raises(Denied):
        change_default_visibility(
            world.acme.namespace, by=Principal(world.mia), visibility=Visibility.PUBLIC
        )
    change_default_visibility(
        world.acme.namespace, by=Principal(world.olga), visibility=Visibility.PUBLIC
    )
    world.acme.namespace.refresh_from_db()
    assert world.acme.namespace.default_visibility == Visibility.PUBLIC
