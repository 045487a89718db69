"""What happens when people of one organization act at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.flows.answer_invitation import accept_invitation
from accounts.flows.invitations import send_invitation
from accounts.flows.memberships import change_role, leave_organization, remove_member
from accounts.models import Invitation, Membership, Organization, OrganizationRole
from accounts.principals import Principal
from tests.accounts.test_races import at_once
from tests.factories import make_member, make_organization, make_plan, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair() -> tuple[Membership, Membership]:
    """Two owners of one organization."""
    first, second = make_user("first"), make_user("second")
    acme = make_organization("acme", owner=first)
    make_member(acme, second, role=OrganizationRole.OWNER)
    one = Membership.objects.select_related("user").get(user=first)
    return one, Membership.objects.select_related("user").get(user=second)


@pytest.mark.parametrize("round_number", range(3))
def test_two_owners_who_remove_each_other_leave_one(
    pair: tuple[Membership, Membership], round_number: int
) -> None:
    one, other = pair
    removals = (
        partial(remove_member, other, by=Principal(one.user)),
        partial(remove_member, one, by=Principal(other.user)),
    )
    assert at_once(*removals) == 1
    assert Membership.objects.filter(role=OrganizationRole.OWNER).count() == 1


def test_two_owners_who_both_step_down_leave_one(pair: tuple[Membership, Membership]) -> None:
    one, other = pair
    steps = (
        partial(leave_organization, one, by=Principal(one.user)),
        partial(change_role, other, by=Principal(other.user), role=OrganizationRole.MEMBER),
    )
    assert at_once(*steps) == 1
    assert Membership.objects.filter(role=OrganizationRole.OWNER).count() == 1


@pytest.mark.parametrize("round_number", range(3))
def test_two_owners_who_demote_each_other_leave_one(
    pair: tuple[Membership, Membership], round_number: int
) -> None:
    one, other = pair
    demotions = (
        partial(change_role, other, by=Principal(one.user), role=OrganizationRole.MEMBER),
        partial(change_role, one, by=Principal(other.user), role=OrganizationRole.MEMBER),
    )
    assert at_once(*demotions) == 1
    assert Membership.objects.filter(role=OrganizationRole.OWNER).count() == 1
    assert Membership.objects.count() == 2


@pytest.mark.parametrize("round_number", range(3))
def test_an_owner_who_leaves_while_the_other_is_removed_or_the_reverse(
    pair: tuple[Membership, Membership], round_number: int
) -> None:
    one, other = pair
    administrator = Principal(make_user("admin", administrator=True))
    ends = (
        partial(leave_organization, one, by=Principal(one.user)),
        partial(remove_member, other, by=administrator),
    )
    assert at_once(*ends) == 1
    assert Membership.objects.filter(role=OrganizationRole.OWNER).count() == 1


def test_one_invitation_accepted_many_times_at_once_is_used_once() -> None:
    owner, guest = make_user("owner"), make_user("guest")
    acme = make_organization("acme", owner=owner)
    invitation = send_invitation(acme, by=Principal(owner), invitee="guest")
    assert at_once(*[partial(accept_invitation, invitation, by=guest)] * 8) == 1
    assert Membership.objects.filter(organization=acme, user=guest).count() == 1


def test_accepting_and_revoking_the_sender_at_once_never_admits_by_a_former_owner(
    pair: tuple[Membership, Membership],
) -> None:
    one, other = pair
    guest = make_user("guest")
    acme = Organization.objects.get()
    invitation = send_invitation(
        acme, by=Principal(other.user), invitee="guest", role=OrganizationRole.OWNER
    )
    at_once(
        partial(remove_member, other, by=Principal(one.user)),
        partial(accept_invitation, invitation, by=guest),
    )
    invitation.refresh_from_db()
    is_in = Membership.objects.filter(user=guest).exists()
    assert is_in == (invitation.accepted_at is not None)
    assert Membership.objects.filter(role=OrganizationRole.OWNER).exists()


def test_the_last_place_of_a_plan_goes_to_one() -> None:
    owner = make_user("owner")
    acme = make_organization("acme", owner=owner)
    acme.namespace.plan = make_plan("tiny", members=2)
    acme.namespace.save()
    guests = [make_user(f"guest{number}") for number in range(4)]
    invitations = [
        send_invitation(acme, by=Principal(owner), invitee=guest.username) for guest in guests
    ]
    accepts = [
        partial(accept_invitation, invitation, by=guest)
        for invitation, guest in zip(invitations, guests, strict=True)
    ]
    assert at_once(*accepts) == 1
    assert Invitation.objects.exclude(accepted_at=None).count() == 1
