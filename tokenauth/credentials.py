"""Who asks for a token, and the facts about what is asked for: in one statement where that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from accounts.credential_kinds import Kind, Use, check_opens, kind_of_secret, opens
from accounts.errors import (
    AccountError,
    AccountNotVerified,
    NoAnswerNow,
    TooManyAttempts,
    WrongPassword,
)
from accounts.flows import authenticate as accounts_flow
from accounts.principals import Principal
from accounts.proofs import (
    NOBODY,
    Proof,
    proof_by_docker_credential,
    proof_by_secret,
    proof_by_token,
)
from index.facts import Facts, facts_by_name, gather
from tokenauth.errors import InvalidGrant, Throttled, Unavailable
from tokenauth.inputs import GrantType, TokenRequest
from tokenauth.proofs import proof_by_machine
from tokenauth.workloads.exchange import Wanted, exchange
from tokenauth.workloads.workload_secrets import is_workload_secret, use_workload_secret


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A principal, the facts by repository name, and what is handed back to the caller."""

    principal: Principal
    facts: Mapping[str, Facts] = field(default_factory=dict)
    refresh_token: str = ""  # the one it came with, or a CI job's new secret
    may_stay: bool = False  # whether it may be asked for a refresh token


def authenticate(request: TokenRequest, names: Sequence[str]) -> Authenticated:
    """Return who asks, and the facts about repositories; raise InvalidGrant or Throttled.

    Bad credentials are never taken for anonymous, and `account` must be the one who logs in
    (Portus signed whatever it said: F13).
    """
    if request.grant_type is GrantType.TOKEN_EXCHANGE:
        return _by_id_token(request, names)
    if is_workload_secret(request.secret):
        return _by_workload_secret(request, names)
    if request.grant_type is GrantType.PASSWORD and request.account not in {"", request.login}:
        message = f"the account parameter names another account than '{request.login}'"
        raise InvalidGrant(message)
    try:
        proof = _proof(request)
        if proof is None:
            return _by_password(request, names)
        row, facts = gather(proof.sql, proof.params, names)
        principal = proof.accept(row)
    except AccountError as error:
        refusal = _refusal(error)
        refusal.help = error.help or refusal.help
        raise refusal from error
    token = request.secret if request.grant_type is GrantType.REFRESH_TOKEN else ""
    return Authenticated(principal, facts, refresh_token=token)


def _proof(request: TokenRequest) -> Proof | None:
    """Return the statement that proves who asks; None where a password has to be hashed."""
    if request.grant_type is GrantType.NONE:
        return NOBODY
    if request.grant_type is GrantType.REFRESH_TOKEN:
        check_opens(Kind.MACHINE, Use.TOKEN)
        return proof_by_machine(request.secret, service=request.service)
    kind = kind_of_secret(request.secret, login=request.login)
    check_opens(kind, Use.TOKEN)
    beside = {"login": request.login, "address": request.address}
    if kind is Kind.ACCESS_TOKEN:
        return proof_by_token(request.secret, **beside)
    if kind is Kind.ROBOT_SECRET:
        return proof_by_secret(request.secret, **beside)
    if kind is Kind.DOCKER_CREDENTIAL:
        return proof_by_docker_credential(request.secret, **beside, use=Use.TOKEN)
    return None


def _by_password(request: TokenRequest, names: Sequence[str]) -> Authenticated:
    principal = accounts_flow.authenticate(
        login=request.login, secret=request.secret, address=request.address, use=Use.TOKEN
    )
    may_stay = opens(Kind.PASSWORD, Use.REFRESH_TOKEN)
    return Authenticated(principal, facts_by_name(principal, names), may_stay=may_stay)


def _by_workload_secret(request: TokenRequest, names: Sequence[str]) -> Authenticated:
    job = use_workload_secret(request.secret, login=request.login, service=request.service)
    is_refresh = request.grant_type is GrantType.REFRESH_TOKEN
    facts = facts_by_name(job, names)
    return Authenticated(job, facts, refresh_token=request.secret if is_refresh else "")


def _by_id_token(request: TokenRequest, names: Sequence[str]) -> Authenticated:
    """Return the CI job that proves itself, with a secret to log in with if it asked for one."""
    wanted = Wanted(robot=request.account, scopes=request.scopes)
    try:
        done = exchange(
            request.secret,
            wanted=wanted,
            service=request.service,
            offline=request.offline,
            address=request.address,
        )
    except TooManyAttempts as error:
        raise Throttled(str(error), error.retry_after) from error
    return Authenticated(
        done.principal, facts_by_name(done.principal, names), refresh_token=done.secret
    )


def _refusal(error: AccountError) -> InvalidGrant | Throttled:
    """Return the refusal with the reason in words.

    It is 401 for whatever is wrong with a credential: podman and skopeo show nothing of a 403 of
    this door but its number, docker shows both (measured).
    """
    if isinstance(error, NoAnswerNow):
        return Unavailable(str(error), error.retry_after)
    if isinstance(error, TooManyAttempts):
        return Throttled(str(error), error.retry_after)
    if isinstance(error, WrongPassword):
        return InvalidGrant(
            f"{error}. Accounts with single sign-on or two factors need an access token: "
            f"{settings.PUBLIC_URL}/settings/tokens"
        )
    if isinstance(error, AccountNotVerified):
        page = f"{settings.PUBLIC_URL}/accounts/login/"
        return InvalidGrant(f"{error}: log in at {page} to get a new code")
    return InvalidGrant(str(error))
