"""`X-Docker-Token`: one use, one repository, one kind of access; kept as a digest.

The client carries it to a registry, the registry shows it to us, and there it is used up.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.utils import timezone

from accounts.credential_kinds import Kind, Use, opens
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.opaque_tokens import digest_of, make_opaque_token
from accounts.principals import Principal
from index.errors import NameInvalid
from index.lookup import leads_to
from index.models import Repository, V1Token
from index.names import RepositoryName, parse_familiar_name
from index.policy import administers, allowed_actions
from index.roles import Action
from index.subjects import principal_from_subject
from index.v1.errors import TokenRefused

_PREFIX = "wbx"
# Whether `Token ` belongs to the value was never agreed upon, so clients send it twice.
_HEADER = re.compile(
    r'(?:token )+signature=(\w{1,200}),repository="([^"]{1,255})",access=(\w{1,10})',
    re.ASCII | re.IGNORECASE,
)


class V1Access(StrEnum):
    """What a v1 token opens."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"


def is_token_header(authorization: str) -> bool:
    """Whether a registry is speaking."""
    return authorization.lower().startswith("token ")


def issue_token(repository: Repository, *, principal: Principal, access: V1Access) -> str:
    """Return the value of a new token; only the digest of its secret part is kept."""
    token = make_opaque_token(_PREFIX)
    longest = timezone.now() + timedelta(seconds=settings.TOKEN_LIFETIME)
    V1Token.objects.create(
        digest=token.digest,
        repository=repository,
        user=principal.user,
        subject=principal.subject,
        credential=principal.credential,
        access=access,
        expires_at=min(longest, principal.until or longest),
    )
    return f'signature={token.value},repository="{_v1_name(repository.name)}",access={access}'


def check_token(authorization: str, name: RepositoryName) -> V1Token:
    """Return the token if it is good for this repository now; raise TokenRefused."""
    parts = _HEADER.fullmatch(authorization) if opens(Kind.V1_TOKEN, Use.V1) else None
    row = _find(parts[1], parts[3]) if parts else None
    if row is None or not _is_for(row, name, parts) or not _is_still_allowed(row):
        message = "the token is unknown, used up, expired or for something else"
        raise TokenRefused(message)
    return row


def use_token(authorization: str, name: RepositoryName) -> V1Token:
    """Check the token and use it up; of two who show it at the same moment one is refused."""
    row = check_token(authorization, name)
    deleted, _ = V1Token.objects.filter(pk=row.pk).delete()
    if not deleted:
        message = "the token is used up"
        raise TokenRefused(message)
    return row


def _find(secret: str, access: str) -> V1Token | None:
    return (
        V1Token.objects.usable()
        .select_related("repository__namespace", "repository__registry")
        .filter(digest=digest_of(secret), access=access)
        .first()
    )


def _is_for(token: V1Token, name: RepositoryName, parts: re.Match[str] | None) -> bool:
    """Whether both the name in the header and the name of the address are the repository's."""
    if parts is None or not leads_to(name, token.repository):
        return False
    try:
        written = parse_familiar_name(parts[2])
    except NameInvalid:
        return False
    return leads_to(written, token.repository)


def _is_still_allowed(token: V1Token) -> bool:
    """Whether its owner may still do this: what was revoked meanwhile is refused."""
    # Or before, if it ends early with what proved its owner: then less counts, never more.
    issued = token.expires_at - timedelta(seconds=settings.TOKEN_LIFETIME)
    principal = principal_from_subject(
        token.subject, token.credential, issued_at=int(issued.timestamp())
    )
    if principal is None:
        return False
    if token.access == V1Access.DELETE:
        return administers(principal, token.repository)
    action = Action.PUSH if token.access == V1Access.WRITE else Action.PULL
    return action in allowed_actions(principal, token.repository).actions


def _v1_name(name: str) -> str:
    """Return the name as v1 writes it: with `library/` for official images."""
    return name if "/" in name else f"{ROOT_NAMESPACE}/{name}"
