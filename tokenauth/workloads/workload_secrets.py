"""What `docker login -u oidc` takes: a secret that a job gets for its ID token, for some minutes."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.credential_kinds import Kind, Use, opens
from accounts.errors import InvalidCredentials
from accounts.flows.authenticate import KEPT_ABOVE
from accounts.opaque_tokens import make_opaque_token, parse_opaque_token
from accounts.principals import Principal
from index.models import WorkloadLogin
from index.subjects import principal_from_subject
from tokenauth.errors import InvalidGrant
from tokenauth.models import WorkloadSecret

PREFIX = "wbw"
LOGIN = "oidc"
SECRET_LIFETIME = timedelta(minutes=15)


def issue_workload_secret(login: WorkloadLogin, *, service: str) -> str:
    """Return a new secret of this log-in; only its digest is kept."""
    token = make_opaque_token(PREFIX)
    WorkloadSecret.objects.create(
        selector=token.selector,
        secret_digest=token.digest,
        login=login,
        service=service,
        expires_at=timezone.now() + SECRET_LIFETIME,
    )
    return token.value


def is_workload_secret(value: str) -> bool:
    """Whether it is meant to be one."""
    return value.startswith(f"{PREFIX}_")


def use_workload_secret(value: str, *, login: str, service: str, use: Use = Use.TOKEN) -> Principal:
    """Return the job; raise InvalidGrant for any other service or time, and once nobody trusts it.

    Without a login it came as an identity token.
    """
    if login not in {LOGIN, "", "<token>"}:
        message = f"the user name for this secret is {LOGIN}"
        raise InvalidGrant(message)
    token = parse_opaque_token(value, PREFIX) if opens(Kind.JOB_SECRET, use) else None
    kept = WorkloadSecret.objects.filter(service=service, expires_at__gt=timezone.now())
    row = kept.filter(selector=token.selector).first() if token else None
    principal = None
    if token and row and token.matches(row.secret_digest):
        principal = principal_from_subject(f"workload:{row.login_id}")
    if principal is None:
        minutes = SECRET_LIFETIME // timedelta(minutes=1)
        message = (
            f"this secret of a CI job has ended: it lives for {minutes} minutes, and as long as a "
            "trusted publisher matches the job"
        )
        raise InvalidGrant(message)
    return principal


def _use_for_promotions(secret: str, login: str) -> Principal:
    try:
        return use_workload_secret(
            secret, login=login, service=settings.SERVICE, use=Use.PROMOTIONS
        )
    except InvalidGrant as refusal:
        raise InvalidCredentials(str(refusal)) from refusal


KEPT_ABOVE[Kind.JOB_SECRET, Use.PROMOTIONS] = _use_for_promotions
