"""Namespaces: the first component of repository names, and who holds it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organization import Membership, Organization, OrganizationRole
from accounts.models.plan import Plan
from accounts.models.user import User
from accounts.subselects import Subselect, subselect

ROOT_NAMESPACE = "library"


class Visibility(models.TextChoices):
    """Who may pull without a grant."""

    PUBLIC = "public", _("Public: anyone may pull")
    INTERNAL = "internal", _("Internal: anyone signed in may pull")
    PRIVATE = "private", _("Private: only people with a grant")


class NamespaceQuerySet(models.QuerySet["Namespace"]):
    """Finds namespaces."""

    def held_by(self, user: User) -> NamespaceQuerySet:
        """Return the user's own and those of organizations that the user is an owner of."""
        return self.filter(pk__in=self.ids_held_by(user))

    def ids_held_by(self, user: User) -> Subselect:
        """Return the ids of the same, for another statement."""
        return subselect(_held_by, user=user.pk)

    def ids_joined_by(self, user: User) -> models.QuerySet[Any, Any]:
        """Return the ids of those of organizations that the user is a member of and no owner."""
        joined = Membership.objects.filter(user=user).exclude(role=OrganizationRole.OWNER)
        return self.filter(organization__in=joined.values("organization")).values("pk")

    def called(self, name: str) -> NamespaceQuerySet:
        """Return the namespace that the name leads to: today's name, or one of its past.

        Two ways, each by its index, as above.
        """
        today = Namespace.objects.filter(name=name, redirects_to=None)
        renamed = Namespace.objects.filter(name=name, redirects_to__isnull=False)
        return self.filter(pk__in=today.values("pk").union(renamed.values("redirects_to")))


def _held_by(user: int) -> models.QuerySet[Any, Any]:
    """Two ways, each by its index: an OR of both walks through every namespace there is."""
    owned = Membership.objects.filter(user=user, role=OrganizationRole.OWNER)
    of_them = Namespace.objects.filter(organization__in=owned.values("organization"))
    return Namespace.objects.filter(user=user).values("pk").union(of_them.values("pk"))


class Namespace(models.Model):
    """A unique name; one table for users and organizations, so that they compete for it.

    The root namespace holds the official images, whose names have one component. Its row is named
    `library`, so nobody can take that name.
    """

    name = models.CharField(max_length=30, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="namespace",
    )
    organization = models.OneToOneField(
        Organization, null=True, on_delete=models.PROTECT, related_name="namespace"
    )
    # A name of the past: stays reserved and leads to the namespace of today.
    redirects_to = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="old_names"
    )
    default_visibility = models.CharField(
        max_length=10, choices=Visibility, default=Visibility.PRIVATE
    )
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="namespaces")
    # Bytes, as far as index.flows.quotas knows; written by tasks alone.
    storage_used = models.PositiveBigIntegerField(default=0, db_default=0)
    # An administrator has looked at who this is: shown as the mark "verified".
    is_verified = models.BooleanField(default=False, db_default=False)
    # Nothing becomes public here while secrets that were found in it are not answered.
    refuses_public_secrets = models.BooleanField(default=True, db_default=True)
    # By an administrator: everything in it can be pulled, and nothing changes (index.rules).
    frozen_at = models.DateTimeField(null=True)
    frozen_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    picture_digest: str | None  # where a query reads it along (accounts.web.organizations.head)

    objects: ClassVar[models.Manager[Namespace]] = NamespaceQuerySet.as_manager()

    class Meta:
        """Held by a user or by an organization, or a name of the past, or the root."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(
                    user__isnull=False, organization__isnull=True, redirects_to__isnull=True
                )
                | Q(user__isnull=True, organization__isnull=False, redirects_to__isnull=True)
                | Q(user__isnull=True, organization__isnull=True, redirects_to__isnull=False)
                | Q(user__isnull=True, organization__isnull=True, name=ROOT_NAMESPACE),
                name="namespace_has_one_holder",
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def is_root(self) -> bool:
        """Whether this is the namespace of official images."""
        return self.name == ROOT_NAMESPACE
