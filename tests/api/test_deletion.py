"""Deletion by the REST API: the same flows, the same refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.models import RepositoryState, RetentionRule, TagDeletion
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_tag

REPOSITORY = "/api/v1/repositories/acme/app/-"


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    """Olga's session."""
    client.force_login(world.olga)
    return client


def post(client: Client, path: str, **body: Any) -> Any:
    """Send JSON."""
    return client.post(path, body, content_type="application/json")


def test_a_repository_is_previewed_deleted_and_had_back(world: World, olga: Client) -> None:
    make_tag(world.app, "v1")
    assert olga.get(f"{REPOSITORY}/deletion").json()["tags"] == 1
    assert post(olga, f"{REPOSITORY}/deletion", name="app").status_code == 400
    answer = post(olga, f"{REPOSITORY}/deletion", name="acme/app")
    assert (answer.status_code, answer.json()["state"]) == (202, "trashed")
    again = post(olga, f"{REPOSITORY}/deletion", name="acme/app")
    assert again.status_code == 409
    assert "in the trash already" in again.json()["detail"]
    [lying] = olga.get("/api/v1/trash").json()["results"]
    assert post(olga, f"/api/v1/trash/{lying['id']}/restore").status_code == 204
    world.app.refresh_from_db()
    assert world.app.state == RepositoryState.ACTIVE


def test_deleting_for_good_wants_a_confirmed_session(world: World, olga: Client) -> None:
    deletion = request_deletion(world.app, by=Principal(world.olga))
    assert post(olga, f"/api/v1/trash/{deletion.pk}/purge").status_code == 403
    confirm(olga)
    assert post(olga, f"/api/v1/trash/{deletion.pk}/purge").status_code == 202


def test_tags_are_deleted_once_it_is_no_dry_run(world: World, olga: Client) -> None:
    make_tag(world.app, "v1")
    make_tag(world.app, "v2")
    told = post(olga, f"{REPOSITORY}/deleted-tags", pattern="v*", tags=["v1"])
    assert [one["name"] for one in told.json()] == ["v1", "v2"]
    assert world.app.tags.count() == 2
    made = post(olga, f"{REPOSITORY}/deleted-tags", tags=["v1"], dry_run=False)
    assert made.status_code == 202
    [deleted] = olga.get(f"{REPOSITORY}/deleted-tags").json()["results"]
    assert deleted["tag"] == "v1"
    path = f"{REPOSITORY}/deleted-tags/{deleted['id']}/restore"
    assert post(olga, path).status_code == 202
    assert TagDeletion.objects.get().state == "restoring"


@pytest.mark.parametrize("body", [{}, {"tags": []}, {"tags": ["gone"]}, {"pattern": "**"}])
def test_what_makes_no_sense_deletes_nothing(
    world: World, olga: Client, body: dict[str, Any]
) -> None:
    make_tag(world.app, "v1")
    assert post(olga, f"{REPOSITORY}/deleted-tags", **body, dry_run=False).status_code == 400
    assert world.app.tags.count() == 1


def test_a_rule_is_kept_with_the_proof_of_its_dry_run(world: World, olga: Client) -> None:
    make_tag(world.app, "v1")
    make_tag(world.app, "v2")
    rule = {"pattern": "v*", "newest": 1}
    dry = post(olga, f"{REPOSITORY}/retention-rules/dry-run", **rule).json()
    assert [one["goes_by"] for one in dry["tags"]] == ["", "v*"]
    assert post(olga, f"{REPOSITORY}/retention-rules", **rule).status_code == 400
    other = post(olga, f"{REPOSITORY}/retention-rules", pattern="*", newest=1, seen=dry["seen"])
    assert other.status_code == 400
    made = post(olga, f"{REPOSITORY}/retention-rules", **rule, seen=dry["seen"])
    assert made.status_code == 201
    assert made.json()["words"] == "of v* keep the newest"
    path = f"{REPOSITORY}/retention-rules/{made.json()['id']}"
    assert olga.delete(path).status_code == 204
    assert not RetentionRule.objects.exists()


@pytest.mark.parametrize("who", ["mia", "rita"])
def test_members_without_the_role_are_told_so(world: World, client: Client, who: str) -> None:
    make_tag(world.app, "v1")
    person = world.person(who)
    assert person
    client.force_login(person)
    for path in ("deletion", "deleted-tags", "retention-rules"):
        answer = post(client, f"{REPOSITORY}/{path}", name="acme/app", tags=["v1"], dry_run=False)
        assert answer.status_code == 403, path
    assert world.app.tags.count() == 1
