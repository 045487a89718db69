"""What a CI job gets for its ID token."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Namespace, RobotAccount
from index.models import Repository, TrustedPublisher, WorkloadLogin
from index.roles import Role
from tests.clients import ask_route, claims_of, granted
from tests.conftest import World
from tests.factories import make_grant, make_repository
from tests.local_issuer import LocalIssuer
from tests.tokenauth.workloads.jobs import (
    PUSH,
    exchange,
    log_in,
    refused,
    secret_of,
)


def test_a_job_exchanges_its_id_token_for_a_push_token(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    answer = exchange(client, issuer.token())
    assert granted(answer) == {"acme/app": ["pull", "push"]}
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert "refresh_token" not in body
    assert answer["Cache-Control"] == "no-store"


def test_the_log_in_notes_what_is_built(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    answer = exchange(client, issuer.token())
    login = WorkloadLogin.objects.get()
    assert claims_of(answer)["sub"] == f"workload:{login.pk}"
    assert (login.publisher, login.workflow, login.ref) == (
        publisher, "release.yml", "refs/heads/main",
    )  # fmt: skip
    assert login.source_url == f"{issuer.url}/acme/web"
    assert login.run_url == f"{issuer.url}/acme/web/actions/runs/4242"
    assert login.revision == "abc1234" + "0" * 33
    publisher.refresh_from_db()
    assert publisher.last_used_at is not None


def test_the_gateway_lets_the_job_push_there_and_nowhere_else(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    token = exchange(client, issuer.token()).json()["token"]
    upload = "/v2/{}/blobs/uploads/"
    assert ask_route(client, "POST", upload.format("acme/app"), token=token).status_code == 204
    for other in ("alice/pub", "alice/priv", "acme/new"):
        assert ask_route(client, "POST", upload.format(other), token=token).status_code == 403


def test_a_job_gets_nothing_else_than_its_repository(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    scope = (
        f"{PUSH},delete repository:alice/priv:pull repository:alice/pub:pull,push "
        "repository:acme/new:push registry:catalog:*"
    )
    access = granted(exchange(client, issuer.token(), scope))
    assert access == {"acme/app": ["pull", "push"], "alice/pub": ["pull"]}


def test_removing_the_publisher_ends_its_jobs_at_once(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    answer = exchange(client, issuer.token(), access_type="offline").json()
    publisher.delete()
    upload = "/v2/acme/app/blobs/uploads/"
    assert ask_route(client, "POST", upload, token=answer["token"]).status_code == 403
    assert log_in(client, answer["refresh_token"]).status_code == 401
    assert WorkloadLogin.objects.exists()


def test_jobs_end_with_the_account_of_the_repositorys_owner(
    world: World, publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """As the robots of a disabled account do."""
    TrustedPublisher.objects.update(repository=world.private)
    scope = "repository:alice/priv:pull,push"
    answer = exchange(client, issuer.token(), scope, access_type="offline").json()
    upload = "/v2/alice/priv/blobs/uploads/"
    assert ask_route(client, "POST", upload, token=answer["token"]).status_code == 204
    world.alice.is_active = False
    world.alice.save()
    assert ask_route(client, "POST", upload, token=answer["token"]).status_code == 403
    assert log_in(client, answer["refresh_token"], scope=scope).status_code == 401
    assert exchange(client, issuer.token(), scope).status_code == 400


@pytest.mark.parametrize(
    "form",
    [
        {"subject_token_type": ""},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"service": "other.example"},
    ],
)
def test_a_form_that_asks_for_something_else_is_400(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, form: dict[str, str]
) -> None:
    refused(exchange(client, issuer.token(), **form))


@pytest.mark.parametrize("name", ["acme/app", "east/app", "old/app"])
def test_a_repository_is_asked_for_by_any_of_its_names(
    world: World, publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, name: str
) -> None:
    Repository.objects.filter(pk=world.app.pk).update(stored_name="east/app")
    Namespace.objects.create(name="old", redirects_to=world.app.namespace)
    assert exchange(client, issuer.token(), f"repository:{name}:pull").status_code == 200
    assert WorkloadLogin.objects.get().publisher == publisher


def test_a_job_learns_by_no_number_of_statements_which_names_exist(
    world: World, publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """alice/priv trusts a job of somebody else, acme/other nobody."""
    TrustedPublisher.objects.create(
        repository=world.private, issuer=issuer.url, source_repository="alice/web"
    )
    make_repository("acme/other", stored_name="acme/stored")
    answers, numbers = set(), set()
    names = ("alice/warm", "alice/priv", "acme/other", "acme/stored", "alice/nope", "nobody/no")
    for name in names:
        with CaptureQueriesContext(connection) as seen:
            answer = exchange(client, issuer.token(), f"repository:{name}:pull,push")
        answers.add(refused(answer).replace(name, "NAME"))
        if name != "alice/warm":
            numbers.add(len(seen))
    assert len(answers) == 1
    assert len(numbers) == 1


@pytest.fixture
def robot(world: World, issuer: LocalIssuer) -> RobotAccount:
    """acme+ci may write acme/app, and acme/web is trusted to act as it."""
    namespace = world.app.namespace
    robot = RobotAccount.objects.create(namespace=namespace, name="ci")
    grant = make_grant(world.app, world.rita, Role.WRITER)
    grant.user, grant.robot = None, robot
    grant.save()
    TrustedPublisher.objects.create(robot=robot, issuer=issuer.url, source_repository="acme/web")
    return robot


def test_a_job_acts_as_the_robot_that_trusts_it(
    robot: RobotAccount, issuer: LocalIssuer, client: Client
) -> None:
    scope = f"{PUSH} repository:alice/priv:pull"
    answer = exchange(client, issuer.token(), scope, account="acme+ci")
    assert granted(answer) == {"acme/app": ["pull", "push"]}
    assert claims_of(answer)["sub"].startswith("workload:")


def test_a_job_is_a_robot_only_if_it_says_so(
    robot: RobotAccount, issuer: LocalIssuer, client: Client
) -> None:
    refused(exchange(client, issuer.token()))


def test_a_disabled_robot_trusts_nobody(
    robot: RobotAccount, issuer: LocalIssuer, client: Client
) -> None:
    secret = secret_of(client, issuer, account="acme+ci")
    robot.disabled_at = timezone.now()
    robot.save()
    assert log_in(client, secret).status_code == 401
    assert exchange(client, issuer.token(), account="acme+ci").status_code == 400


def test_an_unknown_robot_is_refused_like_one_that_trusts_nobody(
    robot: RobotAccount, issuer: LocalIssuer, client: Client
) -> None:
    other = refused(exchange(client, issuer.token(repository="evil/web"), account="acme+ci"))
    unknown = refused(exchange(client, issuer.token(repository="evil/web"), account="acme+no"))
    assert other.replace("acme+ci", "acme+no") == unknown
