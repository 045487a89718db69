"""The lines that fetch an image, for each program that people use; nothing in them is a prompt's sign."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class PullLines:
    """What one program wants: by tag, by digest ("" where there is none), and before that to log in."""

    key: str
    title: str
    by_tag: str
    by_digest: str
    login: str = ""
    hint: str = ""


CLIENTS = ("docker", "podman", "nerdctl", "ctr", "kubernetes", "reference")


def reference(name: str, *, tag: str = "", digest: str = "") -> str:
    """Return an image as every program writes it, on this host."""
    return f"{settings.PUBLIC_HOST}/{name}{f'@{digest}' if digest else f':{tag}'}"


def pull_lines(name: str, *, tag: str = "", digest: str = "") -> list[PullLines]:
    """Return the lines for every program, in the order of CLIENTS."""
    host, http = settings.PUBLIC_HOST, not settings.IS_HTTPS
    images = (
        reference(name, tag=tag) if tag else "",
        reference(name, digest=digest) if digest else "",
    )
    podman = " --tls-verify=false" if http else ""
    nerdctl = " --insecure-registry" if http else ""
    ctr = " --plain-http" if http else ""
    by_user = _("It keeps no log-in: of what is not public name the user each time.")
    return [
        PullLines("docker", "Docker", *_each("docker pull ", images), f"docker login {host}"),
        PullLines(
            "podman",
            "Podman",
            *_each(f"podman pull{podman} ", images),
            f"podman login{podman} {host}",
        ),
        PullLines(
            "nerdctl",
            "nerdctl",
            *_each(f"nerdctl{nerdctl} pull ", images),
            f"nerdctl{nerdctl} login {host}",
        ),
        PullLines(
            "ctr",
            "ctr",
            *_each(f"ctr images pull{ctr} ", images),
            f"ctr images pull{ctr} --user NAME {images[0] or images[1]}",
            by_user,
        ),
        _for_kubernetes(images),
        PullLines("reference", _("Reference"), *images),
    ]


def pull_command(client: str, name: str, *, tag: str = "", digest: str = "") -> str:
    """Return one line alone, for lists."""
    lines = pull_lines(name, tag=tag, digest=digest)
    found = next((one for one in lines if one.key == client), lines[0])
    return found.by_tag or found.by_digest


def _for_kubernetes(images: tuple[str, str]) -> PullLines:
    return PullLines(
        "kubernetes",
        "Kubernetes",
        *_each("image: ", images),
        f"kubectl create secret docker-registry waybill --docker-server={settings.PUBLIC_HOST} "
        '--docker-username=NAME --docker-password="$WAYBILL_TOKEN"',
        _("Then name the secret in the pod: imagePullSecrets: [{name: waybill}]."),
    )


def _each(command: str, images: tuple[str, str]) -> tuple[str, str]:
    by_tag, by_digest = (f"{command}{image}" if image else "" for image in images)
    return by_tag, by_digest
