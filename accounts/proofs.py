"""Who holds a secret, found by one statement that others may extend: the token service's.

A `Proof` is a SELECT of at most one row, beginning with `user_id` and `robot_id`, and the reader of
that row. What makes a credential good is decided by `accounts.flows.use_credential` alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from accounts.credential_kinds import Use, check_opens, kind_of_secret
from accounts.docker_credentials import parse_docker_credential
from accounts.errors import CredentialEnded
from accounts.flows.end_sessions import is_of, proved_elsewhere
from accounts.flows.use_credential import (
    Shown,
    accept_secret,
    accept_session,
    accept_token,
    unknown_credential,
)
from accounts.models import (
    CommandLineSession,
    Namespace,
    PersonalAccessToken,
    RobotAccount,
    RobotSecret,
    User,
)
from accounts.opaque_tokens import parse_opaque_token
from accounts.principals import ANONYMOUS, COMMAND_LINE, Principal
from accounts.second_factor import is_missing_of, why_demanded
from accounts.statements import Row, loaded, moment_or_none, now, run

_OF_NOBODY = "SELECT CAST(NULL AS bigint) AS user_id, CAST(NULL AS bigint) AS robot_id"
_BY_ACCESS = """
SELECT u.id AS user_id, CAST(NULL AS bigint) AS robot_id, u.username, u.is_active, u.is_superuser,
  EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = u.id AND e.verified) AS proven,
  t.id AS proof_id, t.name AS label, t.selector, t.secret_digest, CAST(t.patterns AS text) AS patterns,
  CAST(t.actions AS text) AS actions, CAST(t.api_parts AS text) AS parts,
  CAST(t.networks AS text) AS networks, t.expires_at, t.last_used_at, t.revoked_at,
  u.tokens_not_before
FROM accounts_personalaccesstoken t JOIN accounts_user u ON u.id = t.user_id
WHERE t.selector = :selector
"""
_BY_ROBOT = """
SELECT CAST(NULL AS bigint) AS user_id, robot.id AS robot_id, robot.name AS robot_name,
  robot.may_create, robot.is_builder, robot.namespace_id, n.name AS namespace,
  robot.disabled_at IS NULL AND (
    EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = n.user_id AND u.is_active)
    OR EXISTS (SELECT 1 FROM accounts_organization o
               WHERE o.id = n.organization_id AND o.deleted_at IS NULL)) AS enabled,
  s.id AS proof_id, s.selector, s.secret_digest, s.expires_at, s.last_used_at, s.revoked_at
FROM accounts_robotsecret s
JOIN accounts_robotaccount robot ON robot.id = s.robot_id
JOIN accounts_namespace n ON n.id = robot.namespace_id
WHERE s.selector = :selector
"""

_BY_COMMAND_LINE = """
SELECT u.id AS user_id, CAST(NULL AS bigint) AS robot_id, u.username, u.is_active, u.is_superuser,
  EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = u.id AND e.verified) AS proven,
  u.password, u.tokens_not_before, c.id AS proof_id, c.selector, c.secret_digest, kept.session_data,
  EXISTS (SELECT 1 FROM mfa_authenticator f
          WHERE f.user_id = u.id AND f.type IN ('totp', 'webauthn')) AS has_factor,
  EXISTS (SELECT 1 FROM accounts_membership m
          JOIN accounts_organization o ON o.id = m.organization_id
          WHERE m.user_id = u.id AND o.requires_second_factor AND o.deleted_at IS NULL) AS demanded,
  kept.expire_date
FROM accounts_commandlinesession c
JOIN usersessions_usersession s ON s.id = c.session_id
JOIN accounts_user u ON u.id = s.user_id
LEFT JOIN django_session kept ON kept.session_key = s.session_key AND kept.expire_date > :at
WHERE c.selector = :selector
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement, its parameters, and what makes a principal of its row or refuses."""

    sql: str
    params: Mapping[str, Any]
    accept: Callable[[Row | None], Principal]


def prove(proof: Proof) -> Principal:
    """Return who it is, where nothing else is asked; raises what the proof's `accept` raises."""
    rows = run(proof.sql, proof.params)
    return proof.accept(rows[0] if rows else None)


NOBODY = Proof(_OF_NOBODY, {}, lambda _: ANONYMOUS)


def proof_by_token(secret: str, *, login: str, address: str) -> Proof:
    """Return the proof by a personal access token; raises what `use_token` raises."""
    parsed = _parse(secret, PersonalAccessToken.PREFIX, login)

    def accept(row: Row | None) -> Principal:
        token = _token(row) if row else None
        return accept_token(
            token, parsed, login=login, address=address, is_proven=bool(row and row[5])
        )

    return Proof(_BY_ACCESS, {"selector": parsed.selector}, accept)


def proof_by_secret(secret: str, *, login: str, address: str) -> Proof:
    """Return the proof by a robot's secret; raises what `use_robot_secret` raises."""
    parsed = _parse(secret, RobotSecret.PREFIX, login)

    def accept(row: Row | None) -> Principal:
        found = _secret(row) if row else None
        return accept_secret(
            found, parsed, login=login, address=address, is_enabled=bool(row and row[7])
        )

    return Proof(_BY_ROBOT, {"selector": parsed.selector}, accept)


def proof_by_command_line(secret: str, *, login: str, address: str) -> Proof:
    """Return the proof by a command line's session; raises what `use_token` raises."""
    parsed = _parse(secret, CommandLineSession.PREFIX, login)

    def accept(row: Row | None) -> Principal:
        session, user = _session(row) if row else (None, None)
        is_alive = user is not None and row is not None and is_of(user, row[11])
        holder = accept_session(
            session,
            user,
            parsed,
            login=login,
            is_proven=bool(row and row[5]),
            alive_until=moment_or_none(row[14]) if row and is_alive else None,
        )
        if row and user and is_missing_of(user) and not proved_elsewhere(row[11]):
            raise CredentialEnded(why_demanded(user))
        return holder

    return Proof(_BY_COMMAND_LINE, {"selector": parsed.selector, "at": now()}, accept)


class Parent(NamedTuple):
    """Of what docker credentials are made, and how its holder is found."""

    model: type[CommandLineSession | PersonalAccessToken | RobotSecret]
    proof: Callable[..., Proof]
    is_narrow: bool = True  # it opens less than what is made of it might


# By what `Principal.credential` begins with.
PARENTS = {
    # All that its person may: it shows itself to no door of docker's, so this is made of it.
    COMMAND_LINE: Parent(CommandLineSession, proof_by_command_line, is_narrow=False),
    "token": Parent(PersonalAccessToken, proof_by_token),
    "secret": Parent(RobotSecret, proof_by_secret),
}


def proof_by_docker_credential(secret: str, *, login: str, address: str, use: Use) -> Proof:
    """Return the proof by what was made of a longer-lived secret: that one's statement.

    Raises what is raised of that one, which must open the door, too, if it is narrow.
    """
    shown = parse_docker_credential(secret)
    by_prefix = {parent.model.PREFIX: parent for parent in PARENTS.values()}
    parent = by_prefix.get(shown.parent) if shown else None
    if parent is None:
        raise unknown_credential(login)
    if parent.is_narrow:
        check_opens(kind_of_secret(f"{parent.model.PREFIX}_"), use)
    return parent.proof(secret, login=login, address=address)


def _parse(secret: str, prefix: str, login: str) -> Shown:
    """Return the secret of this kind that was shown, or the docker credential made of one."""
    made = parse_docker_credential(secret)
    parsed: Shown | None = parse_opaque_token(secret, prefix)
    parsed = parsed or (made if made and made.parent == prefix else None)
    if parsed is None:
        raise unknown_credential(login)
    return parsed


def _token(row: Row) -> PersonalAccessToken:
    user = loaded(
        User,
        id=row[0],
        username=row[2],
        is_active=row[3],
        is_superuser=row[4],
        tokens_not_before=moment_or_none(row[17]),
    )
    token = loaded(
        PersonalAccessToken,
        id=row[6],
        user_id=row[0],
        name=row[7],
        selector=row[8],
        secret_digest=row[9],
        patterns=_list(row[10]),
        actions=_list(row[11]),
        api_parts=_list(row[12]),
        networks=_list(row[13]),
        expires_at=moment_or_none(row[14]),
        last_used_at=moment_or_none(row[15]),
        revoked_at=moment_or_none(row[16]),
    )
    token.user = user
    return token


def _session(row: Row) -> tuple[CommandLineSession, User]:
    user = loaded(
        User,
        id=row[0],
        username=row[2],
        is_active=row[3],
        is_superuser=row[4],
        password=row[6],
        tokens_not_before=moment_or_none(row[7]),
        has_factor=row[12],  # what is_missing_of asks for
        is_demanded_by_organizations=row[13],
    )
    session = loaded(CommandLineSession, id=row[8], selector=row[9], secret_digest=row[10])
    return session, user


def _secret(row: Row) -> RobotSecret:
    robot = loaded(
        RobotAccount,
        id=row[1],
        name=row[2],
        may_create=row[3],
        is_builder=row[4],
        namespace_id=row[5],
    )
    robot.namespace = loaded(Namespace, id=row[5], name=row[6])
    secret = loaded(
        RobotSecret,
        id=row[8],
        robot_id=row[1],
        selector=row[9],
        secret_digest=row[10],
        expires_at=moment_or_none(row[11]),
        last_used_at=moment_or_none(row[12]),
        revoked_at=moment_or_none(row[13]),
    )
    secret.robot = robot
    return secret


def _list(text: str) -> list[str]:
    found: list[str] = json.loads(text) if text != "[]" else []
    return found
