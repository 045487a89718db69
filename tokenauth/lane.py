"""`/token`: decide what the caller may do of what it asks for, and sign that.

The one way a token is issued, in front of Django's handler (`config.lanes`). What was decided is
remembered by a keyed digest of the whole request until anything changes; it is signed each time anew.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.audit import Origin, origin
from accounts.changes import stamp
from accounts.credential_kinds import Kind, kind_of_secret
from accounts.lane import Answer, Asked, read, told_beginning
from accounts.memory import Memory, keyed_digest
from accounts.password_hashing import QUICK_DEADLINE, deadline
from accounts.principals import Principal
from index.denials import Who, note
from index.key_formats import key_format_of
from index.models.denial import Door
from tokenauth.access import check_service, granted_access, repository_names
from tokenauth.credentials import Authenticated, authenticate
from tokenauth.errors import InvalidRequest, TokenRefusal
from tokenauth.inputs import GrantType, TokenRequest, read_request
from tokenauth.machines import principal_of_machine
from tokenauth.refresh import issue_refresh_token
from tokenauth.responses import (
    method_not_allowed,
    refusal_answer,
    scope_text,
    to_passwords,
    token_answer,
)
from tokenauth.signing.tokens import lasting_claims, sign

_LONGEST: int = settings.TOKEN_LIFETIME
MAXIMUM_TOKEN = 7_000  # bytes; many servers refuse header lines above 8 KiB
_TOO_MANY_SCOPES = "too_many_scopes: ask for fewer repositories in one request"


@dataclass(frozen=True, slots=True)
class Decided:
    """Everything about an answer but the signature; no secret is in it unless `refresh_token` is."""

    claims: bytes
    scope: str
    key_format: str
    is_anonymous: bool = False
    is_exchange: bool = False
    counts_from: int = 0  # no token of this person counts that was issued before
    refresh_token: str = ""
    repeats_refresh_token: bool = False  # the answer has the one that stands in the form
    until: datetime | None = None  # when the first of what it rests on ends


_memory: Memory[Decided] = Memory()
_formats: Memory[str] = Memory()


def answer(environ: Mapping[str, Any]) -> Answer:
    """Answer `/token`; never sets a cookie."""
    asked = read(environ)
    if asked.method not in {"GET", "HEAD", "POST"}:
        return method_not_allowed()
    key = keyed_digest(
        asked.method,
        asked.query,
        asked.authorization,
        asked.content_type,
        asked.body,
        asked.address,
    )
    try:
        decided = _memory.get(key)
        if decided:
            return _issue(decided, asked)
        began = int(time.time())
        decided = _decide(asked, key)
        return _issue(decided, asked, issued_at=began) if decided else to_passwords()
    except TokenRefusal as refusal:
        return refusal_answer(refusal)


def forget() -> None:
    """Drop what is remembered."""
    _memory.forget()
    _formats.forget()


def _decide(asked: Asked, key: bytes) -> Decided | None:
    """Decide anew, and remember; None where a password has to be hashed, which is done elsewhere."""
    since = stamp.read()
    request = read_request(asked)
    if _is_for_passwords(request, asked):
        return None
    context = origin.set(Origin(asked.address, asked.user_agent))
    try:
        with deadline(told_beginning(asked.environ), seconds=QUICK_DEADLINE):
            decided = _grant(request, asked)
    finally:
        origin.reset(context)
    if not decided.refresh_token and request.grant_type is not GrantType.TOKEN_EXCHANGE:
        _memory.keep(key, decided, since=since, until=decided.until)
    return decided


def _grant(request: TokenRequest, asked: Asked) -> Decided:
    check_service(request.service)
    names = repository_names(request.scopes)
    who = _stay(request, authenticate(request, list(names)))
    principal = who.principal
    granted = granted_access(
        principal, request.scopes, names=names, facts=who.facts, service=request.service
    )
    for lack in granted.shortfalls:
        note(
            lack.repository,
            who=Who(principal.subject, principal.credential, request.address),
            door=Door.TOKEN,
            asked=lack.asked,
            granted=lack.granted,
            why=lack.why,
        )
    repeats = bool(who.refresh_token) and _shown_refresh_token(asked) == who.refresh_token
    decided = Decided(
        claims=lasting_claims(
            subject=principal.subject,
            service=request.service,
            access=granted.access,
            credential=principal.credential,
        ),
        scope=scope_text(granted.access),
        key_format=_format_of(request.service),
        is_anonymous=request.grant_type is GrantType.NONE,
        is_exchange=request.grant_type is GrantType.TOKEN_EXCHANGE,
        counts_from=_counts_from(principal),
        refresh_token="" if repeats else who.refresh_token,
        repeats_refresh_token=repeats,
        until=min(filter(None, (principal.until, granted.until)), default=None),
    )
    if len(decided.claims) > MAXIMUM_TOKEN:
        raise InvalidRequest(_TOO_MANY_SCOPES)  # and is not remembered
    return decided


def _issue(decided: Decided, asked: Asked, *, issued_at: int | None = None) -> Answer:
    """Sign. What was decided just now counts from when that began.

    A password that was changed while the old one was being hashed ends what is signed with it. Who
    ended all tokens in this very second gets one that counts from the next (`end_tokens`).
    """
    issued_at = max(issued_at or int(time.time()), decided.counts_from)
    lifetime = _lifetime(decided.until, issued_at)
    signed = sign(
        decided.claims, lifetime=lifetime, key_format=decided.key_format, issued_at=issued_at
    )
    if len(signed) > MAXIMUM_TOKEN:
        raise InvalidRequest(_TOO_MANY_SCOPES)
    repeats = decided.repeats_refresh_token
    return token_answer(
        signed,
        decided.scope,
        _shown_refresh_token(asked) if repeats else decided.refresh_token,
        lifetime=lifetime,
        is_exchange=decided.is_exchange,
        may_be_shared=decided.is_anonymous and asked.method == "GET",
    )


def _lifetime(until: datetime | None, issued_at: int) -> int:
    """Return for how many seconds a token is good: it outlives nothing that it rests on.

    Clients take less than a minute for one, so there is no least: registries and the gateway allow
    that minute behind every end (LEEWAY).
    """
    left = math.ceil(until.timestamp()) - issued_at if until else _LONGEST
    return max(1, min(_LONGEST, left))


def _counts_from(principal: Principal) -> int:
    ended = principal.user.tokens_not_before if principal.user else None
    return math.ceil(ended.timestamp()) if ended else 0


def _stay(request: TokenRequest, who: Authenticated) -> Authenticated:
    """Return who it is by a new docker login, where an account password asks to stay logged in.

    The token of this answer ends with that login, too. Never for an access token or a robot's
    secret: it would outlive and outgrow them (case 16), and they are meant to stay in pull secrets,
    where kubelet ignores identity tokens.
    """
    if not (request.offline and who.may_stay and who.principal.user):
        return who
    new = issue_refresh_token(
        who.principal.user,
        service=request.service,
        client_id=request.client_id,
        address=request.address,
    )
    return replace(who, principal=principal_of_machine(new.machine), refresh_token=new.value)


def _shown_refresh_token(asked: Asked) -> str:
    """Return the refresh token as it stands in the form; what it is, has been decided."""
    return asked.body.partition(b"refresh_token=")[2].partition(b"&")[0].decode("latin-1")


def _is_for_passwords(request: TokenRequest, asked: Asked) -> bool:
    """Whether the gateway shall hand it to the servers that hash passwords.

    It cannot see that by itself in a form, nor in a password that is made to look like a secret of
    ours. The class is the gateway's word; without a gateway every server hashes.
    """
    return (
        request.grant_type is GrantType.PASSWORD
        and asked.environ.get("HTTP_X_WAYBILL_CLASS") == "token"
        and kind_of_secret(request.secret, login=request.login) is Kind.PASSWORD
    )


def _format_of(service: str) -> str:
    """Return how the registries of a service want the key named; they agree on it."""
    key, since = keyed_digest(service), stamp.read()
    known = _formats.get(key)
    if known is None:
        known = key_format_of(service)
        _formats.keep(key, known, since=since)
    return known
