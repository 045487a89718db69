"""What the demo's lists say is possible and fits together."""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.names import check_organization_name, check_user_name
from config.demo.building import base_layer, build_images, write_readme
from config.demo.catalogue import REPOSITORIES
from config.demo.images import AMD64
from config.demo.people import CURATOR, ORGANIZATIONS, PEOPLE
from config.demo.plans import RepositoryPlan
from index.names import is_tag, parse_repository_name

each_plan = pytest.mark.parametrize("plan", REPOSITORIES, ids=lambda plan: plan.name)
MEMBERS = {
    organization.name: {
        organization.owner,
        *(who for team in organization.teams for who in team.members),
    }
    for organization in ORGANIZATIONS
}


def test_names_of_people_and_organizations_obey_the_grammar() -> None:
    assert [check_user_name(name) for name in PEOPLE] == list(PEOPLE)
    for organization in ORGANIZATIONS:
        check_organization_name(organization.name)


def test_no_repository_is_listed_twice() -> None:
    assert max(Counter(plan.name for plan in REPOSITORIES).values()) == 1


@each_plan
def test_a_repository_is_pushed_by_somebody_who_may(plan: RepositoryPlan) -> None:
    namespace = parse_repository_name(plan.name).namespace
    may = {CURATOR} if plan.is_official else MEMBERS.get(namespace, {namespace})
    assert plan.pusher in may


@each_plan
def test_descriptions_fit_and_tags_are_tags(plan: RepositoryPlan) -> None:
    assert len(plan.description) <= 100
    assert all(is_tag(tag) for tag in plan.tag_names)
    assert len(plan.tag_names) == sum(map(len, plan.tags)), "a tag is listed twice"


@each_plan
def test_stars_come_from_people_of_the_demo(plan: RepositoryPlan) -> None:
    assert set(plan.stars) <= set(PEOPLE)


def test_teams_get_roles_on_repositories_that_exist() -> None:
    names = {plan.name for plan in REPOSITORIES}
    wanted = {
        f"{organization.name}/{repository}"
        for organization in ORGANIZATIONS
        for team in organization.teams
        for repository in team.repositories
    }
    assert wanted <= names


def test_images_share_the_base_layer_and_differ_between_versions() -> None:
    plan = next(plan for plan in REPOSITORIES if plan.name == "cairn")
    older, newer = build_images(plan)
    assert older.image.manifest.digest != newer.image.manifest.digest
    assert older.image.blobs[0] == newer.image.blobs[0] == base_layer(AMD64).blob


def test_one_repository_is_for_three_platforms() -> None:
    plan = next(plan for plan in REPOSITORIES if plan.multi_platform)
    platforms = [child.platform.as_json() for child in build_images(plan)[0].image.children]
    assert [platform["architecture"] for platform in platforms] == ["amd64", "arm64", "arm"]
    assert platforms[2]["variant"] == "v7"


def test_a_readme_tells_how_to_pull_from_this_host() -> None:
    plan = next(plan for plan in REPOSITORIES if plan.name == "nadia/hello")
    readme = write_readme(plan, host="127.0.0.1:8080")
    assert "docker pull 127.0.0.1:8080/nadia/hello:latest" in readme
