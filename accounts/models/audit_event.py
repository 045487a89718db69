"""What principals did: written once, never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction

from accounts.audit_guard import say_that_this_is_retention
from accounts.models.namespace import Namespace


class AuditIsAppendOnly(Exception):
    """Somebody's code tried to change the past."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads; what is written stays as it is."""

    def update(self, **_values: Any) -> int:
        """Refuse."""
        raise AuditIsAppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AuditIsAppendOnly

    def forget_for_good(self) -> None:
        """Delete what was kept for long enough: `accounts.flows.prune_audit` alone, which says so."""
        with transaction.atomic(self.db):
            say_that_this_is_retention(self.db)
            self._raw_delete(self.db)

    def forget_whereabouts(self, subject: str) -> None:
        """Erase from where a person acted and which mailboxes it was about: the account closes.

        The one change there is. Who did what to what stays.
        """
        own = self.filter(actor=subject)
        super(AuditEventQuerySet, own).update(address="", user_agent="")
        mailboxes = own.filter(action__contains=":email:")
        super(AuditEventQuerySet, mailboxes).update(target="", details={})


class AuditEvent(models.Model):
    """One change, by whom, to what, from where. Only accounts.audit writes these."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    action = models.CharField(max_length=60)  # accounts.audit.AuditAction
    actor = models.CharField(max_length=80)  # a principal's subject; a name would be reused
    actor_name = models.CharField(max_length=80)
    credential = models.CharField(max_length=40, blank=True)  # `token:17`; empty for a session
    # Whose affairs: shown to the owners of the namespace, and to the user.
    namespace = models.ForeignKey(
        Namespace, null=True, on_delete=models.SET_NULL, related_name="audit_events"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="audit_events"
    )
    target = models.CharField(max_length=255, blank=True)  # the name of what was changed
    details = models.JSONField(default=dict)  # names of fields and plain values, never secrets
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        """Read newest first, for one namespace or one person."""

        ordering: ClassVar[list[Any]] = ["-at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["namespace", "-at"], name="audit_of_namespace"),
            models.Index(fields=["user", "-at"], name="audit_of_user"),
            models.Index(fields=["target", "-at"], name="audit_of_target"),
            models.Index(fields=["actor_name", "-at"], name="audit_of_actor"),
            models.Index(fields=["action", "-at"], name="audit_of_action"),
            models.Index(fields=["address", "-at"], name="audit_of_address"),
        ]

    def __str__(self) -> str:
        """Return who did what."""
        return f"{self.actor_name} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row for the first time, and never again."""
        if not self._state.adding:
            raise AuditIsAppendOnly
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AuditIsAppendOnly
