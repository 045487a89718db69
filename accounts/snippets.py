"""What to paste where, so that a tool logs in: with the secret once, afterwards with a placeholder."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

PLACEHOLDER = "WAYBILL_TOKEN"  # the variable that holds the secret where it is not written


@dataclass(frozen=True, slots=True)
class Snippet:
    """One place, what to paste there, and what to do besides."""

    key: str
    title: str
    text: str
    hint: str = ""

    @property
    def is_one_line(self) -> bool:
        """Whether it is a command."""
        return "\n" not in self.text


def login_command(login: str, secret: str = "") -> str:
    """Return the line that logs docker in."""
    return _login("docker login", login, secret)


def snippets_for(login: str, secret: str = "") -> list[Snippet]:
    """Return all of them for this host; `secret` appears only where the tool keeps it itself."""
    return [
        Snippet("docker", "Docker", login_command(login, secret)),
        Snippet("podman", "Podman, skopeo and buildah", _podman(login, secret)),
        Snippet("nerdctl", "containerd, with nerdctl", _nerdctl(login, secret)),
        Snippet(
            "ctr",
            "containerd, with ctr",
            _ctr(login, secret),
            _("It keeps no log-in: write the image that you want for NAMESPACE/NAME:TAG."),
        ),
        Snippet(
            "kubectl",
            "Kubernetes, with kubectl",
            _kubectl(login, secret),
            _("Then name it in the pod: imagePullSecrets: [{name: %(login)s}].")
            % {"login": _kubernetes_name(login)},
        ),
        Snippet("kubernetes", "Kubernetes, as a manifest", _manifest(login, secret)),
        Snippet(
            "github",
            "GitHub Actions",
            _github(login),
            _("Keep the secret as %(placeholder)s under Settings, Secrets and variables, Actions.")
            % {"placeholder": PLACEHOLDER},
        ),
        Snippet(
            "gitlab",
            "GitLab CI",
            _gitlab(login),
            _("Keep the secret as %(placeholder)s under Settings, CI/CD, Variables: masked.")
            % {"placeholder": PLACEHOLDER},
        ),
    ]


def _login(command: str, login: str, secret: str) -> str:
    return (
        f"echo {_word(secret)} | {command} {settings.PUBLIC_HOST} "
        f"-u {shlex.quote(login)} --password-stdin"
    )


def _podman(login: str, secret: str) -> str:
    plain_http = "" if settings.IS_HTTPS else " --tls-verify=false"
    return _login(f"podman login{plain_http}", login, secret)


def _nerdctl(login: str, secret: str) -> str:
    plain_http = "" if settings.IS_HTTPS else " --insecure-registry"
    return _login(f"nerdctl{plain_http} login", login, secret)


def _ctr(login: str, secret: str) -> str:
    plain_http = "" if settings.IS_HTTPS else " --plain-http"
    user = f"{shlex.quote(login)}:{_word(secret)}"
    return f"ctr images pull{plain_http} --user {user} {settings.PUBLIC_HOST}/NAMESPACE/NAME:TAG"


def _kubectl(login: str, secret: str) -> str:
    return " \\\n  ".join(
        [
            f"kubectl create secret docker-registry {_kubernetes_name(login)}",
            f"--docker-server={settings.PUBLIC_HOST}",
            f"--docker-username={shlex.quote(login)}",
            f"--docker-password={_word(secret)}",
        ]
    )


def _manifest(login: str, secret: str) -> str:
    """Return what kubectl would make, without `auth`: kubelet needs none, and it is hard to edit."""
    entry = {"username": login, "password": secret or PLACEHOLDER}
    config = json.dumps({"auths": {settings.PUBLIC_HOST: entry}})
    return (
        "apiVersion: v1\n"
        "kind: Secret\n"
        "metadata:\n"
        f"  name: {_kubernetes_name(login)}\n"
        "type: kubernetes.io/dockerconfigjson\n"
        "stringData:\n"
        f"  .dockerconfigjson: |\n    {config}\n"
    )


def _github(login: str) -> str:
    return (
        f"- name: {json.dumps(f'Log in to {settings.PUBLIC_HOST}')}\n"
        "  uses: docker/login-action@v3\n"
        "  with:\n"
        f"    registry: {json.dumps(settings.PUBLIC_HOST)}\n"
        f"    username: {json.dumps(login)}\n"
        f"    password: ${{{{ secrets.{PLACEHOLDER} }}}}\n"
    )


def _gitlab(login: str) -> str:
    command = login_command(login).replace("'", "''")
    return (
        "push:\n"
        "  image: docker:27\n"
        "  services:\n"
        "    - docker:27-dind\n"
        "  script:\n"
        f"    - '{command}'\n"
        f"    - docker build -t {settings.PUBLIC_HOST}/{login.partition('+')[0]}/NAME .\n"
        f"    - docker push {settings.PUBLIC_HOST}/{login.partition('+')[0]}/NAME\n"
    )


def _word(secret: str) -> str:
    return shlex.quote(secret) if secret else f'"${PLACEHOLDER}"'


def _kubernetes_name(login: str) -> str:
    """Return a name that Kubernetes takes: no `+` and no underscore."""
    return f"waybill-{re.sub('[^a-z0-9]+', '-', login)}"
