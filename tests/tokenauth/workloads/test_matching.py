"""Which jobs a trusted publisher means."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from index.models import RepositoryState, TrustedPublisher, WorkloadLogin
from tests.clients import granted
from tests.conftest import World
from tests.local_issuer import LocalIssuer
from tests.tokenauth.workloads.jobs import (
    PUSH,
    exchange,
    refused,
)


@pytest.mark.parametrize(
    "claims",
    [
        {"repository": "acme/other", "workflow_ref": "acme/other/.github/workflows/release.yml@x"},
        {"repository": "acme/web2"},
        {"workflow_ref": "acme/web/.github/workflows/test.yml@refs/heads/main"},
        {"workflow_ref": "evil/web/.github/workflows/release.yml@refs/heads/main"},
        {"workflow_ref": "acme/web/.github/workflows/sub/release.yml@refs/heads/main"},
        {"workflow_ref": "acme/web/.github/workflows/Release.yml@refs/heads/main"},
        {"workflow_ref": None},
        {"ref": "refs/heads/main2"},
        {"ref": "refs/heads/Main"},
        {"ref": "refs/tags/main"},
        {"ref": None},
        {"event_name": "pull_request_target"},
        {"event_name": "pull_request", "ref": "refs/pull/7/merge"},
    ],
)
def test_every_field_that_is_set_must_match(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, claims: dict[str, Any]
) -> None:
    sentence = refused(exchange(client, issuer.token(**claims)))
    assert "no trusted publisher of acme/app matches this job" in sentence


def test_the_refusal_shows_the_jobs_own_claims(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    sentence = refused(exchange(client, issuer.token(ref="refs/heads/fix", environment="test")))
    assert "ref refs/heads/fix" in sentence
    assert "environment test" in sentence
    assert "refs/heads/main" not in sentence


def test_an_unknown_repository_is_refused_in_the_same_words(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    known = refused(exchange(client, issuer.token(repository="evil/web")))
    unknown = refused(
        exchange(client, issuer.token(repository="evil/web"), "repository:acme/nope:push")
    )
    assert known.replace("acme/app", "acme/nope") == unknown


def test_a_repository_on_its_way_to_deletion_trusts_nobody(
    world: World, publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    world.app.state = RepositoryState.DELETING
    world.app.save()
    refused(exchange(client, issuer.token()))


def test_names_of_owner_and_repository_match_in_any_case(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    workflow = "Acme/Web/.github/workflows/release.yml@refs/heads/main"
    token = issuer.token(repository="Acme/Web", workflow_ref=workflow)
    assert exchange(client, token).status_code == 200


@pytest.mark.parametrize(
    ("ref", "matches"),
    [("refs/tags/v1", True), ("refs/tags/", True), ("refs/heads/v1", False),
     ("refs/pull/1/merge", False), ("xrefs/tags/v1", False)],
)  # fmt: skip
def test_a_star_stands_for_the_rest_of_a_ref(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client, ref: str, matches: Any
) -> None:
    TrustedPublisher.objects.update(ref="refs/tags/*")
    assert (exchange(client, issuer.token(ref=ref)).status_code == 200) is matches


@pytest.mark.parametrize(
    ("ref", "event", "matches"),
    [
        ("refs/heads/any", "push", True),
        ("refs/tags/v1", "push", True),
        ("refs/heads/main", "workflow_dispatch", True),
        ("refs/pull/7/merge", "pull_request", False),
        ("refs/heads/main", "pull_request_target", False),
        ("refs/heads/main", "pull_request", False),
    ],
)
def test_without_a_ref_every_branch_and_tag_matches_and_no_pull_request(
    publisher: TrustedPublisher,
    issuer: LocalIssuer,
    client: Client,
    ref: str,
    event: str,
    matches: Any,
) -> None:
    TrustedPublisher.objects.update(ref="")
    token = issuer.token(ref=ref, event_name=event)
    assert (exchange(client, token).status_code == 200) is matches


def test_a_pull_request_matches_where_its_ref_is_written_out(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    TrustedPublisher.objects.update(ref="refs/pull/7/merge")
    token = issuer.token(ref="refs/pull/7/merge", event_name="pull_request")
    assert exchange(client, token).status_code == 200


@pytest.mark.parametrize(
    ("environment", "matches"),
    [("release", True), ("Release", True), ("test", False), (None, False)],
)
def test_an_environment_must_match(
    publisher: TrustedPublisher,
    issuer: LocalIssuer,
    client: Client,
    environment: str | None,
    matches: Any,
) -> None:
    TrustedPublisher.objects.update(environment="release")
    answer = exchange(client, issuer.token(environment=environment))
    assert (answer.status_code == 200) is matches


def test_whoever_registers_a_name_anew_is_somebody_else(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """The account acme is deleted at the forge, and a stranger takes its name."""
    assert exchange(client, issuer.token()).status_code == 200
    publisher.refresh_from_db()
    assert publisher.source_owner_id == "65"
    answer = exchange(client, issuer.token(repository_owner_id="66"))
    assert answer.status_code == 400
    assert "no trusted publisher of acme/app matches" in answer.json()["error_description"]
    assert WorkloadLogin.objects.count() == 1


def test_a_new_repository_with_the_name_of_a_renamed_one_is_another(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    """acme renames web, and a member, who administers nothing of it, creates another web."""
    assert exchange(client, issuer.token()).status_code == 200
    publisher.refresh_from_db()
    assert publisher.source_id == "74"
    answer = exchange(client, issuer.token(repository_id="75"))
    assert "no trusted publisher of acme/app matches" in answer.json()["error_description"]
    assert exchange(client, issuer.token(repository_id=None)).status_code == 400
    assert WorkloadLogin.objects.count() == 1


def test_a_publisher_of_before_keeps_the_number_of_its_next_use(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    TrustedPublisher.objects.update(source_owner_id="65")
    assert exchange(client, issuer.token()).status_code == 200
    assert exchange(client, issuer.token(repository_id="75")).status_code == 400


def test_a_token_without_the_owners_number_is_refused(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    assert "repository_owner_id" in refused(
        exchange(client, issuer.token(repository_owner_id=None))
    )


def test_another_listed_issuer_does_not_speak_for_this_one(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    TrustedPublisher.objects.update(issuer="https://token.actions.githubusercontent.com")
    refused(exchange(client, issuer.token()))


def test_the_repository_asked_for_first_is_the_one(
    world: World, publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    TrustedPublisher.objects.create(
        repository=world.public, issuer=issuer.url, source_repository="acme/web"
    )
    scope = f"repository:alice/pub:push {PUSH}"
    assert granted(exchange(client, issuer.token(), scope)) == {"alice/pub": ["push"]}


def test_a_job_must_say_for_what(
    publisher: TrustedPublisher, issuer: LocalIssuer, client: Client
) -> None:
    assert "scope=repository" in refused(exchange(client, issuer.token(), ""))
