"""Promotions over REST: by people, robots and CI jobs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from index.models import Manifest, Promotion, Registry, Repository, Tag, TrustedPublisher
from index.roles import Role
from tests.clients import basic
from tests.conftest import World
from tests.factories import PASSWORD, make_grant, make_repository
from tests.local_issuer import LocalIssuer
from tests.machines import make_robot, make_secret, make_token
from tests.tokenauth.workloads.conftest import issuer, publisher, running  # noqa: F401 - fixtures
from tests.tokenauth.workloads.jobs import secret_of

ALL = "/api/v1/repositories/acme/app/-/promotions"
WANTED = {"image": "latest", "target": "acme/rel"}


@pytest.fixture
def target(world: World) -> Repository:
    """acme/rel, where mila may write; acme/app:latest is known."""
    row = Manifest.objects.create(repository=world.app, digest="sha256:" + "a" * 64)
    Tag.objects.create(repository=world.app, name="latest", manifest=row, pushed_at=timezone.now())
    made = make_repository("acme/rel")
    make_grant(made, world.mia, Role.WRITER)
    return made


def ask(header: str, path: str = ALL, method: str = "POST", **sent: str) -> Any:
    return Client().generic(method, path, *_body(sent), headers={"Authorization": header})


def _body(sent: dict[str, str]) -> tuple[str, str]:
    import json

    return json.dumps(sent), "application/json"


def of(user: User) -> str:
    return basic(user.username, PASSWORD)


def test_a_person_asks_and_sees_it(world: World, target: Repository) -> None:
    answer = ask(of(world.mia), **WANTED, reason="why not")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["target_name"], body["target_tag"], body["state"]) == (
        "acme/rel",
        "latest",
        "copying",
    )
    listed = ask(of(world.mia), method="GET").json()["results"]
    assert [one["id"] for one in listed] == [body["id"]]
    one = ask(of(world.mia), f"{ALL}/{body['id']}", "GET").json()
    assert one["reason"] == "why not"


def test_a_robot_with_the_role_asks(world: World, target: Repository) -> None:
    robot = make_robot("acme", by=world.olga)
    for repository in (world.app, target):
        make_grant(repository, robot, Role.WRITER)
    secret = make_secret(robot, by=world.olga).value
    assert ask(f"Bearer {secret}", **WANTED).status_code == 201
    assert Promotion.objects.get().requested_by_name == "acme+ci"
    # and nothing else is written by it
    path = "/api/v1/repositories/acme/app"
    assert ask(f"Bearer {secret}", path, "PATCH", description="x").status_code == 403


def test_a_ci_job_asks_where_its_robot_may(
    world: World,
    target: Repository,
    publisher: TrustedPublisher,  # noqa: F811
    issuer: LocalIssuer,  # noqa: F811
) -> None:
    secret = secret_of(Client(), issuer)
    refused = ask(f"Bearer {secret}", **WANTED)
    assert refused.status_code == 403 or "may not see it" in refused.json()["detail"]
    target.visibility = "public"
    target.save()
    assert "may not promote" in ask(f"Bearer {secret}", **WANTED).json()["detail"]
    robot = make_robot("acme", by=world.olga)
    for repository in (world.app, target):
        make_grant(repository, robot, Role.WRITER)
    TrustedPublisher.objects.filter(pk=publisher.pk).update(repository=None, robot=robot)
    assert ask(f"Bearer {secret}", **WANTED).status_code == 201
    assert Promotion.objects.get().requested_by.partition(":")[0] == "workload"
    assert ask(f"Bearer {secret}", "/api/v1/repositories/acme/app", "GET").status_code == 401


def test_a_token_needs_its_part(world: World, target: Repository) -> None:
    token = make_token(world.mia, api_parts=["repositories:read"]).value
    assert ask(f"Bearer {token}", **WANTED).status_code == 403
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": "acme/none"}, "or you may not see it"),
        ({"target": "alice/priv"}, "or you may not see it"),
        ({"image": "none"}, "has no tag"),
        ({"image": "sha256:" + "a" * 64}, "needs a target_tag"),
        ({"target_tag": "no tag"}, "no tag"),
    ],
)
def test_what_cannot_be_is_said(
    world: World, target: Repository, change: dict[str, str], words: str
) -> None:
    answer = ask(of(world.mia), **(WANTED | change))
    assert answer.status_code in {400, 409}
    assert words in answer.json()["detail"]
    assert not Promotion.objects.exists()


def test_a_second_person_answers(world: World, target: Repository) -> None:
    Registry.objects.update(needs_approval=True)
    number = ask(of(world.mia), **WANTED).json()["id"]
    one = f"/api/v1/repositories/acme/rel/-/promotions/{number}"
    assert ask(of(world.mia), f"{one}/approve").status_code == 403
    assert ask(of(world.olga), f"{one}/refuse", note="no").json()["state"] == "refused"
    assert ask(of(world.olga), f"{one}/approve").status_code == 409


def test_what_failed_is_tried_again_or_dropped(world: World, target: Repository) -> None:
    number = ask(of(world.mia), **WANTED).json()["id"]
    Promotion.objects.update(state="failed", last_problem="registry east: Timeout")
    one = f"{ALL}/{number}"
    assert ask(of(world.mia), one, "GET").json()["last_problem"] == "registry east: Timeout"
    assert ask(of(world.mia), f"{one}/retry").json()["state"] == "copying"
    assert ask(of(world.mia), f"{one}/drop").json()["state"] == "dropped"


def test_a_silent_registry_has_no_preview(world: World, target: Repository) -> None:
    answer = ask(of(world.mia), f"{ALL}/preview?image=latest&target=acme/rel", "GET")
    assert answer.status_code >= 400
    assert "registry east" in answer.json()["detail"]


def test_readers_see_none(world: World, target: Repository) -> None:
    assert ask(of(world.rita), method="GET").status_code == 403
    assert ask(of(world.bob), method="GET").status_code == 404
