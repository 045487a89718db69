"""The secret that docker login takes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from index.models import TrustedPublisher
from tests.clients import ask_route, basic, granted
from tests.factories import SERVICE
from tests.local_issuer import LocalIssuer
from tests.tokenauth.workloads.jobs import (
    FORM,
    PUSH,
    form_of,
    log_in,
    secret_of,
)
from tokenauth.models import WorkloadSecret


def test_docker_login_takes_the_secret_of_a_job(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    answer = log_in(client, secret_of(client, issuer))
    assert granted(answer) == {"acme/app": ["pull", "push"]}
    assert "refresh_token" not in answer.json()


def test_the_secret_is_an_identity_token_too_and_never_makes_another(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    secret = secret_of(client, issuer)
    form = {
        "grant_type": "refresh_token", "refresh_token": secret, "service": SERVICE, "scope": PUSH,
        "access_type": "offline",
    }  # fmt: skip
    answer = client.post("/token", form_of(form), content_type=FORM)
    assert granted(answer) == {"acme/app": ["pull", "push"]}
    assert answer.json()["refresh_token"] == secret
    assert WorkloadSecret.objects.count() == 1
    query = {"service": SERVICE, "offline_token": "true"}
    headers = {"Authorization": basic("oidc", secret)}
    assert "refresh_token" not in client.get("/token", query, headers=headers).json()


def test_the_secret_is_kept_as_a_digest(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    secret = secret_of(client, issuer)
    assert secret.startswith("wbw_")
    kept = json.dumps(list(WorkloadSecret.objects.values()), default=str)
    assert secret.rpartition("_")[2] not in kept


@pytest.mark.parametrize("login", ["alice", "acme+ci", "root"])
def test_the_secret_is_nobody_elses_password(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, login: str
) -> None:
    assert log_in(client, secret_of(client, issuer), login=login).status_code == 401


def test_the_secret_ends_after_fifteen_minutes(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        secret = secret_of(client, issuer)
        clock.shift(timedelta(minutes=14, seconds=59))
        token = log_in(client, secret).json()["token"]
        clock.shift(timedelta(minutes=4))
        route = ask_route(client, "POST", "/v2/acme/app/blobs/uploads/", token=token)
        assert route.status_code == 204  # a push that has begun goes on
        assert log_in(client, secret).status_code == 401


def test_a_forged_secret_is_401(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    secret = secret_of(client, issuer)
    assert log_in(client, secret[:-1] + ("0" if secret[-1] != "0" else "1")).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/user", "/api/v1/repositories", "/api/v1/user/tokens", "/v1/users/",
        "/v1/repositories/acme/app/images", "/events/east", "/_gateway/route",
    ],
)  # fmt: skip
def test_the_secret_opens_no_other_door(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, path: str
) -> None:
    secret = secret_of(client, issuer)
    for header in (basic("oidc", secret), f"Bearer {secret}", f"Token {secret}"):
        for method in ("GET", "POST", "PUT"):
            answer = client.generic(method, path, headers={"Authorization": header})
            # 400: signing up by v1 looks at no credential, and misses its body
            assert answer.status_code in {400, 401, 403, 405}, (method, header[:6])
