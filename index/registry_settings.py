"""What an administrator says of a registry, and which of it can be. Reject, never repair."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from index.errors import RegistryRefused
from index.models import KeyFormat, Registry, Stage, Writers

# What goes into nginx.conf and into a registry's YAML as it is.
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_-]*", re.ASCII)
_LONGEST_URL = 200
_TYPED = {"name", "service", "description"}
CHECKED_HERE = {field.name for field in Registry._meta.fields} - _TYPED


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """What an administrator says of a registry; without a service it shares the gateway's."""

    upstream_url: str
    service: str = ""
    key_format: KeyFormat | None = None
    stage: Stage = Stage.NONE
    writers: Writers = Writers.ANYONE
    needs_approval: bool = False
    description: str = ""


def check_settings(name: str, to_be: RegistrySettings) -> None:
    """Raise RegistryRefused for what no registry can be, whatever others there are."""
    check_upstream_url(to_be.upstream_url)
    check_service(to_be.service)
    service = to_be.service or settings.SERVICE
    registry = Registry(name=name, service=service, description=to_be.description)
    try:
        registry.clean_fields(exclude=CHECKED_HERE)
    except ValidationError as error:
        raise RegistryRefused(" ".join(error.messages)) from error


def check_upstream_url(url: str) -> None:
    """Raise RegistryRefused unless it is scheme, host and perhaps a port.

    Private addresses are right here: registries stand inside, behind the gateway.
    """
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        parts, has_port = urlsplit(""), False
    rest = (parts.path, parts.query, parts.fragment, parts.username, parts.password)
    host = parts.netloc.removesuffix(f":{parts.port}") if has_port else ""
    is_plain = url == f"{parts.scheme}://{parts.netloc}" and not any(rest)
    if not (parts.scheme in {"http", "https"} and is_plain and _HOST.fullmatch(host)):
        message = _(
            "The URL is http:// or https://, a host and perhaps a port, and nothing behind that."
        )
        raise RegistryRefused(message, field="upstream_url")
    if len(url) > _LONGEST_URL:
        message = _("The URL has at most %(longest_url)s characters.") % {
            "longest_url": _LONGEST_URL
        }
        raise RegistryRefused(message, field="upstream_url")


def check_service(service: str) -> None:
    """Raise RegistryRefused for what is no audience of tokens."""
    if service and not _SERVICE.fullmatch(service):
        message = _("A service is letters, digits and . : / _ -, like a host name.")
        raise RegistryRefused(message, field="service")
