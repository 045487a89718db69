"""The name in what people paste: image references and addresses of pages. Pure.

`index.names.parse_reference` rejects what is not exactly a name; here every text is looked at, as
words are searched for with whatever is left.
"""

from __future__ import annotations

import re

from accounts.models.namespace import ROOT_NAMESPACE
from index.names import is_tag

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)  # https:// and docker://
_HOST = re.compile(
    r"\[[0-9a-f:.]+\](?::[0-9]*)?|[a-z0-9._-]+(?::[0-9]+)?", re.IGNORECASE | re.ASCII
)
_DIGEST = re.compile(r"[a-z0-9+._-]+:[0-9a-f]*", re.IGNORECASE | re.ASCII)  # perhaps cut short
_NAME = re.compile(r"[a-z0-9][a-z0-9._/-]*", re.ASCII)
_PAGES = ("r/", "_/")  # what stands before a repository's name in addresses of Docker Hub's pages


def name_in(text: str) -> str:
    """Return the text without scheme, host, tag and digest, as docker reads a reference.

    The first part is a host if it is `localhost` or has a dot or a port and something follows
    behind a `/`, or if a scheme stands before it.
    """
    scheme = _SCHEME.match(text)
    rest = _without_host(text[scheme.end() :] if scheme else text, is_address=scheme is not None)
    name, _, digest = rest.partition("@")
    if _DIGEST.fullmatch(digest):
        rest = name
    name, colon, tag = rest.rpartition(":")
    return name if colon and name and ":" not in name and is_tag(tag) else rest


def is_reference(text: str) -> bool:
    """Whether a text with a colon is a pasted address, or a reference: no colon in its name."""
    return _SCHEME.match(text) is not None or ":" not in name_in(text)


def familiar(text: str) -> str:
    """Return the name in lower case as it is written here: official images have no `library/`."""
    name = text.lower()
    return name.removeprefix(f"{ROOT_NAMESPACE}/") or name


def is_beginning_of_name(text: str) -> bool:
    """Whether the text consists of what names consist of."""
    return _NAME.fullmatch(text) is not None


def _without_host(text: str, *, is_address: bool) -> str:
    if is_address:
        text = re.split(r"[?#]|/-/", text, maxsplit=1)[0]  # behind a name: what page of it
        text = text.strip("/")
    host, slash, path = text.partition("/")
    if is_address and slash:
        for page in _PAGES:
            path = path.removeprefix(page)
        return path
    return path if path and _is_host(host) else text


def _is_host(text: str) -> bool:
    has_mark = "." in text or ":" in text or text.lower() == "localhost"
    return has_mark and _HOST.fullmatch(text) is not None
