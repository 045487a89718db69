"""Let a group of the directory or the identity provider say who is in a team, or no longer."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import NotAllowed, TextRefused
from accounts.flows.external_groups import held_by_groups
from accounts.models import DirectoryAccount, Membership, Organization, Team
from accounts.organization_policy import check_may_choose_group
from accounts.principals import Principal
from accounts.profile_text import check_line

LONGEST_GROUP = 200
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def follow_group(team: Team, *, by: Principal, group: str) -> None:
    """Fill the team from this group from now on; "" hands it back to owners and maintainers.

    Who is in the team stays until their next log-in says otherwise, people of the directory until
    it is asked, within minutes; whom no group can ever bring leaves at once. Where a group ends,
    its people stay, by hand. Raises NotAllowed or TextRefused.
    """
    _check_name(group)
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(pk=team.organization_id)
        check_may_choose_group(by, organization)
        was = team.external_group
        if group == was:
            return
        team.external_group = group
        team.save(update_fields=["external_group"])
        if group:
            _make_room(team)
        else:
            _keep_by_hand(team)
        record(
            AuditAction.TEAM_GROUP_CHANGED,
            by=by,
            namespace=team.organization.namespace,
            target=team.name,
            was=was,
            group=group,
        )


def are_groups_told() -> bool:
    """Whether anybody tells of groups here."""
    return bool(settings.OIDC_ISSUER) or settings.DIRECTORY is not None


def _make_room(team: Team) -> None:
    others = team.memberships.exclude(
        membership__user__in=SocialAccount.objects.values("user")
    ).exclude(membership__user__in=DirectoryAccount.objects.values("user"))
    others.delete()
    DirectoryAccount.objects.filter(gone_at=None).update(checked_at=_LONG_AGO)


def _keep_by_hand(team: Team) -> None:
    """Nothing would ever end the memberships that came with this group alone, or count them."""
    here = Membership.objects.filter(teams__team=team, is_managed=True)
    alone = [membership.pk for membership in here if not held_by_groups(membership)]
    Membership.objects.filter(pk__in=alone).update(is_managed=False)


def _check_name(group: str) -> None:
    if group and not are_groups_told():
        message = _("There is neither single sign-on nor a directory here, so no groups are known.")
        raise NotAllowed(message)
    check_line(group, what=_("The group"), longest=LONGEST_GROUP)
    if group != group.strip():
        message = _("The group's name begins or ends with a space. Write it as it is there.")
        raise TextRefused(message)
