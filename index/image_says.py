"""What an image says of itself in labels and annotations: texts and addresses, none of them fetched.

Read are the names of the OCI image specification, those of Label Schema before it, and ours for a README
that is in the image itself. Whoever may push can write anything there, so nothing is believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from index.contents.documents import inner
from index.contents.texts import one_line, shown
from index.readme import MAXIMUM_LENGTH

README = "io.waybill.readme"
LONGEST_DESCRIPTION = 100
_OCI = "org.opencontainers.image."
_SCHEMA = "org.label-schema."
_LONGEST_LINK = 500
_LICENCES = re.compile(r"[A-Za-z0-9.+() -]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImageSays:
    """What was found; empty is nothing."""

    description: str = ""
    readme: str = ""
    home: str = ""
    source: str = ""
    documentation: str = ""
    licences: str = ""
    version: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """What the page shows beside the texts, without what is empty."""
        named = ("home", "source", "documentation", "licences", "version")
        return {name: text for name in named if (text := getattr(self, name))}


def read_image(document: dict[str, Any], config: dict[str, Any]) -> ImageSays:
    """Read a manifest or an index, and the config of its image; an annotation wins over a label."""
    told = {**inner(inner(config, "config"), "Labels"), **inner(document, "annotations")}
    return read_labels(told)


def read_labels(told: Mapping[str, Any]) -> ImageSays:
    """Read labels or annotations."""
    long = _text(told, f"{_OCI}description", f"{_SCHEMA}description")
    title = one_line(told.get(f"{_OCI}title"), LONGEST_DESCRIPTION)
    return ImageSays(
        description=_cut(one_line(long, 2 * LONGEST_DESCRIPTION)) or title,
        readme=_readme(told.get(README)) or (_readme(long) if _is_long(long) else ""),
        home=_link(told, f"{_OCI}url", f"{_SCHEMA}url", "io.artifacthub.package.home-url"),
        source=_link(told, f"{_OCI}source", f"{_SCHEMA}vcs-url"),
        documentation=_link(
            told,
            f"{_OCI}documentation",
            f"{_SCHEMA}usage",
            "io.artifacthub.package.readme-url",
        ),
        licences=_licences(told.get(f"{_OCI}licenses")),
        version=one_line(told.get(f"{_OCI}version"), LONGEST_DESCRIPTION),
    )


def _text(told: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if (text := _plain(told.get(name)))), "")


def _plain(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_long(text: str) -> bool:
    return len(one_line(text, 2 * LONGEST_DESCRIPTION)) > LONGEST_DESCRIPTION


def _readme(value: Any) -> str:
    """Return Markdown of a length that we render."""
    return shown(_plain(value).replace("\r\n", "\n"), MAXIMUM_LENGTH - 10)[:MAXIMUM_LENGTH]


def _cut(text: str) -> str:
    """Return the beginning, in whole words."""
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    beginning = text[: LONGEST_DESCRIPTION - 1]
    return f"{beginning.rpartition(' ')[0] or beginning}…"


def _link(told: Mapping[str, Any], *names: str) -> str:
    """Return the first address of the web; sources are often written as git's."""
    for name in names:
        text = _plain(told.get(name))
        if text.startswith("git@") and text.count(":") == 1:
            text = "https://" + text.removeprefix("git@").replace(":", "/", 1)
        text = text.removeprefix("git+").removesuffix(".git")
        if _is_link(text):
            return text
    return ""


def _is_link(text: str) -> bool:
    if not 0 < len(text) <= _LONGEST_LINK or one_line(text, _LONGEST_LINK) != text or " " in text:
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises for what is none
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def _licences(value: Any) -> str:
    text = _plain(value)
    return text if _LICENCES.fullmatch(text) else ""
