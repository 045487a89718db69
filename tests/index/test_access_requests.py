"""Asking for access: whoever asks by name learns nothing, and every question is answered once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.errors import TooManyAttempts
from accounts.models import Namespace, RobotAccount
from accounts.principals import Principal
from accounts.ratelimits import ACCESS_REQUESTS, ACCESS_REQUESTS_FOR_ONE, count
from index.errors import AlreadyDecided, Denied, GrantRefused
from index.flows.request_access import (
    announce_request,
    decline_request,
    grant_request,
    request_access,
)
from index.models import AccessGrant, AccessRequest, Repository, RepositoryState
from index.names import parse_repository_name
from index.policy import allowed_actions
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant


def ask(name: str, who: Any, role: Role = Role.READER, message: str = "") -> AccessRequest | None:
    return request_access(
        parse_repository_name(name), by=Principal(who), role=role, message=message
    )


def asked_of(world: World, who: Any, role: Role = Role.READER) -> AccessRequest:
    found = ask("acme/app", who, role)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["alice/priv", "alice/nope", "nobody/nope"])
def test_the_answer_does_not_tell_what_there_is(world: World, client: Client, name: str) -> None:
    client.force_login(world.bob)
    data = {"repository": name, "role": "writer", "message": "<b>please</b>"}
    response = client.post("/settings/requests/new", data, follow=True)
    page = response.content.decode()
    assert f"If {name} exists, its admins have been asked." in page
    assert page.count(name) == 1  # the sentence, and no row of the list
    api = client.post(
        "/api/v1/access-requests", {**data, "role": "reader"}, content_type="application/json"
    )
    assert (api.status_code, api.json()) == (
        202, {"detail": f"If {name} exists, its admins have been asked."},
    )  # fmt: skip
    assert client.get("/api/v1/access-requests").json()["results"] == []


def test_twice_is_once(world: World) -> None:
    first = asked_of(world, world.bob)
    again = asked_of(world, world.bob, Role.WRITER)
    assert first.pk == again.pk
    assert AccessRequest.objects.get().role == Role.WRITER


def test_what_is_deleted_cannot_be_asked_for(world: World) -> None:
    Repository.objects.filter(pk=world.app.pk).update(state=RepositoryState.DELETING)
    assert ask("acme/app", world.bob) is None
    assert not AccessRequest.objects.exists()


def test_machines_do_not_ask(world: World) -> None:
    robot = RobotAccount.objects.create(namespace=Namespace.objects.get(name="acme"), name="ci")
    with pytest.raises(Denied):
        request_access(
            parse_repository_name("acme/app"), by=Principal(robot=robot), role=Role.READER
        )


def test_who_has_the_role_is_told_so(world: World) -> None:
    with pytest.raises(GrantRefused, match="already"):
        ask("acme/app", world.mia, Role.WRITER)


def test_a_person_asks_only_so_often_whatever_there_is(world: World) -> None:
    for number in range(ACCESS_REQUESTS.events):
        ask(f"alice/nope{number}", world.bob)
    with pytest.raises(TooManyAttempts):
        ask("alice/nope", world.bob)


def test_the_limit_of_a_repository_is_silent(world: World) -> None:
    for _ in range(ACCESS_REQUESTS_FOR_ONE.events):
        count(ACCESS_REQUESTS_FOR_ONE, str(world.app.pk))
    assert ask("acme/app", world.bob) is None
    assert not AccessRequest.objects.exists()


def test_admins_hear_of_it_once_and_not_what_was_written(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    request = ask("acme/app", world.bob, message="buy at evil.example")
    assert request is not None
    with django_capture_on_commit_callbacks(execute=True):
        announce_request(request.pk)
        announce_request(request.pk)
    assert [message.to for message in mail.outbox] == [["olga@example.com"]]
    assert "evil.example" not in str(mail.outbox[0].body)


def test_of_a_disabled_person_nobody_hears(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    request = asked_of(world, world.bob)
    world.bob.is_active = False
    world.bob.save()
    with django_capture_on_commit_callbacks(execute=True):
        announce_request(request.pk)
    assert mail.outbox == []
    with pytest.raises(GrantRefused):
        grant_request(request, by=Principal(world.olga), role=Role.READER)
    request.refresh_from_db()
    assert request.decided_at is None


def test_an_admin_grants_another_role_than_was_asked_for(world: World, client: Client) -> None:
    request = asked_of(world, world.bob, Role.ADMIN)
    client.force_login(world.olga)
    page = client.get("/r/acme/app/-/access").content.decode()
    assert "bobby" in page
    client.post(f"/r/acme/app/-/access/requests/{request.pk}/grant", {"role": "reader"})
    assert allowed_actions(Principal(world.bob), world.app).role is Role.READER
    request.refresh_from_db()
    assert request.is_granted


def test_a_refused_answer_is_an_error_in_the_title_too(world: World, client: Client) -> None:
    request = asked_of(world, world.bob)
    client.force_login(world.olga)
    answer = {"role": "reader", "until": "2001-01-01"}
    page = client.post(f"/r/acme/app/-/access/requests/{request.pk}/grant", answer)
    assert "<title>Error: Permissions of acme/app" in page.content.decode()
    assert "The date is in the past" in page.content.decode()


def test_an_answer_is_final(world: World) -> None:
    request = asked_of(world, world.bob)
    decline_request(request, by=Principal(world.olga))
    with pytest.raises(AlreadyDecided):
        grant_request(request, by=Principal(world.root), role=Role.ADMIN)
    assert not AccessGrant.objects.filter(user=world.bob).exists()


@pytest.mark.parametrize("who", ["bob", "mia", "rita"])
def test_only_admins_answer(world: World, who: str) -> None:
    request = asked_of(world, world.alice)
    by = Principal(world.person(who))
    with pytest.raises(Denied):
        grant_request(request, by=by, role=Role.READER)
    with pytest.raises(Denied):
        decline_request(request, by=by)
    request.refresh_from_db()
    assert request.decided_at is None


def test_a_request_for_another_repository_is_not_found(world: World, client: Client) -> None:
    request = asked_of(world, world.bob)
    client.force_login(world.alice)
    for answer in ("grant", "decline"):
        path = f"/r/alice/priv/-/access/requests/{request.pk}/{answer}"
        assert client.post(path, {"role": "reader"}).status_code == 404
    request.refresh_from_db()
    assert request.decided_at is None


def test_a_refusal_reaches_only_who_may_see_the_repository(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    for asker in (world.bob, world.rita):
        request = asked_of(world, asker, Role.ADMIN)
        with django_capture_on_commit_callbacks(execute=True):
            decline_request(request, by=Principal(world.olga))
    assert [message.to for message in mail.outbox] == [["rita@example.com"]]


def test_granting_less_than_somebody_has_takes_nothing_away(world: World) -> None:
    make_grant(world.app, world.bob, Role.WRITER)
    request = asked_of(world, world.bob, Role.ADMIN)
    grant_request(request, by=Principal(world.olga), role=Role.READER)
    assert AccessGrant.objects.get(user=world.bob).role == Role.WRITER


def test_the_page_of_nothing_offers_to_ask(world: World, client: Client) -> None:
    client.force_login(world.bob)
    page = client.get("/r/alice/nope").content.decode()
    assert "/settings/requests/new?repository=alice/nope" in page
    client.logout()
    assert "/settings/requests/new" not in client.get("/r/alice/nope").content.decode()
