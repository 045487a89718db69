"""A CI job pushes with nothing but the ID token of its forge; docker search shows what it built."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clients import basic
from tests.e2e.backstage import Backstage
from tests.e2e.engine import Docker, Engine
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack
from tests.local_issuer import LocalIssuer
from tests.tools import tool
from tests.waiting import eventually

_TRUST = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.trusted_publishers import NamedWorkload, add_publisher
from index.models import Repository
add_publisher(
    Repository.objects.live().get(name=repository),
    NamedWorkload(issuer, "acme/web", workflow="release.yml", ref="refs/heads/main"),
    by=Principal(User.objects.get(username=name)),
)
"""
_CREATE = """
from accounts.models import User, Visibility
from accounts.principals import Principal
from index.flows.create_repository import create_repository
from index.names import parse_repository_name
owner = Principal(User.objects.get(username=name))
create_repository(parse_repository_name(repository), by=owner, visibility=Visibility.PUBLIC)
"""
_RECIPES = """
from index.web.ci_recipes import recipes_for
answer = {recipe.key: recipe.text for recipe in recipes_for(repository=repository)}
"""
_BUILT = """
from index.models import Tag
tag = Tag.objects.filter(repository__name=repository, name=tag).select_related("built_by").first()
answer = [tag.built_by.workflow, tag.built_by.revision] if tag and tag.built_by else None
"""


@pytest.fixture
def job(engine: Engine, homes: Iterator[Path]) -> Docker:
    """The docker command of a CI job: nobody has logged in there."""
    return Docker(engine, next(homes))


@pytest.fixture
def repository(alice: Person, backstage: Backstage, issuer: LocalIssuer) -> str:
    """A public repository of alice that trusts release.yml of acme/web."""
    name = f"{alice.name}/app"
    backstage.run(_CREATE, repository=name, name=alice.name)
    environ = {"repository": name, "name": alice.name, "issuer": issuer.url}
    backstage.run(_TRUST, **environ)
    return name


@pytest.fixture
def secret(stack: Stack, issuer: LocalIssuer, repository: str) -> str:
    """What a job gets for its ID token."""
    return secret_for(stack, issuer, repository)


def secret_for(stack: Stack, issuer: LocalIssuer, repository: str, **claims: Any) -> str:
    """Exchange an ID token over HTTP, as the recipe does with curl."""
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "subject_token": issuer.token(aud=stack.origin, **claims),
        "service": stack.host,
        "access_type": "offline",
        "scope": f"repository:{repository}:pull,push",
    }
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{stack.origin}/token", body) as answer:  # noqa: S310 - ours
        return str(json.load(answer)["refresh_token"])


def log_in(docker: Docker, host: str, secret: str) -> str:
    return docker("login", "-u", "oidc", "--password-stdin", host, stdin=secret.encode())


def automated(person: Person, repository: str) -> bool | None:
    """Return what docker is told in a search; docker itself shows it until version 27 alone."""
    query = urllib.parse.urlencode({"q": repository})
    request = urllib.request.Request(f"http://{person.host}/v1/search?{query}")
    request.add_header("Authorization", basic(person.name, person.password))
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - ours
        found = json.load(answer)["results"]
    return next((row["is_automated"] for row in found if row["name"] == repository), None)


def shows_automated(docker: Docker, host: str, repository: str) -> bool:
    """Return whether docker search marks it; what a later docker shows is nothing to go by."""
    if "AUTOMATED" not in docker("search", f"{host}/{repository}"):
        return True
    return "[OK]" in docker("search", f"{host}/{repository}")


def test_a_job_pushes_with_docker_until_a_person_does(
    alice: Person,
    job: Docker,
    repository: str,
    stack: Stack,
    issuer: LocalIssuer,
    backstage: Backstage,
) -> None:
    secret = secret_for(stack, issuer, repository)
    assert "Login Succeeded" in log_in(job, alice.host, secret)
    job("push", alice.make_image("app"))
    eventually(lambda: automated(alice, repository) is True)
    assert shows_automated(alice.docker, alice.host, repository)
    assert shows_automated(job, alice.host, repository)  # logged in as a job
    built = backstage.run(_BUILT, repository=repository, tag="1.0")
    assert built == ["release.yml", "abc1234" + "0" * 33]
    alice.push_image("app", "2.0")
    eventually(lambda: automated(alice, repository) is False)


def test_a_job_pushes_nowhere_else(
    alice: Person, job: Docker, repository: str, stack: Stack, issuer: LocalIssuer
) -> None:
    log_in(job, alice.host, secret_for(stack, issuer, repository))
    job.fails("push", alice.make_image("other"))


def test_podman_and_skopeo_push_with_the_same_secret(
    alice: Person,
    repository: str,
    secret: str,
    backstage: Backstage,
    podman: Program,
    skopeo: Program,
) -> None:
    source = alice.push_image("source")
    Setup(backstage).publish(f"{alice.name}/source")
    login = ("login", "--tls-verify=false", "-u", "oidc", "--password-stdin", alice.host)
    assert "Login Succeeded" in podman(*login, stdin=secret)
    assert "Login Succeeded" in skopeo(*login, stdin=secret)
    target = f"docker://{alice.reference('app', '3.0')}"
    insecure = ("--src-tls-verify=false", "--dest-tls-verify=false")
    skopeo("copy", *insecure, f"docker://{source}", target)
    podman("pull", "--tls-verify=false", source)
    podman("tag", source, alice.reference("app", "4.0"))
    podman("push", "--tls-verify=false", alice.reference("app", "4.0"))
    for tag in ("3.0", "4.0"):
        question = partial(backstage.run, _BUILT, repository=repository, tag=tag)
        assert eventually(question) == ["release.yml", "abc1234" + "0" * 33]


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_recipe_pushes_as_it_is_shown(
    alice: Person,
    job: Docker,
    repository: str,
    issuer: LocalIssuer,
    backstage: Backstage,
    forge: str,
) -> None:
    """The lines of the page, run by a shell in the order of the file, but for what builds."""
    folders = {str(Path(tool(program)).parent) for program in ("docker", "curl", "jq")}
    recipe = backstage.run(_RECIPES, repository=repository)[forge]
    lines = lines_of(forge, yaml.safe_load(recipe))
    assert "docker push" in lines[-1]
    alice.make_image("app", "latest")

    def run(**claims: Any) -> subprocess.CompletedProcess[str]:
        token = issuer.token(aud=f"http://{alice.host}", **claims)
        issuer.answer(f"/ask?x=1&audience=http://{alice.host}", {"value": token})
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([*sorted(folders), os.environ["PATH"]]),
            "DOCKER_CONFIG": str(job.home),
            "DOCKER_HOST": job.engine.url(),
            "ID_TOKEN": "" if forge == "github" else token,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer.url}/ask?x=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of the job",
        }
        command = ["sh", "-e", "-c", "\n".join(lines)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    refused = run(ref="refs/heads/fix")
    assert refused.returncode != 0
    assert "no trusted publisher" in refused.stderr
    done = run()
    assert "Login Succeeded" in done.stdout
    assert done.returncode == 0, done.stderr
    question = partial(backstage.run, _BUILT, repository=repository, tag="latest")
    assert eventually(question) == ["release.yml", "abc1234" + "0" * 33]


def lines_of(forge: str, recipe: Any) -> list[str]:
    """Return what the job runs after the build."""
    if forge == "gitlab":
        lines = recipe["push-image"]["script"]
    else:
        lines = [step["run"] for step in recipe["jobs"]["image"]["steps"] if "run" in step]
    return [line for line in lines if not line.startswith(("apk add", "docker build"))]


def test_a_job_of_another_branch_gets_nothing(
    alice: Person, repository: str, stack: Stack, issuer: LocalIssuer
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        secret_for(stack, issuer, repository, ref="refs/heads/fix")
    body = json.load(refusal.value)
    assert f"no trusted publisher of {repository} matches this job" in body["error_description"]
