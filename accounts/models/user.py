"""A person's account."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Finds people; they are created by `accounts.flows.signup` alone."""

    def with_verified_address(self) -> models.QuerySet[User]:
        """Return those who have proven at least one e-mail address."""
        return self.filter(emailaddress__verified=True).distinct()


class User(AbstractBaseUser, PermissionsMixin):
    """A person; `id` is never reused and is what registry tokens carry as their subject."""

    username = models.CharField(max_length=30, unique=True)
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=80, blank=True)
    location = models.CharField(max_length=80, blank=True)
    link = models.URLField(max_length=200, blank=True)
    # Of pages and mails; empty is what the browser asks for, and English in mails.
    language = models.CharField(max_length=7, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    # Registry tokens from before this no longer count: a new password, a log-out everywhere.
    tokens_not_before = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # by its owner; the row keeps the name reserved

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        """Names follow the grammar of accounts.names; the database holds what it can say simply."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")),
                name="user_name_is_lowercase",
            ),
        ]

    def __str__(self) -> str:
        """Return the user name."""
        return self.username

    def get_full_name(self) -> str:
        """Return the name that people call each other by, the user name without one."""
        return self.display_name or self.username

    @property
    def is_verified(self) -> bool:
        """Whether one of the e-mail addresses is proven; read along for the person of a session."""
        return getattr(self, "has_proven_address", False) or bool(
            self.emailaddress_set.filter(verified=True).exists()
        )
