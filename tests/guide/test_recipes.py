"""The pages of docs/recipes: what is written in them can be read, and asks for what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from config.api_description import described
from config.guide.recipes import FOLDER, Recipe, recipes
from index.web.ci_recipes import exchange_script
from tests.recipes import documents, lines

EVERY = [one for one in recipes() if one.page != "README"]
_PAGES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "README")
_FROM_FILE = "subject_token@${ID_TOKEN_FILE:-/var/run/waybill/token}"
_RESOURCE = re.compile(r'^resource "restapi_object" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_TEXT = re.compile(r'^ +(\w+) += "([^"]*)"', re.MULTILINE)
_DATA = re.compile(r"^ +(\w*data) += jsonencode\(\{(.*?)\}\)", re.MULTILINE)


def named(one: Recipe) -> str:
    return f"{one.page}: {one.heading}"


def of_kind(kind: str) -> list[Recipe]:
    return [one for one in EVERY if one.kind == kind]


@pytest.mark.parametrize("one", of_kind("yaml"), ids=named)
def test_yaml_is_yaml(one: Recipe) -> None:
    assert all(isinstance(document, dict) for document in documents(one))


@pytest.mark.parametrize("one", of_kind("groovy"), ids=named)
def test_the_pod_of_an_agent_is_yaml(one: Recipe) -> None:
    pods = re.findall(r"yaml '''\n(.*?)'''", one.text, re.DOTALL)
    assert [yaml.safe_load(pod)["kind"] for pod in pods] == ["Pod"] * len(pods)


def test_a_step_of_github_does_one_thing_and_only_who_exchanges_asks_for_an_id_token() -> None:
    for one in (recipe for recipe in of_kind("yaml") if recipe.page == "github-actions"):
        [workflow] = documents(one)
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        assert all(("uses" in step) != ("run" in step) for step in steps)
        assert (workflow["permissions"].get("id-token") == "write") == ("/token" in one.text)


def test_objects_of_a_cluster_have_a_kind_and_a_name() -> None:
    found = [one for one in of_kind("yaml") if one.page == "kubernetes"]
    for document in (document for one in found for document in documents(one)):
        assert document["apiVersion"]
        assert document["kind"]
        assert document["metadata"]["name"]


def test_a_log_in_without_a_stored_secret_is_the_one_that_the_page_of_a_repository_shows() -> None:
    shown = exchange_script("-d scope=repository:acme/app:pull,push")
    shown = shown.replace("http://", "https://").replace("index.test", "index.example.com")
    shown = re.sub(r"docker login(?=.*\s*\Z)", "TOOL login", shown)
    for one in (found for found in EVERY if "/token" in found.text):
        run = "\n".join(lines(one)).replace(_FROM_FILE, "subject_token=$ID_TOKEN")
        assert shown in re.sub(r"\w+ login -u oidc", "TOOL login -u oidc", run), named(one)


@pytest.mark.parametrize("page", _PAGES)
def test_every_page_says_what_was_run_and_what_was_not(page: str) -> None:
    said = (FOLDER / f"{page}.md").read_text().partition("## What was run")[2]
    assert re.search(r"\bNot\s+run\b", said)


def requests() -> Iterator[tuple[str, str, set[str]]]:
    """Yield what Terraform sends: method, path, the keys of the body."""
    [configuration] = of_kind("hcl")
    for name, text in _RESOURCE.findall(configuration.text):
        said: dict[str, str] = dict(_TEXT.findall(text))
        bodies = {key: set(re.findall(r"(\w+) *=", body)) for key, body in _DATA.findall(text)}
        data = bodies["data"]
        one = f"{said['path']}/{name}"
        yield said.get("create_method", "POST"), said.get("create_path", said["path"]), data
        update = bodies.get("update_data", data)
        yield said.get("update_method", "PATCH"), said.get("update_path", one), update
        destroy = bodies.get("destroy_data", set())
        yield said.get("destroy_method", "DELETE"), said.get("destroy_path", one), destroy
        yield "GET", said.get("read_path", one), set()


@pytest.mark.parametrize(("method", "path", "keys"), list(requests()))
def test_terraform_asks_for_operations_that_there_are(
    method: str, path: str, keys: set[str]
) -> None:
    assert any(takes(operation, keys) for operation in operations(method, path)), (method, path)


def operations(method: str, path: str) -> Iterator[dict[str, Any]]:
    """Yield those of the description that this address may be."""
    for template, methods in described()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^?]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in methods:
            yield methods[method.lower()]


def takes(operation: dict[str, Any], keys: set[str]) -> bool:
    """Whether a body with these keys is one that the operation describes, and a token may send it."""
    contents = operation.get("requestBody", {}).get("content", {})
    if not any("accessToken" in one for one in operation["security"]):
        return False
    if not contents:
        return not keys
    name = contents["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = described()["components"]["schemas"][name]
    return set(schema.get("required", [])) <= keys <= set(schema["properties"])


def test_the_overview_leads_to_every_page() -> None:
    overview = (FOLDER / "README.md").read_text()
    assert [page for page in _PAGES if f"({page}.md)" not in overview] == []
