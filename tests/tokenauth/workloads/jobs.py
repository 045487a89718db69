"""What CI jobs send, and what they are answered."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.test import Client

from index.models import WorkloadLogin
from tests.clients import basic
from tests.factories import SERVICE
from tests.local_issuer import LocalIssuer

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
FORM = "application/x-www-form-urlencoded"
PUSH = "repository:acme/app:pull,push"


def exchange(client: Client, token: str, scope: str = PUSH, **form: str) -> Any:
    """Exchange an ID token as a job does."""
    body = {
        "grant_type": EXCHANGE,
        "subject_token": token,
        "subject_token_type": ID_TOKEN,
        "service": SERVICE,
        "scope": scope,
    }
    return client.post("/token", form_of(body | form), content_type=FORM)


def form_of(values: dict[str, str]) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def secret_of(client: Client, issuer: LocalIssuer, **form: str) -> str:
    """Exchange an ID token for a secret to log in with."""
    answer = exchange(client, issuer.token(), access_type="offline", **form)
    return str(answer.json()["refresh_token"])


def log_in(client: Client, secret: str, *, login: str = "oidc", scope: str = PUSH) -> Any:
    """Ask for a token as docker does after `docker login -u oidc`."""
    query = {"service": SERVICE, "scope": scope, "account": login}
    return client.get("/token", query, headers={"Authorization": basic(login, secret)})


def refused(answer: Any) -> str:
    """Return the sentence of a refusal."""
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"] == "invalid_request"
    assert not WorkloadLogin.objects.exists()
    return str(answer.json()["error_description"])


def away(answer: Any) -> None:
    """The answer when an issuer's keys cannot be had."""
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert answer.json()["error"] == "temporarily_unavailable"
    assert not WorkloadLogin.objects.exists()
