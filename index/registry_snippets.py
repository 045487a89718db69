"""The configuration of a registry, ready to paste: for distribution 2.x and 3.x, and what runs it.

Each text is whole: nothing of it has to be changed but the events secret, which is known only in the
moment it is made. `manage.py registry_config` writes one for files and ports of a machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from index.models import KeyFormat, Registry
from index.registry_config import trust_option
from tokenauth.signing.keys import signing_keys

Distribution = Literal["2", "3"]
SECRET_PLACE = "PASTE-THE-EVENTS-SECRET-HERE"  # noqa: S105 - where it goes
_TEMPLATES = settings.BASE_DIR / "deploy" / "templates"
_CONTAINER_PORT = 5000
_FOLDER = "/etc/waybill-registry"
_IMAGES = {"2": "registry:2.8.3", "3": "registry:3.0.0"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """The text of one file."""

    key: str
    title: str
    file: str
    text: str
    hint: str = ""
    is_one_line: bool = False


def snippets_for(
    registry: Registry, *, distribution: Distribution, secret: str = SECRET_PLACE
) -> list[Snippet]:
    """Return what to paste where; `secret` is the events secret where it has just been made."""
    config = config_yml(registry, secret=secret)
    return [
        Snippet(
            "config",
            _("Configuration of the registry"),
            f"{_FOLDER}/config.yml",
            config,
            str(_PRIVATE),
        ),
        _trust(registry),
        Snippet(
            "compose",
            "Docker Compose",
            "compose.yaml",
            _compose(registry, distribution),
            _(
                "Put it beside config.yml and the file of what it trusts, then `docker "
                "compose up -d`."
            ),
        ),
        Snippet(
            "systemd",
            "systemd",
            f"/etc/systemd/system/registry-{registry.name}.service",
            _systemd(registry, distribution),
            _("Then `systemctl enable --now registry-%(name)s`.") % {"name": registry.name},
        ),
        _kubernetes(registry, distribution, config),
    ]


_PRIVATE = gettext_lazy("It holds the events secret: let only the registry read it (chmod 600).")


def config_yml(registry: Registry, *, secret: str = SECRET_PLACE) -> str:
    """Return config.yml as distribution 2.8 and 3 both read it."""
    return f"""\
version: 0.1
log:
  level: warn
storage:
  # No cache of blobs: after a garbage collection it would remember what is gone.
  filesystem:
    rootdirectory: /var/lib/registry
  delete:
    enabled: true
http:
  addr: ":{_CONTAINER_PORT}"
  relativeurls: true  # clients stay on the gateway's host
  # secret: a random text, the same for all, if you run more than one of it
auth:
  token:
    realm: {settings.PUBLIC_URL}/token
    service: "{registry.service}"
    issuer: "{settings.ISSUER}"
    {trust_option(registry.key_format)}: {_FOLDER}/{_trust_file(registry)}
    autoredirect: false
notifications:
  endpoints:
    - name: waybill
      url: {settings.PUBLIC_URL}/events/{registry.name}
      headers:
        Authorization: ["Bearer {secret}"]
      timeout: 5s
      threshold: 5
      backoff: 1s
"""


def _trust_file(registry: Registry) -> str:
    return "jwks.json" if registry.key_format == KeyFormat.THUMBPRINT else "root.pem"


def _trust(registry: Registry) -> Snippet:
    file = f"{_FOLDER}/{_trust_file(registry)}"
    title = _("What it trusts")
    hint = _("A certificate, no secret: with it the registry knows our tokens from others.")
    if registry.key_format == KeyFormat.X5C:
        return Snippet("trust", title, file, signing_keys.root_certificate.read_text(), hint)
    hint = _("Public keys, no secret. They change with the signing key: see the page on keys.")
    if registry.key_format == KeyFormat.THUMBPRINT:
        text = f"curl -fsS -o {file} {settings.PUBLIC_URL}/.well-known/jwks.json"
    else:
        text = f"python manage.py keys export certificates > {file}"
    return Snippet("trust", title, file, text, hint, is_one_line=True)


def _port(registry: Registry) -> int:
    url = urlsplit(registry.upstream_url)
    return url.port or (443 if url.scheme == "https" else 80)


def _config_path(distribution: Distribution) -> str:
    folder = "docker/registry" if distribution == "2" else "distribution"
    return f"/etc/{folder}/config.yml"


def _compose(registry: Registry, distribution: Distribution) -> str:
    trust = _trust_file(registry)
    quiet = "" if distribution == "2" else "    environment:\n      OTEL_TRACES_EXPORTER: none\n"
    return f"""\
services:
  {registry.name}:
    image: {_IMAGES[distribution]}
    restart: unless-stopped
    ports:
      # Let only the gateway reach it: a firewall, or the address of an inner network here.
      - "{_port(registry)}:{_CONTAINER_PORT}"
{quiet}    volumes:
      - ./config.yml:{_config_path(distribution)}:ro
      - ./{trust}:{_FOLDER}/{trust}:ro
      - {registry.name}:/var/lib/registry
volumes:
  {registry.name}:
"""


def _systemd(registry: Registry, distribution: Distribution) -> str:
    quiet = "" if distribution == "2" else "Environment=OTEL_TRACES_EXPORTER=none\n"
    return f"""\
[Unit]
Description=Registry {registry.name} of {settings.PUBLIC_HOST}
After=network-online.target
Wants=network-online.target

[Service]
{quiet}Environment=REGISTRY_HTTP_ADDR=:{_port(registry)}
LoadCredential=config.yml:{_FOLDER}/config.yml
ExecStart=/usr/bin/registry serve ${{CREDENTIALS_DIRECTORY}}/config.yml
DynamicUser=yes
StateDirectory=registry
Restart=on-failure
AmbientCapabilities=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


def _kubernetes(registry: Registry, distribution: Distribution, config: str) -> Snippet:
    text = _kubernetes_text(registry, distribution, config)
    hint = _("Then `kubectl apply -f registry.yaml`. It holds the events secret: keep it private.")
    return Snippet("kubernetes", "Kubernetes", "registry.yaml", text, hint)


def _kubernetes_text(registry: Registry, distribution: Distribution, config: str) -> str:
    name, file = f"registry-{registry.name}", _trust_file(registry)
    trusted = _trust(registry)
    content = "" if trusted.is_one_line else trusted.text
    body = indent(content, "    ") if content else f"    # what this prints: {trusted.text}\n"
    quiet = (
        ""
        if distribution == "2"
        else "          env:\n            - {name: OTEL_TRACES_EXPORTER, value: none}\n"
    )
    return (
        (_TEMPLATES / "registry-kubernetes.yml")
        .read_text()
        .format(
            name=name,
            file=file,
            body=body,
            config=indent(config, "    "),
            image=_IMAGES[distribution],
            path=_config_path(distribution),
            quiet=quiet,
            port=_CONTAINER_PORT,
            folder=_FOLDER,
            outer_port=_port(registry),
        )
    )
