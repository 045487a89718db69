"""Who asks at `/v1/search`: what the v1 doors take, and docker's identity token in both its forms."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from accounts.basic_auth import BasicCredential
from accounts.credential_kinds import (
    Kind,
    Use,
    check_opens,
    kind_of_bearer,
    kind_of_secret,
)
from accounts.errors import InvalidCredentials
from accounts.principals import ANONYMOUS, Principal
from accounts.proofs import prove
from index.subjects import principal_from_subject
from index.v1.auth import check_secret, read_basic
from index.v1.errors import LoginNeeded
from tokenauth.errors import InvalidGrant
from tokenauth.proofs import proof_by_machine
from tokenauth.signing.tokens import AccessTokenInvalid, check_access_token
from tokenauth.workloads.workload_secrets import use_workload_secret


def identify(request: HttpRequest) -> Principal:
    """Return who asks; raise LoginNeeded, AccountRefused or Throttled."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        _check_kind(kind_of_bearer(value.strip()))
        return _holder_of_registry_token(value.strip())
    credential = read_basic(request)
    if credential is None:
        return ANONYMOUS
    kind = kind_of_secret(credential.secret, login=credential.login)
    _check_kind(kind)
    if kind is Kind.JOB_SECRET:
        return _ci_job(credential)
    if credential.login in {"", "<token>"}:
        return _holder_of_refresh_token(credential.secret)
    return check_secret(credential, request, use=Use.SEARCH)


def _check_kind(kind: Kind | None) -> None:
    try:
        check_opens(kind, Use.SEARCH)
    except InvalidCredentials as error:
        raise LoginNeeded(str(error)) from error


def _holder_of_registry_token(value: str) -> Principal:
    """Return whose token it is; only one made for searching counts here (F1)."""
    try:
        token = check_access_token(value, service=settings.SERVICE)
    except AccessTokenInvalid as error:
        message = "the token is not valid (any more)"
        raise LoginNeeded(message) from error
    if "search" not in token.grants("registry", "catalog"):
        message = "the token is not for searching: ask for registry:catalog:search"
        raise LoginNeeded(message)
    principal = principal_from_subject(token.subject, token.credential, issued_at=token.issued_at)
    if principal is None:
        message = "the account of this token is gone or disabled"
        raise LoginNeeded(message)
    return principal


def _ci_job(credential: BasicCredential) -> Principal:
    login, secret = credential.login, credential.secret
    try:
        return use_workload_secret(secret, login=login, service=settings.SERVICE, use=Use.SEARCH)
    except InvalidGrant as error:
        raise LoginNeeded(str(error)) from error


def _holder_of_refresh_token(value: str) -> Principal:
    try:
        return prove(proof_by_machine(value, service=settings.SERVICE))
    except InvalidGrant as error:
        raise LoginNeeded(str(error)) from error
