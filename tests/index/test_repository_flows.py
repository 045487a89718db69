"""Starring, changing and granting, asked without any page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit import AuditAction
from accounts.models import AuditEvent, Visibility
from accounts.principals import ANONYMOUS, Principal
from accounts.token_limits import read_limits
from index.errors import Denied, PatternRefused
from index.flows.change_namespace import change_default_visibility
from index.flows.change_repository import (
    change_immutable_tags,
    change_mode,
    change_visibility,
    describe_repository,
)
from index.flows.create_repository import create_repository
from index.flows.delete_repository import request_deletion
from index.flows.grant_access import grant_access, revoke_access
from index.flows.star_repository import star, unstar
from index.models import AccessGrant, RepositoryMode, RepositoryState, Star
from index.names import parse_repository_name
from index.policy import allowed_actions
from index.roles import Action, Role
from tests.conftest import World
from tests.factories import make_grant, make_repository


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


def test_a_mode_changes_and_is_written_down(world: World) -> None:
    change_mode(world.app, by=Principal(world.olga), mode=RepositoryMode.ARCHIVED)
    change_mode(world.app, by=Principal(world.olga), mode=RepositoryMode.ARCHIVED)
    world.app.refresh_from_db()
    assert world.app.mode == RepositoryMode.ARCHIVED
    event = AuditEvent.objects.get(action=AuditAction.REPOSITORY_CHANGED)
    assert event.details == {"mode": "archived", "old_mode": "open"}


def test_only_admins_change_what_may_change(world: World) -> None:
    with pytest.raises(Denied):
        change_mode(world.app, by=Principal(world.mia), mode=RepositoryMode.ARCHIVED)
    with pytest.raises(Denied):
        change_immutable_tags(world.app, by=Principal(world.mia), patterns=[])
    narrow = Principal(world.olga, limits=read_limits(("acme/app",), ("push",), ()))
    with pytest.raises(Denied):
        change_immutable_tags(world.app, by=narrow, patterns=[])
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("mode", [RepositoryMode.ARCHIVED, RepositoryMode.READ_ONLY])
def test_admins_go_on_to_administer_what_takes_no_pushes(
    world: World, mode: RepositoryMode
) -> None:
    by = Principal(world.olga)
    change_mode(world.app, by=by, mode=mode)
    assert allowed_actions(by, world.app).actions == {Action.PULL}
    describe_repository(world.app, by=by, description="kept", readme="")
    change_visibility(world.app, by=by, visibility=Visibility.INTERNAL)
    change_immutable_tags(world.app, by=by, patterns=["*"])
    grant_access(world.app, to=world.bob, role=Role.READER, by=by)
    change_mode(world.app, by=by, mode=RepositoryMode.OPEN)
    assert allowed_actions(by, world.app).actions == set(Action)
    change_mode(world.app, by=by, mode=mode)
    request_deletion(world.app, by=by)


def test_patterns_of_immutable_tags_are_kept_and_written_down(world: World) -> None:
    by = Principal(world.olga)
    change_immutable_tags(world.app, by=by, patterns=["v*", "1.2.3"])
    change_immutable_tags(world.app, by=by, patterns=["v*"])
    world.app.refresh_from_db()
    assert world.app.immutable_tags == ["v*"]
    event = AuditEvent.objects.filter(action=AuditAction.REPOSITORY_CHANGED).latest("pk")
    assert event.details == {"immutable_tags": "v*", "old_immutable_tags": "v* 1.2.3"}


def test_a_wrong_pattern_changes_nothing(world: World) -> None:
    with pytest.raises(PatternRefused):
        change_immutable_tags(world.app, by=Principal(world.olga), patterns=["v*", "?"])
    world.app.refresh_from_db()
    assert world.app.immutable_tags == []


def test_a_name_that_had_an_owner_takes_no_token_from_before(world: World) -> None:
    deleted_at = timezone.now() - timedelta(days=3)
    for days in (0, 30):
        make_repository(
            "acme/old" if days else "acme/moved",
            stored_name="acme/old",
            state=RepositoryState.DELETED,
            deleted_at=deleted_at - timedelta(days=days),
        )
    made = create_repository(parse_repository_name("acme/old"), by=Principal(world.olga))
    assert made.tokens_not_before == deleted_at
    fresh = create_repository(parse_repository_name("acme/new"), by=Principal(world.olga))
    assert fresh.tokens_not_before is None
