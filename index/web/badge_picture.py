"""Badges: small pictures of one fact about a public repository, for pages elsewhere.

Whatever is not public, or is not there, is one and the same badge (case 24).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.utils.html import format_html

from accounts.principals import ANONYMOUS
from index.errors import NameInvalid
from index.lookup import find_repository
from index.models import Manifest, Repository, Tag
from index.names import parse_familiar_name
from index.web.number_tags import plain_range, short

UNKNOWN = "unknown"
_MOST = 32  # characters
_MOST_IMAGES = 50  # of an index
_MOST_VERSIONS = 100
_RELEASE = re.compile(r"v?[0-9]+(\.[0-9]+)+", re.ASCII)
# What a version's key begins with where the version begins with a number (index.tag_versions).
_NUMBERS_FROM, _NUMBERS_TO = b"\x03", b"\x04"
_PADDING = 12  # of each half
# How wide characters are in the first of the fonts, at 11 pixels: roughly, in three classes.
_NARROW, _BROAD = frozenset("fijlrt.,:;|!'I[]() "), frozenset("mwMW%@&")
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" \
aria-label="{label}: {value}"><title>{label}: {value}</title>\
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">\
<rect width="{split}" height="20" fill="#4a463e"/>\
<rect x="{split}" width="{rest}" height="20" fill="{colour}"/></g>\
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">\
<text x="{label_x}" y="14">{label}</text><text x="{value_x}" y="14">{value}</text></g></svg>
"""


def badge(kind: str, name: str, *, tag: str = "latest") -> bytes:
    """Return the picture of one fact: `pulls`, `version` or `size`."""
    repository = _find(name)
    value = KINDS[kind](repository, tag) if repository else ""
    return _draw(kind, value or UNKNOWN, is_known=bool(value))


def _find(name: str) -> Repository | None:
    """Return it as anybody may see it: one that is hidden costs what one that is not there does."""
    try:
        return find_repository(Repository.objects.visible_to(ANONYMOUS), parse_familiar_name(name))
    except NameInvalid:
        return None


def _pulls(repository: Repository, _tag: str) -> str:
    return short(repository.pull_count)


def _version(repository: Repository, _tag: str) -> str:
    """Return the highest release, else the highest that begins with a number, else the newest."""
    tags = Tag.objects.filter(repository=repository)
    numbered = tags.filter(version_key__gte=_NUMBERS_FROM, version_key__lt=_NUMBERS_TO)
    names = numbered.order_by("-version_key").values_list("name", flat=True)
    highest = list(names[:_MOST_VERSIONS])
    releases = (found for found in highest if _RELEASE.fullmatch(found))
    newest = tags.order_by("-pushed_at", "name").values_list("name", flat=True)
    return next(releases, None) or next(iter(highest), None) or newest.first() or ""


def _size(repository: Repository, tag: str) -> str:
    found = Tag.objects.filter(repository=repository, name=tag[:128]).select_related("manifest")
    one = found.first()
    if one is None:
        return ""
    if one.manifest.size is not None:
        return plain_range([one.manifest.size])
    parts = [child["digest"] for child in one.manifest.children[:_MOST_IMAGES]]
    images = Manifest.objects.filter(repository=repository, digest__in=parts)
    sizes = [size for size in images.values_list("size", flat=True) if size]
    return plain_range(sorted({min(sizes), max(sizes)})) if sizes else ""


KINDS: Mapping[str, Callable[[Repository, str], str]] = {
    "pulls": _pulls,
    "version": _version,
    "size": _size,
}


def _draw(label: str, value: str, *, is_known: bool) -> bytes:
    shown = value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"
    split, rest = _wide(label) + _PADDING, _wide(shown) + _PADDING
    return format_html(
        _SVG,
        width=split + rest,
        split=split,
        rest=rest,
        colour="#0b6b5d" if is_known else "#6b665c",
        label=label,
        value=shown,
        label_x=split / 2,
        value_x=split + rest / 2,
    ).encode()


def _wide(text: str) -> int:
    return sum(5 if one in _NARROW else 11 if one in _BROAD else 7 for one in text)
