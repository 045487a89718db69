"""Who a session belongs to, with what each page asks of that person: one query."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from accounts.models import User
from accounts.prepared import prepared
from accounts.second_factor import with_everything


class SessionBackend(AuthenticationBackend):
    """allauth's, which finds people; what gate and pages ask of each comes along."""

    def get_user(self, user_id: int) -> User | None:
        """Return whoever may be logged in, with what is said of second factors and addresses."""
        found: list[User] = prepared(_person, user=user_id).rows()
        return next((user for user in found if self.user_can_authenticate(user)), None)


def _person(*, user: int) -> QuerySet[User]:
    return with_everything(User.objects.filter(pk=user))
