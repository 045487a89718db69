"""Who a session belongs to, with what each page asks of that person: one query."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from accounts.second_factor import marked_if_missing


class SessionBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, which finds people; the gate of the second factor needs no query of its own."""

    def get_user(self, user_id: int) -> User | None:
        """Return whoever may be logged in, marked if a second factor is demanded and missing."""
        user = marked_if_missing(User.objects.filter(pk=user_id)).first()
        return user if user is not None and self.user_can_authenticate(user) else None
