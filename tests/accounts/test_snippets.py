"""What pages offer to paste: read by what would read it."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

import pytest
import yaml

from accounts.snippets import PLACEHOLDER, Snippet, login_command, snippets_for

HOST = "index.test"
SECRET = "wbs_0123456789abcdef_" + "ab" * 32 + "_01234567"


def snippet(key: str, login: str = "acme+ci", secret: str = SECRET) -> Snippet:
    """Return one by its key."""
    return next(found for found in snippets_for(login, secret) if found.key == key)


def words_seen_by_a_shell(text: str, **variables: str) -> list[str]:
    """Run the text in a real shell where every program prints its arguments, one a line."""
    show = (
        'show() { cat; printf "%s\\n" "$@"; }; docker() { show "$@"; }; podman() { show "$@"; }; '
    )
    show += 'kubectl() { printf "%s\\n" "$@"; }; '
    done = subprocess.run(
        ["/bin/sh", "-c", show + text], env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("login", ["acme+ci", "alice", "acme-corp+build.eu_1"])
def test_docker_gets_secret_host_and_login(login: str) -> None:
    words = words_seen_by_a_shell(login_command(login, SECRET))
    assert words == [SECRET, "login", HOST, "-u", login, "--password-stdin"]


def test_without_the_secret_a_variable_stands_in_its_place() -> None:
    words = words_seen_by_a_shell(login_command("acme+ci"), **{PLACEHOLDER: "a b$c"})
    assert words[0] == "a b$c"


def test_podman_is_told_when_the_index_speaks_plain_http() -> None:
    words = words_seen_by_a_shell(snippet("podman").text)
    assert words == [
        SECRET, "login", "--tls-verify=false", HOST, "-u", "acme+ci", "--password-stdin",
    ]  # fmt: skip


def test_kubectl_makes_a_secret_with_a_name_that_kubernetes_takes() -> None:
    words = words_seen_by_a_shell(snippet("kubectl").text)
    assert words == [
        "create", "secret", "docker-registry", "waybill-acme-ci", f"--docker-server={HOST}",
        "--docker-username=acme+ci", f"--docker-password={SECRET}",
    ]  # fmt: skip


def test_the_manifest_is_what_kubelet_reads() -> None:
    manifest: dict[str, Any] = yaml.safe_load(snippet("kubernetes").text)
    assert (manifest["kind"], manifest["type"]) == ("Secret", "kubernetes.io/dockerconfigjson")
    assert manifest["metadata"]["name"] == "waybill-acme-ci"
    config = json.loads(manifest["stringData"][".dockerconfigjson"])
    assert config["auths"] == {HOST: {"username": "acme+ci", "password": SECRET}}


def test_github_actions_reads_the_secret_from_its_own_store() -> None:
    (step,) = yaml.safe_load(snippet("github").text)
    assert step["uses"].startswith("docker/login-action@")
    assert step["with"] == {
        "registry": HOST, "username": "acme+ci", "password": f"${{{{ secrets.{PLACEHOLDER} }}}}",
    }  # fmt: skip


def test_gitlab_runs_the_same_line_with_its_variable() -> None:
    job = yaml.safe_load(snippet("gitlab").text)["push"]
    words = words_seen_by_a_shell(job["script"][0], **{PLACEHOLDER: SECRET})
    assert words == [SECRET, "login", HOST, "-u", "acme+ci", "--password-stdin"]
    assert shlex.split(job["script"][2])[-1] == f"{HOST}/acme/NAME"


@pytest.mark.parametrize("key", ["github", "gitlab"])
def test_what_goes_into_a_repository_has_no_secret(key: str) -> None:
    assert SECRET not in snippet(key).text


def test_later_no_snippet_has_a_secret() -> None:
    assert "wbs_" not in "".join(found.text for found in snippets_for("acme+ci"))


@pytest.mark.parametrize("is_https", [True, False])
def test_containerd_has_a_line_for_each_of_its_programs(settings: Any, *, is_https: bool) -> None:
    settings.IS_HTTPS = is_https
    nerdctl, ctr = (shlex.split(snippet(key).text) for key in ("nerdctl", "ctr"))
    assert "login" in nerdctl
    assert "--password-stdin" in nerdctl
    assert ("--insecure-registry" in nerdctl) is not is_https
    assert ctr[ctr.index("--user") + 1] == f"acme+ci:{SECRET}"
    assert ("--plain-http" in ctr) is not is_https
