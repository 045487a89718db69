"""Use an access token or a robot's secret: one indexed query, however many there are.

The token service finds the row by a statement of its own (`accounts.proofs`); whether it is good is
asked here for everybody.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.docker_credentials import DockerCredential
from accounts.errors import (
    AccountDisabled,
    AccountNotVerified,
    CredentialEnded,
    InvalidCredentials,
    NetworkRefused,
    OtherAccount,
)
from accounts.last_use import touch
from accounts.models import (
    CommandLineSession,
    Namespace,
    PersonalAccessToken,
    RobotAccount,
    RobotSecret,
    User,
)
from accounts.opaque_tokens import OpaqueToken, parse_opaque_token
from accounts.principals import (
    Principal,
    by_docker_credential,
    principal_of_command_line,
    principal_of_secret,
    principal_of_token,
)
from accounts.token_limits import is_inside

_ANOTHER = "run the command again, and docker-credential-waybill brings another"
Shown = OpaqueToken | DockerCredential  # the secret itself, or what was made of it for docker


def use_token(secret: str, *, login: str | None = None, address: str) -> Principal:
    """Return the token's owner, as narrow as the token; `login`, where given, must be the owner's.

    Raises InvalidCredentials; only who shows the whole secret is told what is wrong with it.
    """
    parsed = parse_opaque_token(secret, PersonalAccessToken.PREFIX)
    if parsed is None:
        raise unknown_credential(login)
    proven = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    rows = PersonalAccessToken.objects.annotate(is_proven=Exists(proven)).select_related("user")
    row = rows.filter(selector=parsed.selector).first()
    is_proven = bool(row and row.is_proven)  # type: ignore[attr-defined]  # annotated
    return accept_token(row, parsed, login=login, address=address, is_proven=is_proven)


def use_robot_secret(secret: str, *, login: str | None = None, address: str) -> Principal:
    """Return the robot whose secret it is; `login`, where given, must be its. Raises as use_token."""
    parsed = parse_opaque_token(secret, RobotSecret.PREFIX)
    if parsed is None:
        raise unknown_credential(login)
    enabled = RobotAccount.objects.enabled().filter(pk=OuterRef("robot"))
    rows = RobotSecret.objects.annotate(is_enabled=Exists(enabled))
    row = rows.select_related("robot__namespace").filter(selector=parsed.selector).first()
    is_enabled = bool(row and row.is_enabled)  # type: ignore[attr-defined]  # annotated
    return accept_secret(row, parsed, login=login, address=address, is_enabled=is_enabled)


def accept_token(
    row: PersonalAccessToken | None,
    shown: Shown,
    *,
    login: str | None,
    address: str,
    is_proven: bool,
) -> Principal:
    """Return the owner of the row that was found for a token, or raise what use_token raises.

    `is_proven`: its owner has proven an address.
    """
    if row is None or not shown.matches(row.secret_digest):
        raise unknown_credential(login)
    if not (login is None or _is_login_of(row.user, login)):
        message = f"this access token is not one of '{_shown(login)}'"
        raise OtherAccount(message)
    _check_owner(row.user, is_proven=is_proven)
    _check_token(row, address)
    return _used(principal_of_token(row), row, shown, address)


def accept_secret(
    row: RobotSecret | None,
    shown: Shown,
    *,
    login: str | None,
    address: str,
    is_enabled: bool,
) -> Principal:
    """Return the robot of the row that was found for a secret, or raise what use_token raises."""
    if row is None or not shown.matches(row.secret_digest):
        raise unknown_credential(login)
    if not (login is None or _is_login_of_robot(row.robot, login)):
        message = f"this secret is not one of '{_shown(login)}': log in as {row.robot}"
        raise OtherAccount(message)
    if not is_enabled:
        message = f"the robot account '{row.robot}' is disabled: ask an owner of its namespace"
        raise AccountDisabled(message)
    if row.revoked_at or row.is_expired:
        how = "was revoked" if row.revoked_at else f"expired on {row.expires_at:%Y-%m-%d}"
        message = f"the secret {row.public_part} of '{row.robot}' {how}: ask for a new one"
        raise CredentialEnded(message)
    return _used(principal_of_secret(row), row, shown, address)


def accept_session(
    row: CommandLineSession | None,
    user: User | None,
    shown: Shown,
    *,
    login: str,
    is_proven: bool,
    alive_until: datetime | None,
) -> Principal:
    """Return whose session docker was handed something of, or raise what use_token raises.

    `alive_until`: the end of a session that still logs this person in.
    """
    if row is None or user is None or not shown.matches(row.secret_digest):
        raise unknown_credential(login)
    if not _is_login_of(user, login):
        message = f"this session is not one of '{_shown(login)}'"
        raise OtherAccount(message)
    _check_owner(user, is_proven=is_proven)
    if alive_until is None:
        message = "the session of this command line has ended: waybill login begins another"
        raise CredentialEnded(message)
    return _narrowed(principal_of_command_line(row, user, until=alive_until), shown)


def _used(
    holder: Principal, row: PersonalAccessToken | RobotSecret, shown: Shown, address: str
) -> Principal:
    holder = _narrowed(holder, shown)
    touch(row, address=address)
    return holder


def _narrowed(holder: Principal, shown: Shown) -> Principal:
    """Return the holder, until what docker was handed ends, if it was that."""
    if not isinstance(shown, DockerCredential):
        return holder
    if shown.is_expired:
        message = f"this docker credential expired at {shown.expires_at:%H:%M} UTC: {_ANOTHER}"
        raise CredentialEnded(message)
    return by_docker_credential(holder, until=shown.expires_at)


def _check_owner(user: User, *, is_proven: bool) -> None:
    if not user.is_active:
        message = f"account '{user.username}' is disabled: ask an administrator"
        raise AccountDisabled(message)
    if not is_proven:
        message = f"account '{user.username}' is not verified"
        raise AccountNotVerified(message)


def _check_token(token: PersonalAccessToken, address: str) -> None:
    label = f"the access token '{token.name}'" if token.name.isascii() else "the access token"
    if token.revoked_at or token.is_expired:
        how = "was revoked" if token.revoked_at else f"expired on {token.expires_at:%Y-%m-%d}"
        message = f"{label} ({token.public_part}) {how}: {settings.PUBLIC_URL}/settings/tokens"
        raise CredentialEnded(message)
    if not is_inside(address, token.networks):
        message = f"{label} ({token.public_part}) may not be used from {address}"
        raise NetworkRefused(message)


def _is_login_of(user: User, login: str) -> bool:
    if "@" not in login:
        return login == user.username
    mine = EmailAddress.objects.filter(user=user, verified=True, email=login.lower())
    return "\x00" not in login and mine.exists()


def _is_login_of_robot(robot: RobotAccount, login: str) -> bool:
    """Whether it is the robot's name, also by a name that its namespace had in the past."""
    namespace, _, name = login.partition("+")
    if name != robot.name:
        return False
    if namespace == robot.namespace.name:
        return True
    old_names = Namespace.objects.filter(redirects_to=robot.namespace)
    return "\x00" not in login and old_names.filter(name=namespace).exists()


def unknown_credential(login: str | None) -> InvalidCredentials:
    """Return the refusal of what is no credential of ours."""
    if login is None:
        return InvalidCredentials("the access token is not valid (any more)")
    return InvalidCredentials(f"wrong user name or access token for '{_shown(login)}'")


def _shown(login: str) -> str:
    is_plain = login.isascii() and login.isprintable() and len(login) <= 60
    return login if is_plain else "this account"
