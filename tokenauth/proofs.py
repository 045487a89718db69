"""Who holds a refresh token, as one statement that a decision extends (see `accounts.proofs`)."""

from __future__ import annotations

from django.conf import settings

from accounts.models import User
from accounts.opaque_tokens import parse_opaque_token
from accounts.principals import Principal
from accounts.proofs import Proof
from accounts.statements import Row, loaded, moment, moment_or_none, now
from tokenauth.models import RefreshToken
from tokenauth.refresh import PREFIX, accept_machine, login_ended

_BY_MACHINE = """
SELECT u.id AS user_id, CAST(NULL AS bigint) AS robot_id, u.username, u.is_superuser,
  EXISTS (SELECT 1 FROM mfa_authenticator f
          WHERE f.user_id = u.id AND f.type IN ('totp', 'webauthn'))
  OR EXISTS (SELECT 1 FROM accounts_membership m
             JOIN accounts_organization o ON o.id = m.organization_id
             WHERE m.user_id = u.id AND o.requires_second_factor AND o.deleted_at IS NULL)
    AS needs_token,
  t.id AS proof_id, t.secret_digest, t.last_used_at, t.expires_at, t.idle_expires_at,
  u.tokens_not_before
FROM tokenauth_refreshtoken t JOIN accounts_user u ON u.id = t.user_id
WHERE t.selector = :selector AND t.service = :service AND t.revoked_at IS NULL
  AND t.expires_at > :at AND t.idle_expires_at > :at AND u.is_active
"""


def proof_by_machine(secret: str, *, service: str) -> Proof:
    """Return the proof by a refresh token; accepting and making it raise InvalidGrant."""
    shown = parse_opaque_token(secret, PREFIX)
    if shown is None:
        raise login_ended()

    def accept(found: Row | None) -> Principal:
        row = _machine(found) if found else None
        needs_token = bool(found and found[4]) or settings.REQUIRE_TWO_FACTOR
        return accept_machine(row, shown, needs_token=needs_token)

    params = {"selector": shown.selector, "service": service, "at": now()}
    return Proof(_BY_MACHINE, params, accept)


def _machine(row: Row) -> RefreshToken:
    machine = loaded(
        RefreshToken,
        id=row[5],
        user_id=row[0],
        secret_digest=row[6],
        last_used_at=moment(row[7]),
        expires_at=moment(row[8]),
        idle_expires_at=moment(row[9]),
    )
    machine.user = loaded(
        User,
        id=row[0],
        username=row[2],
        is_superuser=row[3],
        tokens_not_before=moment_or_none(row[10]),
    )
    return machine
