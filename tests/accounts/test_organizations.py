"""Organizations: create, describe, rules; and an audit that nobody can change."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.errors import AccountNotVerified, LimitReached, NotAllowed, TextRefused
from accounts.flows.organizations import (
    Profile,
    change_rules,
    create_organization,
    describe_organization,
)
from accounts.limits import ORGANIZATIONS
from accounts.models import AuditEvent, Organization
from accounts.models.audit_event import AuditIsAppendOnly
from accounts.principals import Principal
from tests.conftest import World


def test_a_new_organization_has_an_owner_a_namespace_and_a_line_in_the_audit(world: World) -> None:
    umbra = create_organization("umbra", owner=world.alice)
    assert umbra.memberships.get().role == "owner"
    event = AuditEvent.objects.get(namespace=umbra.namespace)
    assert (event.action, event.actor_name) == ("organization:created", "alice")


def test_whoever_has_not_proven_an_address_creates_none(world: World) -> None:
    with pytest.raises(AccountNotVerified):
        create_organization("umbra", owner=world.newt)


def test_nobody_creates_organizations_by_the_dozen(world: World) -> None:
    for number in range(ORGANIZATIONS.events):
        create_organization(f"many{number}", owner=world.alice)
    with pytest.raises(LimitReached):
        create_organization("onemore", owner=world.alice)
    assert not Organization.objects.filter(name="onemore").exists()


@pytest.mark.parametrize(
    "profile",
    [
        Profile(link="javascript:alert(1)"),
        Profile(link="ftp://files.example"),
        Profile(link="https://" + "a" * 300 + ".example"),
        Profile(display_name="a\x00b"),
        Profile(display_name="a\nb"),
        Profile(display_name="evil\u202egnp"),
        Profile(description="x" * 201),
        Profile(location="\ud800"),
    ],
)
def test_odd_texts_are_refused_and_change_nothing(world: World, profile: Profile) -> None:
    with pytest.raises(TextRefused):
        describe_organization(world.acme, by=Principal(world.olga), profile=profile)
    world.acme.refresh_from_db()
    assert (world.acme.display_name, world.acme.link) == ("", "")


def test_a_change_is_audited_with_what_changed_alone(world: World) -> None:
    olga = Principal(world.olga)
    describe_organization(world.acme, by=olga, profile=Profile(location="Oslo"))
    describe_organization(world.acme, by=olga, profile=Profile(location="Oslo"))
    assert AuditEvent.objects.get(action="organization:changed").details == {"location": "Oslo"}


def test_members_change_neither_texts_nor_rules(world: World) -> None:
    mia = Principal(world.mia)
    with pytest.raises(NotAllowed):
        describe_organization(world.acme, by=mia, profile=Profile(location="Oslo"))
    with pytest.raises(NotAllowed):
        change_rules(world.acme, by=mia, members_may_create=True, requires_second_factor=False)
    world.acme.refresh_from_db()
    assert not world.acme.members_may_create


def test_an_owner_without_two_factors_does_not_demand_them(world: World) -> None:
    with pytest.raises(NotAllowed, match="for yourself first"):
        change_rules(
            world.acme,
            by=Principal(world.olga),
            members_may_create=False,
            requires_second_factor=True,
        )


def test_an_audit_event_stays_as_it_was_written(world: World) -> None:
    create_organization("umbra", owner=world.alice)
    event = AuditEvent.objects.get()
    for change in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(actor_name="bobby"),
        lambda: AuditEvent.objects.bulk_update([event], ["actor_name"]),
    ):
        with pytest.raises(AuditIsAppendOnly), transaction.atomic():
            change()
    assert AuditEvent.objects.get().actor_name == "alice"
