"""What a registry's answers mean, without asking it anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from index.models import Registry
from index.probing.findings import Judgement, Verdict
from index.probing.tokens import PROBE_REPOSITORY

_LONGEST_QUOTE = 80
_CLOCK_WARNS, _CLOCK_ENDS = 30, 60  # seconds; registries give tokens a leeway of 60 (F5)
_PARAMETER = re.compile(r'(\w+)="([^"]*)"', re.ASCII)


def is_bearer(headers: Mapping[str, str]) -> bool:
    """Whether it asks for a token."""
    return headers.get("WWW-Authenticate", "").lower().startswith("bearer ")


def challenge_verdict(registry: Registry, headers: Mapping[str, str]) -> Judgement:
    """Judge where it sends whoever has no token."""
    if not is_bearer(headers):
        words = gettext_noop(
            "It asks for something else than our tokens: give it the auth.token section."
        )
        return Judgement(Verdict.BAD, words)
    said = dict(_PARAMETER.findall(headers["WWW-Authenticate"]))
    service, realm = said.get("service", ""), said.get("realm", "")
    if service != registry.service:
        words = gettext_noop(
            "Its service is %(service)s, so no token of ours fits. Set auth.token.service to"
            " %(ours)s and restart it."
        )
        return Judgement(
            Verdict.BAD, words, {"service": _quoted(service), "ours": registry.service}
        )
    ours = f"{settings.PUBLIC_URL}/token"
    if realm != ours:
        words = gettext_noop(
            "It sends clients to %(realm)s for a token. Set auth.token.realm to %(ours)s, without"
            " autoredirect, and restart it."
        )
        return Judgement(Verdict.WARNING, words, {"realm": _quoted(realm), "ours": ours})
    words = gettext_noop("Its service is %(service)s, its realm %(realm)s.")
    return Judgement(Verdict.GOOD, words, {"service": service, "realm": realm})


def upload_refused(status: int) -> Judgement:
    """Judge a status that begins no upload."""
    if status == 405:
        return Judgement(Verdict.WARNING, gettext_noop("It is read-only: pushes to it fail."))
    words = gettext_noop("An upload was answered with %(status)s; see what it says of our tokens.")
    return Judgement(Verdict.UNKNOWN, words, {"status": status})


def upload_failed(status: int | None) -> Judgement:
    """Judge a status that ends no upload; None where it said no address to send the bytes to."""
    if status is None:
        words = gettext_noop(
            "It began an upload without saying where to. Is its storage full or read-only? Its log"
            " says more."
        )
        return Judgement(Verdict.BAD, words)
    words = gettext_noop(
        "An upload of a few bytes was answered with %(status)s. Is its storage full or read-only?"
        " Its log says more."
    )
    return Judgement(Verdict.BAD, words, {"status": status})


def clock_verdict(seconds: int) -> Judgement:
    """Judge how far its clock is ahead of ours, or behind where that is below zero."""
    values = {"seconds": abs(seconds), "most": _CLOCK_ENDS}
    if abs(seconds) <= _CLOCK_WARNS:
        words = gettext_noop("Its clock and ours are %(seconds)s s apart.")
        return Judgement(Verdict.GOOD, words, values)
    verdict = Verdict.BAD if abs(seconds) > _CLOCK_ENDS else Verdict.WARNING
    if seconds > 0:
        words = gettext_noop(
            "Its clock is %(seconds)s s ahead of ours. More than %(most)s and it refuses good tokens:"
            " let NTP set both clocks."
        )
    else:
        words = gettext_noop(
            "Its clock is %(seconds)s s behind ours. More than %(most)s and it refuses good tokens:"
            " let NTP set both clocks."
        )
    return Judgement(verdict, words, values)


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


def location_verdict(registry: Registry, location: str) -> Judgement:
    """Judge where it sends uploads."""
    url = urlsplit(location)
    origin = f"{url.scheme}://{url.netloc}"
    if not url.netloc or origin == settings.PUBLIC_URL:
        words = gettext_noop("It took a few bytes, and sends clients nowhere else.")
        return Judgement(Verdict.GOOD, words)
    words = gettext_noop(
        "It sends clients to %(origin)s to upload, past the gateway. Set http.relativeurls to true"
        " and restart it."
    )
    return Judgement(Verdict.WARNING, words, {"origin": _quoted(origin)})


def _quoted(text: str) -> str:
    """Return what a registry said, short and harmless on a page and in a database."""
    return ascii(text[:_LONGEST_QUOTE])
