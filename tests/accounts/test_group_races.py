"""Log-ins with groups at the same moment, and together with what people do by hand."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.flows.answer_invitation import accept_invitation
from accounts.flows.external_groups import replace_groups
from accounts.flows.invitations import send_invitation
from accounts.models import Membership, Namespace, Organization, Team, TeamMembership
from accounts.principals import Principal
from tests.accounts.test_races import at_once
from tests.factories import make_organization, make_plan, make_team, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def companies() -> list[Organization]:
    """Two organizations, each with a team for two groups."""
    owner = make_user("owner")
    found = [make_organization(name, owner=owner) for name in ("acme", "umbra")]
    for organization in found:
        for group in ("builders", "testers"):
            team = make_team(organization, group)
            Team.objects.filter(pk=team.pk).update(external_group=group)
    return found


def test_one_free_place_is_taken_once(companies: list[Organization]) -> None:
    plan = make_plan("small", members=2)
    Namespace.objects.filter(organization__isnull=False).update(plan=plan)
    people = [make_user(f"guest{number}") for number in range(8)]
    log_ins = [partial(replace_groups, user, ["builders"], source="directory") for user in people]
    assert at_once(*log_ins) == 8  # everybody is logged in
    for organization in companies:
        assert Membership.objects.filter(organization=organization).count() == 2


def test_one_person_at_many_machines_is_in_each_team_once(companies: list[Organization]) -> None:
    guest = make_user("guest")
    log_ins = [
        partial(replace_groups, guest, groups, source="directory")
        for groups in (["builders"], ["testers"], ["builders", "testers"], []) * 3
    ]
    assert at_once(*log_ins) == 12
    replace_groups(guest, ["testers"], source="directory")
    assert Membership.objects.filter(user=guest).count() == 2
    places = TeamMembership.objects.filter(membership__user=guest)
    assert set(places.values_list("team__name", flat=True)) == {"testers"}


def test_an_invitation_accepted_during_a_log_in_waits_for_nobody(
    companies: list[Organization],
) -> None:
    owner, guest = (
        Principal(Organization.objects.get(name="acme").members.get()),
        make_user("guest"),
    )
    invitations = [send_invitation(one, by=owner, invitee="guest") for one in companies]
    accepts = [partial(accept_invitation, invitation, by=guest) for invitation in invitations]
    log_ins = [
        partial(replace_groups, guest, groups, source="directory") for groups in (["builders"], [])
    ]
    at_once(*(log_ins * 2), *accepts, *(log_ins * 2))  # a deadlock is an error of the database
    replace_groups(guest, [], source="directory")
    kept = Membership.objects.filter(user=guest)
    assert not kept.filter(is_managed=True).exists()
