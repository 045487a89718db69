"""Invitations into organizations, and every way to abuse one that came to mind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import (
    AlreadyMember,
    InvitationRefused,
    LimitReached,
    NotAllowed,
    QuotaExceeded,
)
from accounts.flows.answer_invitation import accept_invitation, decline_invitation
from accounts.flows.invitations import (
    find_by_link,
    revoke_invitation,
    send_again,
    send_invitation,
)
from accounts.flows.memberships import change_role, remove_member
from accounts.flows.site_invitations import invite_to_site
from accounts.limits import (
    INVITATIONS_OF_ORGANIZATION,
    INVITATIONS_OF_PERSON,
    INVITATIONS_TO_ONE,
    Limit,
)
from accounts.models import AuditEvent, Invitation, Membership, OrganizationRole, User
from accounts.principals import Principal
from accounts.ratelimits import count
from accounts.tasks import warn_of_expiring_credentials
from tests.conftest import World
from tests.factories import make_member, make_organization, make_plan, make_team, make_user

OWNER, MEMBER = OrganizationRole.OWNER, OrganizationRole.MEMBER


def invite(world: World, invitee: str = "bobby", **options: object) -> Invitation:
    """Invite by olga."""
    return send_invitation(
        world.acme,
        by=Principal(world.olga),
        invitee=invitee,
        **options,  # type: ignore[arg-type]
    )


def is_in(world: World, user: User) -> bool:
    """Whether someone is a member of acme."""
    return Membership.objects.filter(organization=world.acme, user=user).exists()


def secret_of_last_mail() -> str:
    """The secret of the link that was sent last."""
    found = re.search(r"/invites/(\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_invited_account_joins_with_the_role_and_the_team_it_was_sent(world: World) -> None:
    team = make_team(world.acme, "ops")
    accept_invitation(invite(world, team=team), by=world.bob)
    joined = Membership.objects.get(organization=world.acme, user=world.bob)
    assert joined.role == MEMBER
    assert joined.teams.get().team == team
    event = AuditEvent.objects.get(action="organization:member:joined")
    assert event.details["invited_by"] == "olga"


@pytest.mark.parametrize("who", ["mia", "alice"])
def test_only_owners_invite(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        send_invitation(world.acme, by=Principal(world.person(who)), invitee="bobby", role=OWNER)
    assert not Invitation.objects.exists()


def test_another_account_gets_nothing_from_the_link(world: World) -> None:
    invitation = invite(world)
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation, by=world.alice)
    with pytest.raises(InvitationRefused):
        decline_invitation(invitation, by=world.alice)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not is_in(world, world.alice)


def test_an_address_lets_in_who_has_proven_it_in_whatever_case(world: World) -> None:
    EmailAddress.objects.create(user=world.bob, email="Work@Example.com", verified=True)
    accept_invitation(invite(world, "work@EXAMPLE.com"), by=world.bob)
    assert is_in(world, world.bob)


def test_an_unproven_address_lets_nobody_in(world: World) -> None:
    EmailAddress.objects.create(user=world.bob, email="work@example.com", verified=False)
    with pytest.raises(InvitationRefused):
        accept_invitation(invite(world, "work@example.com"), by=world.bob)
    assert not is_in(world, world.bob)


def test_an_address_that_was_given_up_opens_nothing(world: World) -> None:
    invitation = invite(world, "bobby@example.com")
    EmailAddress.objects.filter(user=world.bob).update(email="other@example.com")
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation, by=world.bob)


def test_an_invitation_is_used_once(world: World) -> None:
    invitation = invite(world)
    accept_invitation(invitation, by=world.bob)
    remove_member(Membership.objects.get(user=world.bob), by=Principal(world.olga))
    with pytest.raises(InvitationRefused, match="used already"):
        accept_invitation(invitation, by=world.bob)


def test_removal_ends_the_other_open_invitations_of_that_person(world: World) -> None:
    by_address = invite(world, "bobby@example.com")
    make_member(world.acme, world.bob)
    remove_member(Membership.objects.get(user=world.bob), by=Principal(world.olga))
    with pytest.raises(InvitationRefused):
        accept_invitation(by_address, by=world.bob)


def test_accepting_ends_the_other_open_invitations_of_that_person(world: World) -> None:
    other = invite(world, "bobby@example.com", role=OWNER)
    accept_invitation(invite(world), by=world.bob)
    other.refresh_from_db()
    assert other.revoked_at


def test_after_a_week_it_is_over(world: World) -> None:
    invitation = invite(world)
    later = timezone.now() + timedelta(days=7, minutes=1)
    with time_machine.travel(later), pytest.raises(InvitationRefused, match="expired"):
        accept_invitation(invitation, by=world.bob)


def test_revoked_and_declined_ones_are_over(world: World) -> None:
    revoked, declined = invite(world), invite(world, "alice")
    revoke_invitation(revoked, by=Principal(world.olga))
    decline_invitation(declined, by=world.alice)
    for invitation, person in ((revoked, world.bob), (declined, world.alice)):
        with pytest.raises(InvitationRefused):
            accept_invitation(invitation, by=person)
        assert not is_in(world, person)


@pytest.mark.parametrize("ending", ["demoted", "removed", "disabled", "gone"])
@pytest.mark.parametrize("role", [MEMBER, OWNER])
def test_it_holds_only_while_its_sender_is_an_owner(
    world: World, ending: str, role: OrganizationRole
) -> None:
    second = make_user("second")
    place = make_member(world.acme, second, role=OWNER)
    invitation = send_invitation(world.acme, by=Principal(second), invitee="bobby", role=role)
    if ending == "demoted":
        change_role(place, by=Principal(world.olga), role=MEMBER)
    elif ending == "removed":
        remove_member(place, by=Principal(world.olga))
    elif ending == "disabled":
        User.objects.filter(pk=second.pk).update(is_active=False)
    else:
        Invitation.objects.update(invited_by=None)
    with pytest.raises(InvitationRefused, match="not an owner any more"):
        accept_invitation(invitation, by=world.bob)
    assert not is_in(world, world.bob)


def test_another_owner_vouches_by_sending_it_again(world: World) -> None:
    second = make_user("second")
    place = make_member(world.acme, second, role=OWNER)
    invitation = send_invitation(world.acme, by=Principal(second), invitee="bobby")
    change_role(place, by=Principal(world.olga), role=MEMBER)
    send_again(invitation, by=Principal(world.olga))
    invitation.refresh_from_db()
    accept_invitation(invitation, by=world.bob)
    assert is_in(world, world.bob)


def test_a_member_becomes_no_owner_by_an_invitation(world: World) -> None:
    invitation = invite(world, "mila@example.com", role=OWNER)
    with pytest.raises(AlreadyMember):
        accept_invitation(invitation, by=world.mia)
    assert Membership.objects.get(user=world.mia, organization=world.acme).role == MEMBER


def test_a_deleted_organization_admits_nobody(world: World) -> None:
    invitation = invite(world)
    world.acme.deleted_at = timezone.now()
    world.acme.save()
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation, by=world.bob)


def test_who_lacks_a_demanded_second_factor_sets_it_up_first(world: World) -> None:
    world.acme.requires_second_factor = True
    world.acme.save()
    with pytest.raises(InvitationRefused, match="two factors"):
        accept_invitation(invite(world), by=world.bob)
    assert not is_in(world, world.bob)


def test_a_full_plan_admits_nobody_and_keeps_the_invitation(world: World) -> None:
    invitation = invite(world)
    world.acme.namespace.plan = make_plan("full", members=3)
    world.acme.namespace.save()
    with pytest.raises(Exception, match="no room for another member"):
        accept_invitation(invitation, by=world.bob)
    invitation.refresh_from_db()
    assert invitation.is_open


@pytest.mark.parametrize("name", ["nobody", "newt", "dave", "x" * 200, "acme", "rob+ot"])
def test_unknown_unproven_and_disabled_names_are_the_same_sentence(world: World, name: str) -> None:
    with pytest.raises(InvitationRefused) as refusal:
        invite(world, name)
    assert str(refusal.value).replace(name, "NAME").startswith("There is no user NAME.")


def test_an_address_with_an_account_and_one_without_are_answered_alike(world: World) -> None:
    known, unknown = invite(world, "alice@example.com"), invite(world, "nobody@example.com")
    assert (known.user, unknown.user) == (None, None)


@pytest.mark.parametrize("address", ["a@b", "@", "a b@example.com", "a@example.com\nBcc: x@y.z"])
def test_what_is_no_address_is_refused(world: World, address: str) -> None:
    with pytest.raises(InvitationRefused):
        invite(world, address)
    assert not mail.outbox


def test_the_team_of_another_organization_is_refused(world: World) -> None:
    umbra = make_organization("umbra", owner=world.alice)
    with pytest.raises(InvitationRefused):
        invite(world, team=make_team(umbra, "spies"))


def test_nobody_is_invited_twice_at_a_time(world: World) -> None:
    invite(world)
    with pytest.raises(InvitationRefused, match="open invitation already"):
        invite(world)


def test_one_address_is_not_flooded_by_many_organizations(world: World) -> None:
    for number in range(INVITATIONS_TO_ONE.events):
        organization = make_organization(f"spam{number}", owner=world.alice)
        send_invitation(organization, by=Principal(world.alice), invitee="victim@example.com")
    with pytest.raises(LimitReached):
        invite(world, "Victim@example.com")


def use_up(limit: Limit, key: str) -> None:
    """Let all but one of the events happen."""
    for _ in range(limit.events - 1):
        count(limit, key)


@pytest.mark.parametrize("many", ["of one person", "of one organization"])
def test_mailboxes_are_not_filled_by_many_invitations(world: World, many: str) -> None:
    spam = make_organization("spam", owner=world.olga)
    owner = make_user("owner")
    make_member(world.acme, owner, role=OWNER)
    if many == "of one person":
        use_up(INVITATIONS_OF_PERSON, Principal(world.olga).subject)
        allowed, refused = (world.acme, owner), (spam, world.olga)
    else:
        use_up(INVITATIONS_OF_ORGANIZATION, str(world.acme.pk))
        allowed, refused = (spam, world.olga), (world.acme, owner)
    invite(world, "last@example.com")
    with pytest.raises(LimitReached):
        send_invitation(refused[0], by=Principal(refused[1]), invitee="more@example.com")
    assert not Invitation.objects.filter(email="more@example.com").exists()
    send_invitation(allowed[0], by=Principal(allowed[1]), invitee="other@example.com")


def test_sending_again_counts_like_sending(world: World) -> None:
    invitation = invite(world, "victim@example.com")
    for _ in range(INVITATIONS_TO_ONE.events - 1):
        send_again(invitation, by=Principal(world.olga))
        invitation.refresh_from_db()
    before = invitation.selector
    with pytest.raises(LimitReached):
        send_again(invitation, by=Principal(world.olga))
    invitation.refresh_from_db()
    assert invitation.selector == before


def test_an_owner_hears_of_a_full_plan_before_anybody_is_invited(world: World) -> None:
    world.acme.namespace.plan = make_plan("full", members=3)
    world.acme.namespace.save()
    with pytest.raises(QuotaExceeded, match="has room for 3 members, and there are 3"):
        invite(world)
    assert not Invitation.objects.exists()


def test_what_ended_long_ago_is_forgotten_and_what_is_open_is_not(world: World) -> None:
    old, again = invite(world, "old@example.com"), invite(world, "again@example.com")
    invite_to_site("new@example.com", by=Principal(world.root))
    with time_machine.travel(timezone.now() + timedelta(days=98), tick=False):
        send_again(again, by=Principal(world.olga))
        warn_of_expiring_credentials()
        assert list(Invitation.objects.all()) == [again]
        assert AuditEvent.objects.filter(target=old.email).exists()


def test_the_mail_has_nothing_that_people_write_freely(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    world.acme.display_name = "Click https://evil.example <b>now</b>"
    world.acme.save()
    world.olga.display_name = "Your bank"
    world.olga.save()
    with django_capture_on_commit_callbacks(execute=True):
        invite(world)
    message = mail.outbox[-1]
    assert message.to == ["bobby@example.com"]
    assert "evil" not in message.subject + str(message.body)
    assert "Your bank" not in message.subject + str(message.body)


def test_the_link_is_kept_as_a_digest_and_a_newer_one_ends_it(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite(world)
    first = secret_of_last_mail()
    assert first not in str(Invitation.objects.values().get())
    assert find_by_link(first) == invitation
    with django_capture_on_commit_callbacks(execute=True):
        send_again(invitation, by=Principal(world.olga))
    assert find_by_link(first) is None
    assert find_by_link(secret_of_last_mail()) == invitation
    assert first.split("_")[2] not in str(list(AuditEvent.objects.values()))


def test_a_page_that_was_open_before_a_new_link_accepts_nothing(world: World) -> None:
    stale = invite(world)
    send_again(Invitation.objects.get(), by=Principal(world.olga))
    with pytest.raises(InvitationRefused, match="newer"):
        accept_invitation(stale, by=world.bob)


def test_an_owner_of_another_organization_touches_no_invitation_here(world: World) -> None:
    invitation = invite(world)
    make_organization("umbra", owner=world.alice)
    for flow in (revoke_invitation, send_again):
        with pytest.raises(NotAllowed):
            flow(invitation, by=Principal(world.alice))
    invitation.refresh_from_db()
    assert invitation.is_open


def test_an_invitation_to_the_site_is_none_to_an_organization(world: World) -> None:
    invitation = invite_to_site("bobby@example.com", by=Principal(world.root))
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation, by=world.bob)
    assert not list(Invitation.objects.waiting_for(world.bob))
