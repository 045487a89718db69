"""What a registry's answers mean, without asking it anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings

from index.models import Registry
from index.probing.findings import Verdict
from index.probing.tokens import PROBE_REPOSITORY

_LONGEST_QUOTE = 80
_PARAMETER = re.compile(r'(\w+)="([^"]*)"', re.ASCII)


def is_bearer(headers: Mapping[str, str]) -> bool:
    """Whether it asks for a token."""
    return headers.get("WWW-Authenticate", "").lower().startswith("bearer ")


def challenge_verdict(registry: Registry, headers: Mapping[str, str]) -> tuple[Verdict, str]:
    """Judge where it sends whoever has no token."""
    if not is_bearer(headers):
        words = "It asks for something else than our tokens: give it the auth.token section."
        return Verdict.BAD, words
    said = dict(_PARAMETER.findall(headers["WWW-Authenticate"]))
    service, realm = said.get("service", ""), said.get("realm", "")
    if service != registry.service:
        words = f"Its service is {_quoted(service)}, so no token of ours fits. Set auth.token.service to"
        return Verdict.BAD, f"{words} {registry.service} and restart it."
    if realm != f"{settings.PUBLIC_URL}/token":
        words = f"It sends clients to {_quoted(realm)} for a token. Set auth.token.realm to"
        ending = f"{settings.PUBLIC_URL}/token, without autoredirect, and restart it."
        return Verdict.WARNING, f"{words} {ending}"
    return Verdict.GOOD, f"Its service is {service}, its realm {realm}."


def upload_refused(status: int) -> tuple[Verdict, str]:
    """Judge a status that begins no upload."""
    if status == 405:
        return Verdict.WARNING, "It is read-only: pushes to it fail."
    return Verdict.UNKNOWN, f"An upload was answered with {status}; see what it says of our tokens."


def with_digest(location: str, digest: str) -> str:
    """Return path and query of where to upload; nothing else of it counts, above all no other host."""
    try:
        url = urlsplit(location)
    except ValueError:
        return ""
    if not url.path.startswith(
        f"/v2/{PROBE_REPOSITORY}/blobs/uploads/"
    ):  # its own words, no pattern
        return ""
    return f"{url.path}?{urlencode([*parse_qsl(url.query), ('digest', digest)])}"


def location_verdict(registry: Registry, location: str) -> tuple[Verdict, str]:
    """Judge where it sends uploads."""
    url = urlsplit(location)
    origin = f"{url.scheme}://{url.netloc}"
    if not url.netloc or origin == settings.PUBLIC_URL:
        return Verdict.GOOD, "It took a few bytes, and sends clients nowhere else."
    words = f"It sends clients to {_quoted(origin)} to upload, past the gateway. Set http.relativeurls to"
    return Verdict.WARNING, f"{words} true and restart it."


def _quoted(text: str) -> str:
    """Return what a registry said, short and harmless on a page and in a database."""
    return ascii(text[:_LONGEST_QUOTE])
