"""Jobs of GitLab, and of an issuer that is no forge, by the door that GitHub's come through."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from index.models import TrustedPublisher, WorkloadLogin
from tests.clients import granted
from tests.conftest import World
from tests.local_issuer import LocalIssuer
from tests.tokenauth.workloads.jobs import exchange, log_in, refused

OF_GITHUB = [
    "repository", "repository_id", "repository_owner", "repository_owner_id", "workflow_ref",
    "event_name", "run_id",
]  # fmt: skip


@pytest.fixture
def gitlab(world: World, issuer: LocalIssuer, settings: Any) -> LocalIssuer:
    """The issuer as a GitLab; acme/app trusts .gitlab-ci.yml on the main branch of acme/web."""
    settings.CI_ISSUERS = {issuer.url: "gitlab"}
    TrustedPublisher.objects.create(
        repository=world.app,
        issuer=issuer.url,
        source_repository="acme/web",
        workflow=".gitlab-ci.yml",
        ref="refs/heads/main",
    )
    return issuer


@pytest.fixture
def anything(world: World, issuer: LocalIssuer, settings: Any) -> LocalIssuer:
    """The issuer as one of which we know nothing but that sub is who."""
    settings.CI_ISSUERS = {issuer.url: "generic"}
    TrustedPublisher.objects.create(
        repository=world.app, issuer=issuer.url, source_repository="robot:builder-7"
    )
    return issuer


def job_of_gitlab(issuer: LocalIssuer, **claims: Any) -> str:
    """Return what GitLab says of a push to the main branch (docs.gitlab.com, "ID token payload")."""
    host = issuer.url.partition("://")[2]
    told = {
        "sub": "project_path:acme/web:ref_type:branch:ref:main",
        "namespace_id": "72",
        "namespace_path": "acme",
        "project_id": "20",
        "project_path": "acme/web",
        "user_login": "mila",
        "pipeline_id": "574",
        "pipeline_source": "push",
        "job_id": "302",
        "ref": "main",
        "ref_type": "branch",
        "ref_path": "refs/heads/main",
        "ref_protected": "true",
        "ci_config_ref_uri": f"{host}/acme/web//.gitlab-ci.yml@refs/heads/main",
    }
    return issuer.token(**dict.fromkeys(OF_GITHUB), **told | claims)


def job_of_anything(issuer: LocalIssuer, **claims: Any) -> str:
    nothing = dict.fromkeys([*OF_GITHUB, "ref", "ref_type", "sha"])
    return issuer.token(**nothing | {"sub": "robot:builder-7"} | claims)


def test_a_job_of_gitlab_pushes(gitlab: LocalIssuer, client: Client) -> None:
    answer = exchange(client, job_of_gitlab(gitlab), access_type="offline")
    assert granted(answer) == {"acme/app": ["pull", "push"]}
    assert granted(log_in(client, answer.json()["refresh_token"]))
    login = WorkloadLogin.objects.get()
    assert (login.workflow, login.ref) == (".gitlab-ci.yml", "refs/heads/main")
    assert login.source_url == f"{gitlab.url}/acme/web"
    assert login.run_url == f"{gitlab.url}/acme/web/-/jobs/302"
    publisher = TrustedPublisher.objects.get()
    assert (publisher.source_owner_id, publisher.source_id) == ("72", "20")


@pytest.mark.parametrize(
    "claims",
    [
        {"project_path": "acme/web2"},
        {"project_path": "acme/web/sub"},
        {"project_path": "web"},
        {"project_path": "evil/acme/web"},
        {"ref_path": "refs/heads/main2"},
        {"ref_path": "refs/tags/main"},
        {"ref_path": "refs/merge-requests/7/head"},
        {"ref_path": None, "ref_type": "tag"},
        {"ref_path": None, "ref_type": None},
        {"pipeline_source": "merge_request_event"},
        {"pipeline_source": "external_pull_request_event"},
        {"ci_config_ref_uri": None},
        {"ci_config_ref_uri": "gitlab.com/acme/web//.gitlab-ci.yml@refs/heads/main"},
        {"namespace_id": None},
    ],
)
def test_other_jobs_of_gitlab_do_not(
    gitlab: LocalIssuer, client: Client, claims: dict[str, Any]
) -> None:
    refused(exchange(client, job_of_gitlab(gitlab, **claims)))


@pytest.mark.parametrize(
    "file", ["evil/web//.gitlab-ci.yml", "acme/web//other.yml", "acme/web2//.gitlab-ci.yml"]
)
def test_the_configuration_is_the_projects_own(
    gitlab: LocalIssuer, client: Client, file: str
) -> None:
    host = gitlab.url.partition("://")[2]
    claim = f"{host}/{file}@refs/heads/main"
    refused(exchange(client, job_of_gitlab(gitlab, ci_config_ref_uri=claim)))


def test_a_gitlab_that_says_no_whole_ref_is_understood(gitlab: LocalIssuer, client: Client) -> None:
    assert exchange(client, job_of_gitlab(gitlab, ref_path=None)).status_code == 200


@pytest.mark.parametrize("number", ["namespace_id", "project_id"])
def test_who_registers_a_path_of_gitlab_anew_is_somebody_else(
    gitlab: LocalIssuer, client: Client, number: str
) -> None:
    assert exchange(client, job_of_gitlab(gitlab)).status_code == 200
    assert exchange(client, job_of_gitlab(gitlab, **{number: "99"})).status_code == 400
    assert exchange(client, job_of_gitlab(gitlab)).status_code == 200


def test_a_job_of_an_unknown_kind_is_its_sub(anything: LocalIssuer, client: Client) -> None:
    answer = exchange(client, job_of_anything(anything))
    assert granted(answer) == {"acme/app": ["pull", "push"]}
    login = WorkloadLogin.objects.get()
    assert (login.source_url, login.run_url, login.workflow) == ("", "", "")


@pytest.mark.parametrize(
    "sub", ["robot:builder-77", "Robot:builder-7", "robot:builder", "robot:builder-7 ", ""]
)
def test_another_sub_is_another_job(anything: LocalIssuer, client: Client, sub: str) -> None:
    refused(exchange(client, job_of_anything(anything, sub=sub)))


def test_claims_of_a_forge_say_nothing_for_an_unknown_kind(
    anything: LocalIssuer, client: Client
) -> None:
    """An issuer that lets its users choose claims does not let them choose a source."""
    claims = {"sub": "robot:other", "repository": "robot:builder-7", "repository_owner_id": "65"}
    refused(exchange(client, job_of_anything(anything, **claims)))
