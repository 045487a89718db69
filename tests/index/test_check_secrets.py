"""Findings of secrets: noted once, told once, answered for good, and in the way of publication."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent, Visibility
from accounts.principals import Principal
from index.errors import Denied, SecretsInTheWay
from index.flows.change_repository import change_visibility
from index.flows.check_secrets import (
    check_secrets,
    dismiss_secret,
    open_secrets,
    reopen_secret,
    tell_admins,
)
from index.models import Activity, ActivityKind, Dismissal, Manifest, Repository, SecretFinding
from index.tasks import tell_of_secrets
from tests.conftest import World
from tests.factories import make_digest, make_tag

SECRET = "hunter22-of-the-shop"
CONFIG: dict[str, Any] = {"config": {"Env": [f"SHOP_PASSWORD={SECRET}", "PATH=/bin"]}}


def image(repository: Repository, text: str = "one") -> Manifest:
    """A manifest of the repository."""
    return Manifest.objects.create(repository=repository, digest=make_digest(text), media_type="m")


@pytest.fixture
def found(world: World) -> SecretFinding:
    """The secret of acme/app."""
    check_secrets(image(world.app), CONFIG)
    return SecretFinding.objects.get()


def test_what_is_found_is_kept_without_the_secret(found: SecretFinding) -> None:
    assert (found.kind, found.place) == ("named-as-secret", "environment variable SHOP_PASSWORD")
    assert found.excerpt == "hunt… (20 characters)"
    kept = SecretFinding.objects.values().get()
    assert SECRET not in str(kept)
    assert SECRET not in str(list(Activity.objects.values()))


def test_an_image_without_secrets_leaves_nothing(world: World) -> None:
    check_secrets(image(world.app), {"config": {"Env": ["PATH=/bin"]}})
    assert not SecretFinding.objects.exists()
    assert not Activity.objects.exists()


def test_a_second_look_finds_nothing_new(world: World, found: SecretFinding) -> None:
    check_secrets(found.manifest, CONFIG)
    assert SecretFinding.objects.count() == 1
    assert Activity.objects.filter(kind=ActivityKind.SECRET_FOUND).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_admins_are_mailed_once_about_all_of_a_push(world: World) -> None:
    check_secrets(image(world.app, "one"), CONFIG)
    check_secrets(image(world.app, "two"), CONFIG)
    check_secrets(image(world.app, "three"), {"config": {"Env": ["API_TOKEN=0123456789"]}})
    tell_of_secrets()
    tell_of_secrets()
    [message] = mail.outbox
    assert message.to == ["olga@example.com"]
    assert message.subject == "[Waybill] 2 secrets were found in acme/app"
    assert "environment variable SHOP_PASSWORD" in message.body
    assert "environment variable API_TOKEN" in message.body
    assert SECRET not in message.body


@pytest.mark.django_db(transaction=True)
def test_an_answered_secret_is_told_to_nobody(world: World) -> None:
    check_secrets(image(world.app), CONFIG)
    found = SecretFinding.objects.get()
    dismiss_secret(
        world.app, found.fingerprint, by=Principal(world.olga), dismissal=Dismissal.NO_SECRET
    )
    tell_admins(world.app.pk)
    assert mail.outbox == []


def test_an_answer_holds_for_images_to_come(world: World, found: SecretFinding) -> None:
    dismiss_secret(
        world.app, found.fingerprint, by=Principal(world.olga), dismissal=Dismissal.HARMLESS
    )
    check_secrets(image(world.app, "two"), CONFIG)
    assert open_secrets(world.app) == 0
    assert SecretFinding.objects.filter(dismissal=Dismissal.HARMLESS).count() == 2
    assert Activity.objects.filter(kind=ActivityKind.SECRET_FOUND).count() == 1


def test_an_answer_in_one_repository_is_none_in_another(world: World, found: SecretFinding) -> None:
    dismiss_secret(
        world.app, found.fingerprint, by=Principal(world.olga), dismissal=Dismissal.HARMLESS
    )
    check_secrets(image(world.private), CONFIG)
    assert open_secrets(world.private) == 1


def test_an_answer_can_be_taken_back(world: World, found: SecretFinding) -> None:
    olga = Principal(world.olga)
    dismiss_secret(world.app, found.fingerprint, by=olga, dismissal=Dismissal.REPLACED)
    reopen_secret(world.app, found.fingerprint, by=olga)
    assert open_secrets(world.app) == 1
    check_secrets(image(world.app, "two"), CONFIG)
    assert open_secrets(world.app) == 1
    assert list(AuditEvent.objects.values_list("action", flat=True)) == [
        "repository:secret:reopened", "repository:secret:dismissed",
    ]  # fmt: skip


def test_only_admins_answer(world: World, found: SecretFinding) -> None:
    with pytest.raises(Denied):
        dismiss_secret(
            world.app, found.fingerprint, by=Principal(world.mia), dismissal=Dismissal.NO_SECRET
        )
    assert open_secrets(world.app) == 1


def test_a_repository_with_an_open_secret_does_not_become_public(
    world: World, found: SecretFinding
) -> None:
    olga = Principal(world.olga)
    with pytest.raises(SecretsInTheWay, match="a secret that was found"):
        change_visibility(world.app, by=olga, visibility=Visibility.PUBLIC)
    world.app.refresh_from_db()
    assert world.app.visibility == Visibility.PRIVATE
    change_visibility(world.app, by=olga, visibility=Visibility.INTERNAL)
    dismiss_secret(world.app, found.fingerprint, by=olga, dismissal=Dismissal.REPLACED)
    change_visibility(world.app, by=olga, visibility=Visibility.PUBLIC)
    assert world.app.visibility == Visibility.PUBLIC


def test_a_namespace_may_do_without_that(world: World, found: SecretFinding) -> None:
    world.app.namespace.refuses_public_secrets = False
    world.app.namespace.save()
    change_visibility(world.app, by=Principal(world.olga), visibility=Visibility.PUBLIC)
    assert world.app.visibility == Visibility.PUBLIC


def test_the_form_and_the_api_say_why_it_stays_private(
    world: World, found: SecretFinding, client: Client
) -> None:
    client.force_login(world.olga)
    page = client.post("/r/acme/app/-/settings/visibility", {"visibility": "public"})
    assert "answer it on its page Secrets" in page.content.decode()
    refused = client.patch(
        "/api/v1/repositories/acme/app", {"visibility": "public"}, content_type="application/json"
    )
    assert refused.status_code == 409
    assert "answer it on its page Secrets" in refused.json()["detail"]


def test_the_page_shows_what_was_found_and_takes_the_answer(
    world: World, found: SecretFinding, client: Client
) -> None:
    tag = make_tag(world.app, "v1")
    tag.manifest = found.manifest
    tag.save()
    client.force_login(world.olga)
    assert "1 credential is in an image of this repository" in (
        client.get("/r/acme/app").content.decode()
    )
    page = client.get("/r/acme/app/-/secrets").content.decode()
    assert "Value whose name says that it is secret" in page
    assert "tag v1" in page
    assert SECRET not in page
    path = f"/r/acme/app/-/secrets/{found.fingerprint}"
    client.post(f"{path}/dismiss", {"dismissal": "replaced"})
    assert "says olga" in client.get("/r/acme/app/-/secrets").content.decode()
    assert "credential is in" not in client.get("/r/acme/app").content.decode()
    client.post(f"{path}/reopen")
    assert open_secrets(world.app) == 1


@pytest.mark.parametrize("answer", ["", "because"])
def test_an_answer_has_to_be_one_of_the_list(
    world: World, found: SecretFinding, client: Client, answer: str
) -> None:
    client.force_login(world.olga)
    path = f"/r/acme/app/-/secrets/{found.fingerprint}/dismiss"
    client.post(path, {"dismissal": answer})
    wrong = client.post(
        "/api/v1" + path.replace("/r/", "/repositories/"),
        {"dismissal": answer},
        content_type="application/json",
    )
    assert wrong.status_code == 400
    assert open_secrets(world.app) == 1


def test_the_api_says_and_does_the_same(world: World, found: SecretFinding, client: Client) -> None:
    client.force_login(world.olga)
    address = "/api/v1/repositories/acme/app/-/secrets"
    [row] = client.get(address).json()["results"]
    assert row["id"] == found.fingerprint
    assert row["places"] == [{"digest": found.manifest.digest, "tags": [], "place": found.place}]
    answer = {"dismissal": "no-secret"}
    done = client.post(f"{address}/{row['id']}/dismiss", answer, content_type="application/json")
    assert done.status_code == 204
    assert open_secrets(world.app) == 0
    assert client.post(f"{address}/{row['id']}/reopen").status_code == 204
    assert client.post(f"{address}/{'0' * 64}/reopen").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("rita", 403), ("mia", 403)])
def test_nobody_else_sees_what_was_found(
    world: World, found: SecretFinding, client: Client, who: str, status: int
) -> None:
    client.force_login(getattr(world, who))
    for path in ("/r/acme/app/-/secrets", "/api/v1/repositories/acme/app/-/secrets"):
        assert client.get(path).status_code == status
    overview = client.get("/r/acme/app").content.decode()
    assert "credential is in" not in overview
