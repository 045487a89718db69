"""POST /api/v1/leaked-tokens: what a secret scanner reports."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.docker_credentials import LIFETIME
from accounts.models import AuditEvent, CommandLineSession, PersonalAccessToken, RobotSecret
from accounts.opaque_tokens import make_opaque_token
from accounts.ratelimits import LEAK_REPORTS
from index.models import TrustedPublisher, WorkloadLogin
from tests.clients import ask_route, basic
from tests.command_lines import CommandLine
from tests.conftest import World
from tests.factories import SERVICE
from tests.machines import make_docker_credential, make_robot, make_secret, make_token
from tokenauth.models import RefreshToken
from tokenauth.refresh import issue_refresh_token
from tokenauth.workloads.workload_secrets import issue_workload_secret

URL = "https://git.example.com/app/blob/main/.env"


def report(client: Client, *finds: Any) -> Any:
    """Report as a scanner does."""
    return client.post(
        "/api/v1/leaked-tokens", json.dumps(list(finds)), content_type="application/json"
    )


def find(token: str, **more: Any) -> dict[str, Any]:
    """One find."""
    return {"token": token, "type": "waybill", "url": URL, "source": "commit", **more}


@pytest.mark.django_db(transaction=True)
def test_a_leaked_token_is_revoked_and_its_owner_told_where(world: World, client: Client) -> None:
    made = make_token(world.olga)
    mail.outbox.clear()
    assert report(client, find(made.value)).json() == {"received": 1}
    assert PersonalAccessToken.objects.get().revoked_at
    event = AuditEvent.objects.get(action="account:token:leaked")
    assert (event.user, event.details["url"], event.actor) == (world.olga, URL, "")
    (message,) = mail.outbox
    assert message.to == ["olga@example.com"]
    assert URL in message.body
    told = message.body + str(event.details) + event.target
    assert made.value.split("_")[2] not in told


@pytest.mark.django_db(transaction=True)
def test_a_leaked_robot_secret_is_revoked_and_the_owners_told(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    robot.responsible = world.mia
    robot.save()
    made = make_secret(robot, by=world.olga)
    mail.outbox.clear()
    report(client, find(made.value))
    assert RobotSecret.objects.get().revoked_at
    told = sorted(address for message in mail.outbox for address in message.to)
    assert told == ["mila@example.com", "olga@example.com"]


@pytest.mark.django_db(transaction=True)
def test_a_leaked_docker_credential_ends_what_it_was_made_of(world: World, client: Client) -> None:
    short = make_docker_credential(make_token(world.olga).value)
    mail.outbox.clear()
    report(client, find(short, url=f"https://x.example/?t={short}"))
    assert PersonalAccessToken.objects.get().revoked_at
    (message,) = mail.outbox
    assert short.split("_")[2] not in message.body


@pytest.mark.django_db(transaction=True)
def test_a_leaked_docker_credential_of_a_session_ends_that(world: World, client: Client) -> None:
    short = make_docker_credential(CommandLine(world.olga).secret)
    report(client, find(short))
    assert not CommandLineSession.objects.exists()


def test_a_leaked_docker_credential_that_is_over_ends_nothing(world: World, client: Client) -> None:
    short = make_docker_credential(make_token(world.olga).value)
    with time_machine.travel(timezone.now() + LIFETIME, tick=False):
        assert report(client, find(short)).json() == {"received": 1}
    assert PersonalAccessToken.objects.get().revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_a_leaked_docker_login_ends(world: World, client: Client) -> None:
    login = issue_refresh_token(world.alice, service=SERVICE, client_id="docker", address="::1")
    value = login.value
    report(client, find(value))
    assert RefreshToken.objects.get().revoked_at
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]
    form = {"grant_type": "refresh_token", "service": SERVICE, "refresh_token": value}
    answer = client.post("/token", urlencode(form), "application/x-www-form-urlencoded")
    assert answer.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_leaked_secret_of_a_job_ends_with_what_was_taken_with_it(
    world: World, client: Client
) -> None:
    trusted = {"issuer": "https://gitlab.com", "source_repository": "acme/web"}
    publisher = TrustedPublisher.objects.create(repository=world.app, **trusted)
    soon = timezone.now() + timedelta(minutes=20)
    login = WorkloadLogin.objects.create(publisher=publisher, token_id="1", expires_at=soon)
    value = issue_workload_secret(login, service=SERVICE)
    header = {"Authorization": basic("oidc", value)}
    query = {"service": SERVICE, "scope": "repository:acme/app:pull,push"}
    token = client.get("/token", query, headers=header).json()["token"]
    upload = "/v2/acme/app/blobs/uploads/"
    assert ask_route(client, "POST", upload, token=token).status_code == 204
    report(client, find(value), find(value))
    assert ask_route(client, "POST", upload, token=token).status_code == 403
    assert client.get("/token", query, headers=header).status_code == 401
    (message,) = mail.outbox
    assert (message.to, URL in message.body) == (["olga@example.com"], True)
    event = AuditEvent.objects.get(action="publisher:secret:leaked")
    assert (event.namespace, event.target) == (world.app.namespace, "acme/app")
    assert value.split("_")[2] not in message.body + str(event.details)


def test_known_and_unknown_get_one_answer(world: World, client: Client) -> None:
    made = make_token(world.olga)
    unknown = make_opaque_token("wbp").value
    half = f"{made.token.public_part}_{'0' * 64}_00000000"
    answers = [
        report(client, find(token)) for token in (unknown, half, "nothing", "x" * 500, made.value)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (200, b'{"received":1}')
    }


def test_what_only_looks_like_one_changes_nothing(world: World, client: Client) -> None:
    made = make_token(world.olga)
    events = AuditEvent.objects.count()
    right_checksum = make_opaque_token("wbp")
    forged = type(right_checksum)("wbp", made.token.selector, right_checksum.secret)
    report(client, find(right_checksum.value), find(forged.value), find(made.value[:-1]))
    assert PersonalAccessToken.objects.get().revoked_at is None
    assert AuditEvent.objects.count() == events


@pytest.mark.django_db(transaction=True)
def test_the_same_find_again_sends_no_second_mail(world: World, client: Client) -> None:
    made = make_token(world.olga)
    mail.outbox.clear()
    for _ in range(3):
        report(client, find(made.value), find(made.value))
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x.example/\nBcc: y", "", None, "http://[", "ftp://x/"]
)
def test_an_odd_address_is_not_passed_on(world: World, client: Client, url: str | None) -> None:
    made = make_token(world.olga)
    mail.outbox.clear()
    assert report(client, find(made.value, url=url)).status_code == 200
    assert "Found at" not in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_an_address_with_the_secret_in_it_is_shown_without(world: World, client: Client) -> None:
    made = make_token(world.olga)
    mail.outbox.clear()
    report(client, find(made.value, url=f"https://x.example/?t={made.value}"))
    assert f"?t={made.token.public_part}_***" in mail.outbox[0].body
    assert made.value.split("_")[2] not in mail.outbox[0].body
    assert made.value.split("_")[2] not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "body",
    ["{}", '"wbp"', "[1]", "[{}]", '[{"token": 1}]', '[{"token": []}]', "[[]]", "", "[" * 50],
)
def test_other_bodies_are_refused_in_words_without_the_token(
    db: None, client: Client, body: str
) -> None:
    response = client.post("/api/v1/leaked-tokens", body, content_type="application/json")
    if body == '[{"token": 1}]':  # a number is read as its text, and is no token
        assert response.status_code == 200
    else:
        assert response.status_code == 400


def test_a_report_has_at_most_a_hundred_finds(db: None, client: Client) -> None:
    assert report(client, *[find("x")] * 101).status_code == 400


def test_no_credential_is_looked_at(world: World, client: Client) -> None:
    header = {"Authorization": basic("alice", "wrong")}
    response = client.post(
        "/api/v1/leaked-tokens", "[]", content_type="application/json", headers=header
    )
    assert response.status_code == 200


def test_reports_are_limited_per_network(db: None, client: Client) -> None:
    answers = [report(client).status_code for _ in range(LEAK_REPORTS.events + 1)]
    assert answers[-2:] == [200, 429]
