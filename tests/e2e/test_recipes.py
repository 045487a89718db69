"""The lines of docs/recipes do what their pages say: run by a shell, in the order of the file."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.people import People, Person
from tests.e2e.programs import Program
from tests.e2e.test_machines import Machines
from tests.local_issuer import LocalIssuer
from tests.recipes import documents, lines, recipe
from tests.tools import tool

_TRUST = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.create_repository import create_repository
from index.flows.trusted_publishers import NamedWorkload, add_publisher
from index.names import parse_repository_name
owner = Principal(User.objects.get(username=name))
repository = create_repository(parse_repository_name(f"{name}/app"), by=owner)
add_publisher(repository, NamedWorkload(issuer, source, workflow=workflow), by=owner)
"""
_POD = "system:serviceaccount:ci:builder"
_WITHOUT = "Without a stored secret, "
_STORAGE = """
[storage]
driver = "vfs"
graphroot = "{home}/graph"
runroot = "{home}/run"
"""
_PLAIN_HTTP = """
[[registry]]
location = "{host}"
insecure = true
"""


@dataclass(frozen=True, slots=True)
class Worker:
    """The machine of a build server: a folder with the source, every tool, and nobody logged in."""

    person: Person
    home: Path

    def run(self, page: str, heading: str, **given: str) -> None:
        """Run what a recipe runs, with the names of this person in it."""
        script = "\n".join(lines(recipe(page, heading)))
        for name, value in self._names:
            script = script.replace(name, value)
        done = subprocess.run(
            ["/bin/sh", "-ec", script],
            cwd=self.home,
            env={**os.environ, **self._environment(), **given},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Login Succeeded" in done.stdout

    @property
    def _names(self) -> tuple[tuple[str, str], ...]:
        return (
            ("https://index.example.com", f"http://{self.person.host}"),
            ("index.example.com", self.person.host),
            ("acme/app", f"{self.person.name}/app"),
            ("acme+ci", f"{self.person.name}+ci"),
        )

    def _environment(self) -> dict[str, str]:
        tools = ("docker", "buildah", "skopeo", "curl", "jq")
        folders = dict.fromkeys(str(Path(tool(name)).parent) for name in tools)
        return {
            "PATH": os.pathsep.join([*folders, os.environ["PATH"]]),
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home),
            "DOCKER_CONFIG": str(self.home / "docker"),
            "DOCKER_HOST": self.person.docker.engine.url(),
            "DOCKER_BUILDKIT": "0",
            "REGISTRY_AUTH_FILE": str(self.home / "auth.json"),
            "CONTAINERS_STORAGE_CONF": str(self.home / "storage.conf"),
            "GITHUB_REF_NAME": "latest",
            "CI_COMMIT_TAG": "latest",
        }


@pytest.fixture
def worker(alice: Person, home: Path) -> Worker:
    (home / "Dockerfile").write_text("FROM scratch\nCOPY hello.txt /\n")
    (home / "hello.txt").write_text(f"from {alice.name}")
    (home / "storage.conf").write_text(_STORAGE.format(home=home))
    settings = home / ".config" / "containers"  # the one place where a log-in looks, too
    settings.mkdir(parents=True)
    (settings / "registries.conf").write_text(_PLAIN_HTTP.format(host=alice.host))
    (home / "auth.json").write_text("{}")
    return Worker(alice, home)


def assert_pulled(person: Person) -> None:
    """The image that a recipe pushes is there, built by it."""
    reference = person.reference("app", "latest")
    person.docker("pull", reference)
    person.forget(reference)


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("github-actions", "with docker"),
        ("github-actions", "with buildah"),
        ("gitlab-ci", "with docker"),
        ("gitlab-ci", "with skopeo"),
    ],
)
def test_a_job_of_a_forge_publishes_without_a_stored_secret(
    worker: Worker, issuer: LocalIssuer, backstage: Backstage, page: str, heading: str
) -> None:
    alice = worker.person
    backstage.run(
        _TRUST, name=alice.name, issuer=issuer.url, source="acme/web", workflow="release.yml"
    )
    archive = worker.home / "image.tar"
    alice.docker("save", "--output", str(archive), alice.make_image("built"))
    token = issuer.token(aud=f"http://{alice.host}")
    issuer.answer(f"/ask?x=1&audience=http://{alice.host}", {"value": token})
    worker.run(
        page,
        _WITHOUT + heading,
        ID_TOKEN="" if page == "github-actions" else token,
        ACTIONS_ID_TOKEN_REQUEST_URL=f"{issuer.url}/ask?x=1",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN="of the job",
    )
    assert_pulled(alice)


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("kubernetes", "A job that builds, without a stored secret"),
        ("jenkins", "Without a stored secret, with agents in Kubernetes"),
    ],
)
def test_a_pod_publishes_with_the_token_of_its_service_account(
    worker: Worker, issuer: LocalIssuer, backstage: Backstage, page: str, heading: str
) -> None:
    alice, cluster = worker.person, issuer.cluster()
    backstage.run(_TRUST, name=alice.name, issuer=cluster, source=_POD, workflow="")
    forge = issuer.claims().keys() - {"iat", "nbf", "exp", "jti"}
    claims: dict[str, Any] = {
        **dict.fromkeys(forge),
        "iss": cluster,
        "sub": _POD,
        "aud": [f"http://{alice.host}"],  # it writes a list
    }
    token = issuer.token(**claims)
    (worker.home / "token").write_text(token)
    worker.run(page, heading, ID_TOKEN_FILE=str(worker.home / "token"))
    assert_pulled(alice)


def test_jenkins_publishes_with_a_token_of_its_own(
    worker: Worker, issuer: LocalIssuer, backstage: Backstage
) -> None:
    """Of the claims that others have it lacks most, also `jti` and `nbf`."""
    alice, server = worker.person, issuer.cluster()
    job = "https://jenkins.example.com/job/app/job/main/"
    backstage.run(_TRUST, name=alice.name, issuer=server, source=job, workflow="")
    forge = issuer.claims().keys() - {"iat", "exp"}
    claims: dict[str, Any] = {
        **dict.fromkeys(forge), "iss": server, "sub": job, "aud": f"http://{alice.host}",
        "build_number": 7,
    }  # fmt: skip
    worker.run("jenkins", "Without a stored secret, with docker", ID_TOKEN=issuer.token(**claims))
    assert_pulled(alice)


@pytest.mark.parametrize("page", ["github-actions", "gitlab-ci", "jenkins"])
def test_a_job_publishes_with_the_secret_of_a_robot(
    worker: Worker, people: People, backstage: Backstage, page: str
) -> None:
    robot, _ = Machines(backstage, people).robot(worker.person, may_create=True)
    given = {"ROBOT_NAME": robot.name, "ROBOT_SECRET": robot.password}
    worker.run(page, "With a robot's secret", **given)
    assert_pulled(worker.person)


def test_a_cluster_pulls_and_looks_for_tags_with_the_secret_of_a_robot(
    alice: Person, people: People, backstage: Backstage, skopeo: Program, home: Path
) -> None:
    """As kubelet, Flux and Argo CD's updater do: they read name and password of the file."""
    robot, _ = Machines(backstage, people).robot(alice, may_create=True)
    robot.login()
    replace(robot, name=alice.name).push_image("app")
    secret, _ = documents(recipe("kubernetes", "Pods that pull, with a robot's secret"))
    [(host, kept)] = json.loads(secret["stringData"][".dockerconfigjson"])["auths"].items()
    assert (host, kept["username"]) == ("index.example.com", "acme+ci")
    assert kept["password"] == "ROBOT_SECRET"
    joined = base64.b64encode(f"{robot.name}:{robot.password}".encode()).decode()
    file = home / "config.json"
    file.write_text(json.dumps({"auths": {alice.host: {"auth": joined}}}))
    asked = f"docker://{alice.host}/{alice.name}/app"
    words = ("--tls-verify=false", "--authfile", str(file))
    assert json.loads(skopeo("list-tags", *words, asked))["Tags"] == ["1.0"]
    assert json.loads(skopeo("inspect", *words, f"{asked}:1.0"))["Digest"]
