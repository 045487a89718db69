"""What credentials come back from a backup: those that are known to hold still, and no other (L25).

A backup holds what was revoked since it was made. Of the database that is replaced a list can be taken
first, of what holds there; without that list everything ends, for nobody can know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Invitation, PersonalAccessToken, RobotSecret, User
from accounts.second_factor import forget_browsers
from config.backup.errors import BackupTrouble
from index.models import Registry, TrustedPublisher, V1Token
from tokenauth.models import RefreshToken, WorkloadSecret


@dataclass(frozen=True, slots=True)
class Person:
    """What holds of an account; the password as a print of its hash."""

    password: str
    is_active: bool
    is_superuser: bool


@dataclass(frozen=True, slots=True)
class Valid:
    """What holds in a database: public parts and prints, no secret."""

    at: str
    people: dict[str, Person] = field(default_factory=dict)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        """Keep it for the restore."""
        file.write_text(json.dumps(asdict(self)))
        file.chmod(0o600)

    @classmethod
    def read(cls, file: Path, *, made_at: str) -> Valid:
        """Read a list; raise BackupTrouble for one that is older than the backup."""
        try:
            raw = json.loads(file.read_text())
            people = {pk: Person(**person) for pk, person in raw["people"].items()}
            found = cls(raw["at"], people, raw["secrets"], raw["rows"])
            is_older = datetime.fromisoformat(found.at) < datetime.fromisoformat(made_at)
        except (OSError, ValueError, TypeError, KeyError) as error:
            message = f"{file} is no list of what holds: {error}."
            raise BackupTrouble(message) from error
        if is_older:
            message = f"{file} is older than the backup: it knows of nothing that ended since."
            raise BackupTrouble(message)
        return found


# Kind → what holds of it, and the field that names one without being its secret.
_KINDS: dict[str, tuple[Callable[[], models.QuerySet[Any]], str]] = {
    "access tokens": (lambda: PersonalAccessToken.objects.filter(revoked_at=None), "selector"),
    "robot secrets": (
        lambda: RobotSecret.objects.filter(revoked_at=None, robot__disabled_at=None),
        "selector",
    ),
    "docker logins": (lambda: RefreshToken.objects.filter(revoked_at=None), "selector"),
    "invitations": (Invitation.objects.open, "selector"),
    "secrets of registries": (Registry.objects.all, "events_secret_digest"),
}


# Kind → what is gone once it is taken away.
_ROWS: dict[str, type[models.Model]] = {
    "second factors and passkeys": Authenticator,
    "external logins": SocialAccount,
    "trusted publishers": TrustedPublisher,
}


def valid_now() -> Valid:
    """Take the list of this database."""
    known = User.objects.values_list("pk", "password", "is_active", "is_superuser")
    people = {str(pk): Person(_print(password), *flags) for pk, password, *flags in known}
    secrets = {
        kind: [_named(kind, value) for value in rows().values_list(name, flat=True)]
        for kind, (rows, name) in _KINDS.items()
    }
    rows = {
        kind: list(model._default_manager.values_list("pk", flat=True))
        for kind, model in _ROWS.items()
    }
    return Valid(timezone.now().isoformat(), people, secrets, rows)


def end_what_does_not_hold(valid: Valid | None) -> dict[str, int]:
    """End everything that is not in the list, or everything; return how many of each kind."""
    with transaction.atomic():
        ended = {kind: _end(kind, valid) for kind in _KINDS}
        ended |= _end_what_is_short()
        ended["passwords"] = _end_passwords(valid)
        ended |= _follow(valid) if valid else _end_what_opens_alone()
        for user in User.objects.filter(authenticator__isnull=False).distinct():
            forget_browsers(user)
        User.objects.update(tokens_not_before=timezone.now())
    return ended


def _end(kind: str, valid: Valid | None) -> int:
    rows, name = _KINDS[kind]
    holds = set(valid.secrets.get(kind, ())) if valid else set()
    gone = [pk for pk, value in rows().values_list("pk", name) if _named(kind, value) not in holds]
    for some in _slices(gone):
        mine = rows().model.objects.filter(pk__in=some)
        if kind == "secrets of registries":
            mine.update(events_secret_digest="", previous_events_secret_digest="")
        else:
            mine.update(revoked_at=timezone.now())
    Registry.objects.update(previous_events_secret_digest="")
    return len(gone)


def _end_what_is_short() -> dict[str, int]:
    """End what people and machines get anew by themselves."""
    UserSession.objects.all().delete()
    return {
        "sessions": Session.objects.all().delete()[0],
        "tokens of v1 and of CI jobs": V1Token.objects.all().delete()[0]
        + WorkloadSecret.objects.all().delete()[0],
    }


def _end_passwords(valid: Valid | None) -> int:
    """Make passwords unusable that are not known to be the last ones; mail brings a new one."""
    gone = []
    for pk, password in User.objects.values_list("pk", "password"):
        person = valid.people.get(str(pk)) if valid else None
        if person is None or person.password != _print(password):
            gone.append(pk)
    for some in _slices(gone):
        User.objects.filter(pk__in=some).update(password=make_password(None))
    return len(gone)


def _follow(valid: Valid) -> dict[str, int]:
    """Let nobody be more than they were last: closed, disabled, dismissed; nor have what was taken away."""
    active = [int(pk) for pk, person in valid.people.items() if person.is_active]
    administrators = [int(pk) for pk, person in valid.people.items() if person.is_superuser]
    disabled = _without(User.objects.filter(is_active=True), active)
    dismissed = _without(User.objects.filter(is_superuser=True), administrators)
    for some in _slices(disabled):
        User.objects.filter(pk__in=some).update(is_active=False)
    for some in _slices(dismissed):
        User.objects.filter(pk__in=some).update(is_superuser=False, is_staff=False)
    ended = {"accounts": len(disabled), "administrators": len(dismissed)}
    for kind, model in _ROWS.items():
        gone = _without(model._default_manager.all(), valid.rows.get(kind, []))
        for some in _slices(gone):
            model._default_manager.filter(pk__in=some).delete()
        ended[kind] = len(gone)
    return ended


def _end_what_opens_alone() -> dict[str, int]:
    """End what logs in by itself. Codes only protect, and a provider says itself who may come."""
    passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    return {
        "passkeys": passkeys.delete()[0],
        "trusted publishers": TrustedPublisher.objects.all().delete()[0],
    }


def _without(rows: models.QuerySet[Any], known: Iterable[int]) -> list[int]:
    return sorted(set(rows.values_list("pk", flat=True)) - set(known))


def _slices(numbers: list[int], size: int = 500) -> Iterable[list[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _named(kind: str, value: str) -> str:
    """Return what stands in the list: of a digest a print, for the list is no second database."""
    return _print(value) if kind == "secrets of registries" else value


def _print(value: str) -> str:
    return salted_hmac("config.backup.credentials", value, algorithm="sha256").hexdigest()
