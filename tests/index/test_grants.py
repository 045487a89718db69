"""Giving and taking away: who may, to whom, until when, and who hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.audit import AuditAction
from accounts.models import AuditEvent, Namespace, Organization, RobotAccount, Team, User
from accounts.principals import Principal
from accounts.token_limits import TokenLimits
from index.errors import Denied, GrantRefused
from index.flows.end_grants import forget_the_past, grants_that_end_soon, warn_of_end
from index.flows.grant_access import grant_access, revoke_access
from index.models import AccessGrant
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_organization, make_team


def robot_of(name: str) -> RobotAccount:
    return RobotAccount.objects.create(namespace=Namespace.objects.get(name=name), name="ci")


def test_every_change_is_audited(world: World) -> None:
    by = Principal(world.alice)
    grant_access(world.private, to=world.bob, role=Role.READER, by=by)
    grant = grant_access(world.private, to=world.bob, role=Role.WRITER, by=by)
    revoke_access(grant, by=by)
    events = AuditEvent.objects.order_by("pk").values_list("action", "target", "actor_name")
    assert list(events) == [
        (AuditAction.REPOSITORY_GRANT_GIVEN, "alice/priv", "alice"),
        (AuditAction.REPOSITORY_GRANT_CHANGED, "alice/priv", "alice"),
        (AuditAction.REPOSITORY_GRANT_REVOKED, "alice/priv", "alice"),
    ]


def test_the_same_again_is_no_change(world: World) -> None:
    for _ in range(2):
        grant_access(world.private, to=world.bob, role=Role.READER, by=Principal(world.alice))
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("who", ["bob", "rita", "mia"])
def test_only_admins_give(world: World, who: str) -> None:
    with pytest.raises(Denied):
        grant_access(world.app, to=world.alice, role=Role.READER, by=Principal(world.person(who)))
    assert not AccessGrant.objects.filter(user=world.alice).exists()


def test_a_token_that_leaves_less_than_all_gives_nothing(world: World) -> None:
    limits = TokenLimits(("*",), frozenset({"pull"}), frozenset({"repositories:write"}))
    with pytest.raises(Denied):
        grant_access(
            world.private, to=world.bob, role=Role.READER, by=Principal(world.alice, limits=limits)
        )


def test_a_robot_that_is_admin_gives_nothing(world: World) -> None:
    robot = robot_of("acme")
    make_grant(world.app, robot, Role.ADMIN)
    with pytest.raises(Denied):
        grant_access(world.app, to=world.bob, role=Role.READER, by=Principal(robot=robot))


@pytest.fixture
def ends(world: World) -> datetime:
    """The last moment of mila's, who is admin of acme/app until then and in the team friends."""
    moment = timezone.now() + timedelta(days=1)
    make_team(world.acme, "friends", world.mia)
    make_grant(world.app, world.mia, Role.ADMIN, expires_at=moment)
    return moment


@pytest.mark.parametrize("to", ["oneself", "a team one is in", "a friend"])
@pytest.mark.parametrize("longer", [None, timedelta(days=300)])
def test_an_admin_until_a_date_gives_nothing_that_lasts_longer(
    world: World, ends: datetime, to: str, longer: timedelta | None
) -> None:
    friends = world.acme.teams.get(name="friends")
    grantees: dict[str, User | Team] = {
        "oneself": world.mia, "a team one is in": friends, "a friend": world.bob,
    }  # fmt: skip
    before = list(world.app.grants.values_list("pk", "role", "expires_at"))
    with pytest.raises(GrantRefused, match="Your own role ends on"):
        grant_access(
            world.app, to=grantees[to], role=Role.READER, by=Principal(world.mia),
            until=timezone.now() + longer if longer else None,
        )  # fmt: skip
    assert list(world.app.grants.values_list("pk", "role", "expires_at")) == before


def test_an_admin_until_a_date_gives_until_then(world: World, ends: datetime) -> None:
    grant_access(world.app, to=world.bob, role=Role.READER, by=Principal(world.mia), until=ends)
    assert AccessGrant.objects.get(user=world.bob).expires_at == ends


def test_an_admin_who_is_one_for_good_by_a_team_gives_for_good(
    world: World, ends: datetime
) -> None:
    make_grant(world.app, world.acme.teams.get(name="friends"), Role.ADMIN)
    grant_access(world.app, to=world.bob, role=Role.READER, by=Principal(world.mia))
    assert AccessGrant.objects.get(user=world.bob).expires_at is None


@pytest.mark.parametrize("who", ["olga", "root"])
def test_owners_and_administrators_may_give_themselves_a_role_for_later(
    world: World, who: str
) -> None:
    person = getattr(world, who)
    grant_access(world.app, to=person, role=Role.WRITER, by=Principal(person))
    assert AccessGrant.objects.get(user=person).role == Role.WRITER


@pytest.mark.parametrize("who", ["dave", "newt"])
def test_nobody_disabled_or_unproven_is_given_anything(world: World, who: str) -> None:
    person = world.person(who)
    assert person is not None
    with pytest.raises(GrantRefused, match="There is no user"):
        grant_access(world.private, to=person, role=Role.READER, by=Principal(world.alice))


def test_teams_and_robots_of_others_are_refused(world: World) -> None:
    umbra: Organization = make_organization("umbra", owner=world.bob)
    for stranger in (make_team(umbra, "devs"), robot_of("umbra"), robot_of("alice")):
        with pytest.raises(GrantRefused, match="does not belong"):
            grant_access(world.app, to=stranger, role=Role.WRITER, by=Principal(world.olga))
    assert world.app.grants.count() == 2


def test_a_robot_of_the_namespace_gets_a_role(world: World) -> None:
    robot = robot_of("acme")
    grant_access(world.app, to=robot, role=Role.WRITER, by=Principal(world.olga))
    assert AccessGrant.objects.get(robot=robot).role == Role.WRITER


def test_a_date_in_the_past_is_refused(world: World) -> None:
    with pytest.raises(GrantRefused, match="past"):
        grant_access(
            world.private, to=world.bob, role=Role.READER, by=Principal(world.alice),
            until=timezone.now() - timedelta(days=1),
        )  # fmt: skip


def test_whoever_gets_or_loses_a_role_gets_a_mail(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        grant = grant_access(
            world.private, to=world.bob, role=Role.READER, by=Principal(world.alice)
        )
        assert mail.outbox == []  # not before the commit
        revoke_access(grant, by=Principal(world.alice))
    assert [message.to for message in mail.outbox] == [["bobby@example.com"]] * 2
    assert "alice has made you reader of alice/priv" in str(mail.outbox[0].body)
    assert "taken away" in str(mail.outbox[1].body)


def test_grantee_and_admins_hear_once_that_a_role_ends(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    soon = timezone.now() + timedelta(days=6)
    grant = make_grant(world.app, world.bob, Role.READER, expires_at=soon)
    AccessGrant.objects.filter(pk=grant.pk).update(created_at=timezone.now() - timedelta(days=30))
    assert grants_that_end_soon() == [grant.pk]
    with django_capture_on_commit_callbacks(execute=True):
        warn_of_end(grant.pk)
        warn_of_end(grant.pk)
    assert sorted(message.to[0] for message in mail.outbox) == [
        "bobby@example.com", "olga@example.com",
    ]  # fmt: skip
    assert grants_that_end_soon() == []


def test_a_short_role_is_not_announced_to_end_on_its_first_day(world: World) -> None:
    make_grant(world.app, world.bob, Role.READER, expires_at=timezone.now() + timedelta(days=2))
    assert grants_that_end_soon() == []


def test_rows_are_kept_long_after_their_end_and_then_deleted(world: World) -> None:
    grant = make_grant(
        world.app, world.bob, Role.READER, expires_at=timezone.now() - timedelta(days=89)
    )
    forget_the_past()
    assert AccessGrant.objects.filter(pk=grant.pk).exists()
    AccessGrant.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(days=91))
    forget_the_past()
    assert not AccessGrant.objects.filter(pk=grant.pk).exists()
