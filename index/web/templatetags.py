"""What templates need to show numbers, names, times and icons."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from accounts.audit_details import lines_of
from accounts.audit_words import name_of
from accounts.flows.signup import why_closed
from accounts.models import AuditEvent, Namespace, Picture, User
from accounts.second_factor import demanding_organizations, is_demanded_of, who_demands
from accounts.words import word
from index.activity_words import sentence_of
from index.ci_issuers import find_issuer
from index.credential_words import in_words
from index.flows.quotas import Used, used_by
from index.pull_limits import duration, pulls_left
from index.web.user_agents import browser, client

register = template.Library()
register.filter("duration", duration)
register.filter("browser", browser)
register.filter("client", client)
register.filter("activity_sentence", sentence_of)
register.filter("word", word)
register.filter("detail_lines", lines_of)
register.filter("event_words", name_of)

_AVATAR_COLOURS = 6
_OPTION = re.compile(r"(?<!\S)--?[a-z][\w-]*(?:=\w+)?(?!\S)")
# A part of a name that has hyphens, short enough for the narrowest column.
_HYPHENATED = re.compile(r"(?<![^\s/>])(?=[^\s/<>]{3,16}(?![^\s/<>]))[^\s/<>]*\w-\w[^\s/<>]*")
_WHOLE = r'<span class="nowrap">\g<0></span>'
_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)" viewBox="0 0 16 16">(.*?)</symbol>')


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return a symbol of static/icons.svg, for the eye only.

    Inlined: what CSP directive governs `<use href>` differs between browsers.
    """
    turns = " turns" if "arrow" in name else ""  # where one reads from right to left
    return format_html(
        '<svg class="icon{}" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{}</svg>',
        turns,
        _symbols()[name],
    )


@register.simple_tag
def nothing() -> str:
    """Return what stands in a cell that has nothing to say."""
    return "—"


@register.filter
def or_nothing(value: Any) -> Any:
    """Return the value; where there is none, what stands for that."""
    return nothing() if value in (None, "") else value


@register.simple_tag
def second_factor_demand(user: User) -> str:
    """Return who demands two factors of this person; empty if nobody does."""
    return who_demands(user) if is_demanded_of(user) else ""


@register.simple_tag
def organizations_to_leave(user: User) -> list[str]:
    """Return the organizations whose demand of two factors ends by leaving them."""
    return [] if settings.REQUIRE_TWO_FACTOR else demanding_organizations(user)


@register.simple_tag
def unverified_addresses(user: User) -> bool:
    """Say whether an address of this person waits for its code: no factor can be set up before."""
    return bool(user.emailaddress_set.filter(verified=False).exists())


@register.filter
def as_json(value: object) -> str:
    """Return JSON for a data attribute; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag
def signup_rule() -> str:
    """Return who may sign up; empty where everybody may."""
    return why_closed()


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Return the initials of a name on a colour of its own; made here, asked of no third party."""
    colour = zlib.crc32(name.encode()) % _AVATAR_COLOURS
    large = " avatar-large" if size == "large" else ""
    letters = "".join(filter(str.isalnum, name))[:2]
    return format_html(
        '<span class="avatar avatar-{}{}" aria-hidden="true">{}</span>', colour, large, letters
    )


@register.simple_tag
def picture(namespace: Namespace, size: str = "") -> SafeString:
    """Return the picture of a user or an organization, else the initials; a query if not read yet."""
    if not hasattr(namespace, "picture_digest"):
        namespace.picture_digest = _picture_of(namespace)
    digest = namespace.picture_digest
    if digest is None:
        return avatar(namespace.name, size)
    large = " avatar-large" if size == "large" else ""
    address = reverse("web-picture", args=[digest])
    return format_html('<img class="avatar{}" src="{}" alt="" loading="lazy">', large, address)


def _picture_of(namespace: Namespace) -> str | None:
    owned = (
        Q(user=namespace.user_id)
        if namespace.user_id
        else Q(organization=namespace.organization_id)
    )
    return Picture.objects.filter(owned).values_list("digest", flat=True).first()


@register.filter
def with_credentials(events: Iterable[AuditEvent]) -> list[tuple[AuditEvent, str]]:
    """Pair events with what people call the credentials behind them; one query at most."""
    listed = list(events)
    words = in_words(event.credential for event in listed)
    return [(event, words.get(event.credential, event.credential)) for event in listed]


@register.filter
def short_digest(digest: str) -> str:
    """Return the first twelve digits, as docker prints them."""
    return digest.partition(":")[2][:12]


@register.filter
def split_label(label: str) -> tuple[str, str]:
    """Return the two halves of "Public: anyone may pull"."""
    head, _, rest = str(label).partition(": ")
    return head.rstrip(), rest[:1].upper() + rest[1:]


@register.filter
def breakable(text: str, after: str = "/") -> SafeString:
    """Allow line breaks after slashes, or other marks; what one copies stays the same.

    Browsers break after every hyphen by themselves: short parts of a name stay whole.
    """
    parts = str(conditional_escape(text))
    for mark in after:
        parts = parts.replace(mark, f"{mark}<wbr>")
    if "-" not in after:
        parts = _HYPHENATED.sub(_WHOLE, parts)
    return mark_safe(parts)  # noqa: S308 - escaped above


@register.filter
def command_line(text: str) -> SafeString:
    """Allow line breaks after slashes, and none inside of an option: --password-stdin and -u are one word each."""
    whole = _OPTION.sub(_WHOLE, breakable(text))
    return mark_safe(whole)  # noqa: S308 - a class was added to what is safe


@register.filter
def namespace_url(namespace: Namespace) -> str:
    """Return the page of a namespace."""
    if namespace.is_root:
        return f"{reverse('web-explore')}#official"
    kind = "web-organization" if namespace.organization_id else "web-user"
    return reverse(kind, args=[namespace.name])


@register.inclusion_tag("components/usage.html")
def usage(namespace: Namespace, used: Used | None = None) -> dict[str, Any]:
    """Show how much of its plan a namespace uses, and of its pulls if they are limited."""
    used = used or used_by([namespace])[namespace.pk]
    return {
        "namespace": namespace,
        "plan": used.plan,
        "usages": used.usages,
        "pulls": pulls_left(namespace),
    }


@register.filter
def is_below(path: str, address: str) -> bool:
    """Return whether a path is this page or one below it."""
    return f"{path}/".startswith(f"{address.rstrip('/')}/")


@register.filter
def on_public_url(url: str) -> str:
    """Return the same path on our configured origin: links in mail never trust a Host header."""
    parts = urlsplit(url)
    return f"{settings.PUBLIC_URL}{parts.path}{'?' if parts.query else ''}{parts.query}"


@cache
def _symbols() -> dict[str, SafeString]:
    text = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text()
    return {name: mark_safe(paths) for name, paths in _SYMBOL.findall(text)}  # noqa: S308 - our file


@register.filter
def issuer_name(url: str) -> str:
    """Return what people call an issuer of ID tokens; one that is not listed any more is its URL."""
    issuer = find_issuer(url)
    return issuer.name if issuer else gettext("%(url)s (not accepted any more)") % {"url": url}
