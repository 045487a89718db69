"""Personal access tokens: long-lived secrets of a person, narrower than the person."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.token_limits import TokenLimits


class PersonalAccessTokenQuerySet(models.QuerySet["PersonalAccessToken"]):
    """Finds tokens."""

    def usable(self) -> PersonalAccessTokenQuerySet:
        """Return those neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


class PersonalAccessToken(models.Model):
    """What it may do at most; never more than its owner may at that moment."""

    PREFIX: ClassVar = "wbp"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    name = models.CharField(max_length=80)
    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)
    patterns = models.JSONField()  # repository names, `acme/*` or `*`; see accounts.token_limits
    actions = models.JSONField()  # push, delete; pull always
    api_parts = models.JSONField(default=list)
    networks = models.JSONField(default=list)  # CIDR; empty is everywhere
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.CharField(max_length=45, blank=True)
    revoked_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)  # that it expires soon

    objects: ClassVar[models.Manager[PersonalAccessToken]] = (
        PersonalAccessTokenQuerySet.as_manager()
    )

    def __str__(self) -> str:
        """Return the public half."""
        return self.selector

    @property
    def public_part(self) -> str:
        """What lists, logs and mails call it: the secret begins so."""
        return f"{self.PREFIX}_{self.selector}"

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def limits(self) -> TokenLimits:
        """What the policy asks."""
        return TokenLimits(
            patterns=tuple(self.patterns),
            actions=frozenset({"pull", *self.actions}),
            api_parts=frozenset(self.api_parts),
        )
