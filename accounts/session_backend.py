"""Who a session belongs to, with what each page asks of that person: one query."""

from __future__ import annotations

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from accounts.models import User
from accounts.second_factor import with_everything


class SessionBackend(AuthenticationBackend):
    """allauth's, which finds people; what gate and pages ask of each comes along."""

    def get_user(self, user_id: int) -> User | None:
        """Return whoever may be logged in, with what is said of second factors and addresses."""
        user = _people().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def _people() -> QuerySet[User]:
    """Return the question that every request asks: to put it together takes half as long as to ask it."""
    return with_everything(User.objects.all())
