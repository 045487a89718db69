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


# What stands before the image, and what lets a program do without a certificate.
_PULLS = {
    "docker": "docker pull ",
    "podman": "podman pull{without} ",
    "nerdctl": "nerdctl{without} pull ",
    "ctr": "ctr images pull{without} ",
    "kubernetes": "image: ",
    "reference": "",
}
_WITHOUT = {
    "podman": " --tls-verify=false",
    "nerdctl": " --insecure-registry",
    "ctr": " --plain-http",
}
CLIENTS = tuple(_PULLS)


def reference(name: str, *, tag: str = "", digest: str = "") -> str:
    """Return an image as every program writes it, on this host."""
    return f"{settings.PUBLIC_HOST}/{name}{f'@{digest}' if digest else f':{tag}'}"


def pull_lines(name: str, *, tag: str = "", digest: str = "") -> list[PullLines]:
    """Return the lines for every program, in the order of CLIENTS."""
    host = settings.PUBLIC_HOST
    images = (
        reference(name, tag=tag) if tag else "",
        reference(name, digest=digest) if digest else "",
    )
    by_user = _("It keeps no log-in: of what is not public name the user each time.")
    return [
        PullLines("docker", "Docker", *_each("docker", images), f"docker login {host}"),
        PullLines(
            "podman",
            "Podman",
            *_each("podman", images),
            f"podman login{_without_certificate('podman')} {host}",
        ),
        PullLines(
            "nerdctl",
            "nerdctl",
            *_each("nerdctl", images),
            f"nerdctl{_without_certificate('nerdctl')} login {host}",
        ),
        PullLines(
            "ctr",
            "ctr",
            *_each("ctr", images),
            f"{_before('ctr')}--user NAME {images[0] or images[1]}",
            by_user,
        ),
        _for_kubernetes(images),
        PullLines("reference", _("Reference"), *images),
    ]


def pull_command(client: str, name: str, *, tag: str = "", digest: str = "") -> str:
    """Return one line alone, for lists."""
    image = reference(name, tag=tag, digest="" if tag else digest)
    return f"{_before(client if client in CLIENTS else CLIENTS[0])}{image}"


def _for_kubernetes(images: tuple[str, str]) -> PullLines:
    return PullLines(
        "kubernetes",
        "Kubernetes",
        *_each("kubernetes", images),
        f"kubectl create secret docker-registry waybill --docker-server={settings.PUBLIC_HOST} "
        '--docker-username=NAME --docker-password="$WAYBILL_TOKEN"',
        _("Then name the secret in the pod: imagePullSecrets: [{name: waybill}]."),
    )


def _each(client: str, images: tuple[str, str]) -> tuple[str, str]:
    by_tag, by_digest = (f"{_before(client)}{image}" if image else "" for image in images)
    return by_tag, by_digest


def _before(client: str) -> str:
    return _PULLS[client].format(without=_without_certificate(client))


def _without_certificate(client: str) -> str:
    return "" if settings.IS_HTTPS else _WITHOUT.get(client, "")
