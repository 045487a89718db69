"""Who is acting: what policy and tokens see of a person."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User

_USER_SUBJECT = "user:"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, or anybody."""

    user: User | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in."""
        return self.user is None

    @property
    def is_administrator(self) -> bool:
        """Whether this is an administrator of the whole site."""
        return self.user is not None and self.user.is_superuser

    @property
    def name(self) -> str:
        """The user name, `anonymous` without one."""
        return self.user.username if self.user else "anonymous"

    @property
    def subject(self) -> str:
        """The `sub` of a registry token: an immutable id, `""` for anonymous (never a name: F13)."""
        return f"{_USER_SUBJECT}{self.user.pk}" if self.user else ""


ANONYMOUS = Principal()


def principal_from_subject(subject: str) -> Principal | None:
    """Return who a token's `sub` is today; None when that account is gone or disabled."""
    if subject == "":
        return ANONYMOUS
    user_id = subject.removeprefix(_USER_SUBJECT)
    if not (subject.startswith(_USER_SUBJECT) and user_id.isascii() and user_id.isdigit()):
        return None
    user = User.objects.filter(pk=int(user_id), is_active=True).first()
    return Principal(user) if user else None
