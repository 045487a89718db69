"""Invitations: into an organization, or to the site where sign-up is by invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.organization import Organization, OrganizationRole
from accounts.models.team import Team
from accounts.models.user import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Finds invitations."""

    def open(self, now: datetime | None = None) -> InvitationQuerySet:
        """Return those that can still be accepted."""
        unanswered = self.filter(accepted_at=None, revoked_at=None, declined_at=None)
        return unanswered.filter(expires_at__gt=now or timezone.now())

    def for_account(self, user: User) -> InvitationQuerySet:
        """Return those for this account, or for an address that it has proven to be its own."""
        proven = user.emailaddress_set.filter(verified=True).annotate(lowered=Lower("email"))
        return self.filter(Q(user=user) | Exists(proven.filter(lowered=Lower(OuterRef("email")))))

    def waiting_for(self, user: User, now: datetime | None = None) -> InvitationQuerySet:
        """Return those into organizations that this account can answer, the newest first."""
        into_others = self.open(now).filter(
            organization__isnull=False, organization__deleted_at=None
        )
        mine = into_others.for_account(user).exclude(organization__members=user)
        return mine.select_related("organization", "invited_by").order_by("-pk")


class Invitation(models.Model):
    """For one person, named by account or by e-mail address; what it gives is fixed when sent."""

    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(
        max_length=10, choices=OrganizationRole, default=OrganizationRole.MEMBER
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(blank=True)
    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Invitation]] = InvitationQuerySet.as_manager()

    class Meta:
        """For exactly one person."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="") | (Q(user__isnull=True) & ~Q(email="")),
                name="invitation_has_one_invitee",
            ),
        ]

    def __str__(self) -> str:
        """Return the public half."""
        return self.selector

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered or revoked it, and its time is not over."""
        answered = self.accepted_at or self.declined_at or self.revoked_at
        return not answered and self.expires_at > timezone.now()

    def is_for(self, user: User) -> bool:
        """Whether the account is the invited one, or has proven the invited address."""
        if self.user_id:
            return self.user_id == user.pk
        proven = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        return self.email.lower() in {one.lower() for one in proven}
