"""What docker gets in place of a long-lived secret: what it is made of, and that nobody else makes one."""

from __future__ import annotations

import hmac
import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.docker_credentials import (
    LIFETIME,
    PREFIX,
    DockerCredential,
    make_docker_credential,
    parse_docker_credential,
)
from accounts.errors import CredentialEnded
from accounts.flows.issue_docker_credential import issue_docker_credential
from accounts.models import AuditEvent
from accounts.opaque_tokens import OpaqueToken, make_opaque_token, recognize
from accounts.principals import Principal
from tests import machines
from tests.conftest import World
from tests.machines import make_robot, make_secret, make_token

ADDRESS = "/api/v1/credentials/docker"
PARENT = make_opaque_token("wbp")
NOW = datetime(2030, 1, 31, 12, 0, 0, 999_999, UTC)


def made(**other: Any) -> str:
    """One of a parent, for an hour from a certain moment on."""
    wanted = {"parent": "wbp", "selector": PARENT.selector, "digest": PARENT.digest}
    return make_docker_credential(**(wanted | {"expires_at": NOW + LIFETIME} | other))[0]


VALUE = made()


def holds(text: str, digest: str = PARENT.digest) -> bool:
    shown = parse_docker_credential(text)
    return shown is not None and shown.matches(digest)


def with_checksum(body: str) -> str:
    """Return what stands between prefix and checksum as whoever forges one would write it."""
    return OpaqueToken(PREFIX, body[:16], body[17:]).value


def test_it_says_what_it_was_made_of_and_until_when() -> None:
    shown = parse_docker_credential(VALUE)
    assert shown
    assert (shown.parent, shown.selector) == ("wbp", PARENT.selector)
    assert shown.expires_at == (NOW + LIFETIME).replace(microsecond=0)
    assert shown.matches(PARENT.digest)


def test_it_has_the_form_that_scanners_look_for() -> None:
    found = recognize(VALUE)
    assert found
    assert found.prefix == "wbk"
    assert PARENT.secret not in VALUE


@given(
    place=st.integers(0, len(VALUE) - 1),
    character=st.sampled_from(string.printable),
    how=st.sampled_from(["changed", "added", "taken"]),
)
def test_whatever_byte_is_changed_it_is_refused(place: int, character: str, how: str) -> None:
    middle = {"changed": character, "added": character + VALUE[place], "taken": ""}[how]
    forged = VALUE[:place] + middle + VALUE[place + 1 :]
    assert holds(forged) is (forged == VALUE)


@given(place=st.integers(0, 80), digit=st.sampled_from("0123456789abcdef"))
def test_a_good_checksum_makes_no_forgery_good(place: int, digit: str) -> None:
    body = VALUE[4:-9]
    if body[place] == "_":
        return
    forged = with_checksum(body[:place] + digit + body[place + 1 :])
    assert holds(forged) is (forged == VALUE)


@pytest.mark.parametrize(
    "other",
    [
        {"parent": "wbs"},
        {"selector": "0" * 16},
        {"expires_at": NOW + LIFETIME + timedelta(seconds=1)},
        {"digest": "0" * 64},
    ],
    ids=" ".join,
)
def test_a_signature_is_good_for_one_parent_and_one_end(other: dict[str, Any]) -> None:
    signature = made(**other)[-63:-9]
    assert not holds(with_checksum(VALUE[4:-63] + signature))


def test_who_knows_the_key_of_the_server_alone_makes_none() -> None:
    assert not holds(made(digest=""))
    assert not holds(VALUE, digest="")


def test_with_another_key_of_the_server_it_is_refused(settings: Any) -> None:
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another key that is long enough for this"
    assert not holds(VALUE)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert holds(VALUE)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda *both: compared.append(both))
    assert not holds(VALUE)
    ((ours, shown),) = compared
    assert (len(ours), ours) == (54, shown)


@pytest.mark.parametrize(("late", "is_over"), [(-1, False), (0, True), (3600, True)])
def test_its_end_is_a_second_and_there_is_no_leeway(late: int, is_over: bool) -> None:  # noqa: FBT001
    shown = parse_docker_credential(VALUE)
    assert shown
    with time_machine.travel(shown.expires_at + timedelta(seconds=late), tick=False):
        assert shown.is_expired is is_over


def test_what_is_written_into_logs_is_not_the_signature() -> None:
    shown = parse_docker_credential(VALUE)
    assert isinstance(shown, DockerCredential)
    assert shown.signature not in repr(shown)


def ask(client: Client, secret: str) -> Any:
    return client.post(ADDRESS, headers={"Authorization": f"Bearer {secret}"})


def test_an_access_token_without_parts_of_the_api_gets_one(world: World, client: Client) -> None:
    answer = ask(client, make_token(world.olga).value)
    assert answer.status_code == 201
    assert answer.json()["username"] == "olga"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_robot_gets_one_in_its_own_name(world: World, client: Client) -> None:
    secret = make_secret(make_robot("acme", by=world.olga), by=world.olga).value
    assert ask(client, secret).json()["username"] == "acme+ci"


@pytest.mark.parametrize(("days", "hours"), [(0.5 / 24, 0.5), (30, 1), (None, 1)])
def test_it_lives_for_an_hour_or_as_long_as_what_it_is_made_of(
    world: World, client: Client, days: float | None, hours: float
) -> None:
    with time_machine.travel(NOW, tick=False):
        until = timezone.now() + timedelta(days=days) if days else None
        made = make_token(world.olga)
        made.token.expires_at = until  # nobody may choose half an hour; it was a month once
        made.token.save()
        told = ask(client, made.value).json()["expires_at"]
    expected = (NOW + timedelta(hours=hours)).replace(microsecond=0)
    assert datetime.fromisoformat(told) == expected


def test_none_is_made_of_what_went_meanwhile(world: World) -> None:
    with pytest.raises(CredentialEnded):
        issue_docker_credential(Principal(world.alice, credential="token:0"))


def test_none_is_made_of_one(world: World, client: Client) -> None:
    short = machines.make_docker_credential(make_token(world.olga).value)
    answer = ask(client, short)
    assert answer.status_code == 401
    assert "it is a docker credential" in answer.json()["detail"]


def test_to_make_one_leaves_nothing_but_the_last_use(world: World, client: Client) -> None:
    made = make_token(world.olga)
    before = AuditEvent.objects.count()
    ask(client, made.value)
    made.token.refresh_from_db()
    assert AuditEvent.objects.count() == before
    assert made.token.last_used_at


def test_a_session_gets_none(world: World, client: Client) -> None:
    client.force_login(world.olga)
    assert client.post(ADDRESS).status_code == 401
