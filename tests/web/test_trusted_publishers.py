"""The pages and the API where people say which CI jobs they trust."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.audit import AuditAction
from accounts.models import AuditEvent, RobotAccount, User
from accounts.principals import Principal
from accounts.token_limits import TokenLimits
from index.errors import Denied
from index.flows.trusted_publishers import NamedWorkload, add_publisher
from index.models import TrustedPublisher
from tests.clients import basic, confirm
from tests.conftest import World

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
PAGE = "/r/acme/app/-/settings/publishers"
API = "/api/v1/repositories/acme/app/-/publishers"
JOB = {
    "issuer": GITHUB,
    "source_repository": "acme/web",
    "workflow": "release.yml",
    "ref": "refs/heads/main",
    "environment": "",
}


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    """The owner of acme, logged in a moment ago."""
    client.force_login(world.olga)
    return confirm(client)


@pytest.fixture
def robot(world: World) -> RobotAccount:
    """acme+ci."""
    return RobotAccount.objects.create(namespace=world.app.namespace, name="ci")


@pytest.fixture
def publisher(world: World) -> TrustedPublisher:
    """A publisher of acme/app."""
    return TrustedPublisher.objects.create(repository=world.app, created_by=world.olga, **JOB)


def test_an_admin_names_a_job_and_sees_it(world: World, olga: Client) -> None:
    page = olga.post(PAGE, JOB, follow=True).content.decode()
    publisher = TrustedPublisher.objects.get()
    assert (publisher.repository, publisher.created_by) == (world.app, world.olga)
    assert (publisher.workflow, publisher.ref) == ("release.yml", "refs/heads/main")
    assert "Jobs of acme/web" in page
    assert "refs/heads/main" in page
    assert "never" in page


def test_what_is_named_is_written_down(world: World, olga: Client) -> None:
    olga.post(PAGE, JOB)
    event = AuditEvent.objects.get(action=AuditAction.PUBLISHER_ADDED)
    assert (event.target, event.namespace, event.actor_name) == (
        "acme/app", world.app.namespace, "olga",
    )  # fmt: skip
    assert event.details["source"] == "acme/web"


def test_an_admin_stops_trusting_a_job(olga: Client, publisher: TrustedPublisher) -> None:
    page = olga.post(f"{PAGE}/{publisher.pk}/delete", follow=True).content.decode()
    assert not TrustedPublisher.objects.exists()
    assert "may not push any more" in page
    assert AuditEvent.objects.filter(action=AuditAction.PUBLISHER_REMOVED).exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"issuer": "https://evil.example"}, "not one of the available choices"),
        ({"source_repository": "acme"}, "Write owner/name"),
        ({"source_repository": "https://github.com/acme/web"}, "Write owner/name"),
        ({"source_repository": ""}, "This field is required"),
        ({"source_repository": "acme/web/more"}, "Write owner/name"),
        ({"workflow": ".github/workflows/release.yml"}, "the file alone"),
        ({"workflow": "release.yml@main"}, "the file alone"),
        ({"ref": "main"}, "Write a whole ref"),
        ({"ref": "*"}, "Write a whole ref"),
        ({"ref": "refs/*"}, "Write a whole ref"),
        ({"ref": "refs/heads/*/x"}, "Write a whole ref"),
        ({"ref": "refs/pull/*"}, "Write a whole ref"),
        ({"environment": "x" * 201}, "at most 200"),
    ],
)
def test_what_could_never_match_is_refused_at_its_field(
    world: World, olga: Client, fields: dict[str, str], sentence: str
) -> None:
    page = olga.post(PAGE, JOB | fields).content.decode()
    assert "Error: Trusted publishers" in page
    assert sentence in page
    assert not TrustedPublisher.objects.exists()


@pytest.mark.parametrize(
    "ref", ["refs/heads/*", "refs/tags/v*", "refs/heads/a/b", "refs/pull/7/merge"]
)
def test_refs_may_be_whole_or_end_in_a_star(world: World, olga: Client, ref: str) -> None:
    olga.post(PAGE, JOB | {"ref": ref})
    assert TrustedPublisher.objects.get().ref == ref


def test_gitlab_has_deeper_projects_and_files(world: World, olga: Client) -> None:
    job = JOB | {"issuer": GITLAB, "source_repository": "a/b/c", "workflow": "ci/push.yml"}
    olga.post(PAGE, job)
    assert TrustedPublisher.objects.get().workflow == "ci/push.yml"


def test_a_generic_issuer_says_only_who(world: World, olga: Client, settings: Any) -> None:
    settings.CI_ISSUERS = {"https://ci.example": "generic"}
    job = JOB | {"issuer": "https://ci.example", "source_repository": "project:7"}
    assert "leave this empty" in olga.post(PAGE, job).content.decode()
    olga.post(PAGE, job | {"workflow": "", "ref": ""})
    assert TrustedPublisher.objects.get().source_repository == "project:7"


def test_the_same_jobs_are_named_once(olga: Client, publisher: TrustedPublisher) -> None:
    assert "trusted already" in olga.post(PAGE, JOB).content.decode()
    assert TrustedPublisher.objects.count() == 1


def test_there_are_twenty_at_most(world: World, olga: Client) -> None:
    for number in range(20):
        olga.post(PAGE, JOB | {"source_repository": f"acme/web{number}"})
    page = olga.post(PAGE, JOB | {"source_repository": "acme/one-more"})
    assert TrustedPublisher.objects.count() == 20
    assert "at most 20" in page.content.decode()


def test_recipes_are_ready_to_copy(olga: Client) -> None:
    page = olga.get(PAGE).content.decode()
    assert "scope=repository:acme/app:pull,push" in page
    assert "id-token: write" in page
    assert "aud: http://index.test" in page
    assert "docker login -u oidc --password-stdin index.test" in page


def test_the_settings_lead_here(olga: Client) -> None:
    assert PAGE in olga.get("/r/acme/app/-/settings").content.decode()


@pytest.mark.parametrize(("who", "status"), [("mia", 403), ("rita", 403), ("bob", 404)])
def test_only_admins_see_and_change_whom_a_repository_trusts(
    world: World, client: Client, publisher: TrustedPublisher, who: str, status: int
) -> None:
    person = world.person(who)
    assert isinstance(person, User)
    client.force_login(person)
    confirm(client)
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE, JOB | {"ref": ""}).status_code == status
    assert client.post(f"{PAGE}/{publisher.pk}/delete").status_code == status
    assert TrustedPublisher.objects.count() == 1


def test_a_change_asks_who_is_there(
    world: World, client: Client, publisher: TrustedPublisher
) -> None:
    client.force_login(world.olga)
    assert client.get(PAGE).status_code == 200
    for address in (PAGE, f"{PAGE}/{publisher.pk}/delete"):
        answer = client.post(address, JOB | {"ref": ""})
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert TrustedPublisher.objects.count() == 1


def test_a_publisher_of_another_repository_is_not_found(world: World, olga: Client) -> None:
    other = TrustedPublisher.objects.create(repository=world.public, **JOB)
    assert olga.post(f"{PAGE}/{other.pk}/delete").status_code == 404
    assert olga.delete(f"{API}/{other.pk}").status_code == 404
    assert TrustedPublisher.objects.exists()


# Robots


def test_owners_say_which_jobs_act_as_a_robot(
    world: World, olga: Client, robot: RobotAccount
) -> None:
    assert 'href="/robots/acme+ci/publishers"' in olga.get("/robots/acme+ci").content.decode()
    page = olga.post("/robots/acme+ci/publishers", JOB, follow=True).content.decode()
    publisher = TrustedPublisher.objects.get()
    assert publisher.robot == robot
    assert "account=acme+ci" in page
    olga.post(f"/robots/acme+ci/publishers/{publisher.pk}/delete")
    assert not TrustedPublisher.objects.exists()


@pytest.mark.parametrize("who", ["mia", "bob"])
def test_a_robot_of_others_is_not_found(
    world: World, client: Client, robot: RobotAccount, who: str
) -> None:
    person = world.person(who)
    assert isinstance(person, User)
    client.force_login(person)
    confirm(client)
    for address in ("/robots/acme+ci/publishers", "/api/v1/robots/acme+ci/publishers"):
        assert client.get(address).status_code == 404
        assert client.post(address, JOB).status_code in {404, 415}
    assert not TrustedPublisher.objects.exists()


def test_a_publisher_of_another_robot_is_not_found(
    world: World, olga: Client, robot: RobotAccount
) -> None:
    other = RobotAccount.objects.create(namespace=world.public.namespace, name="ci")
    theirs = TrustedPublisher.objects.create(robot=other, **JOB)
    assert olga.post(f"/robots/acme+ci/publishers/{theirs.pk}/delete").status_code == 404
    assert TrustedPublisher.objects.exists()


# The API


def test_the_api_says_which_jobs_act_as_a_robot(
    world: World, olga: Client, robot: RobotAccount
) -> None:
    path = "/api/v1/robots/acme+ci/publishers"
    made = olga.post(path, JOB, content_type="application/json").json()
    assert TrustedPublisher.objects.get().robot == robot
    assert olga.get(path).json()["results"] == [made]
    assert olga.delete(f"{path}/{made['id']}").status_code == 204
    assert not TrustedPublisher.objects.exists()


def test_the_api_lists_adds_and_removes(world: World, olga: Client) -> None:
    answer = olga.post(API, JOB, content_type="application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["source_repository"], made["last_used_at"]) == ("acme/web", None)
    assert olga.get(API).json()["results"] == [made]
    assert olga.delete(f"{API}/{made['id']}").status_code == 204
    assert olga.get(API).json()["results"] == []


def test_the_api_names_the_field_at_fault(world: World, olga: Client) -> None:
    answer = olga.post(API, JOB | {"ref": "main"}, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["ref"]


def test_the_api_takes_documented_fields_alone(world: World, olga: Client) -> None:
    hostile = {"repository": world.public.pk, "robot": 1, "source_owner_id": "7", "id": 99}
    olga.post(API, JOB | hostile, content_type="application/json")
    for made in TrustedPublisher.objects.all():
        assert (made.repository, made.source_owner_id) == (world.app, "")


def test_the_api_asks_for_a_recent_login(world: World, client: Client) -> None:
    client.force_login(world.olga)
    answer = client.post(API, JOB, content_type="application/json")
    assert answer.status_code == 403
    assert not TrustedPublisher.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_password_or_token_reaches_the_api_of_publishers(
    world: World, client: Client, method: str
) -> None:
    headers = {"Authorization": basic("olga")}
    answer = getattr(client, method)(API, headers=headers, content_type="application/json")
    assert answer.status_code == 403
    assert not TrustedPublisher.objects.exists()


@pytest.mark.parametrize("proof", ["token", "robot"])
def test_no_credential_makes_another_way_in(world: World, robot: RobotAccount, proof: str) -> None:
    every = TokenLimits(("*",), frozenset({"pull", "push", "delete"}), frozenset())
    by = (
        Principal(world.olga, limits=every, credential="token:1")
        if proof == "token"
        else Principal(robot=robot)
    )
    for owner in (world.app, robot):
        with pytest.raises(Denied):
            add_publisher(owner, NamedWorkload(**JOB), by=by)
    assert not TrustedPublisher.objects.exists()
