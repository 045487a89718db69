"""Grammar of repository names, tags, digests and references. Reject, never repair.

The grammar is distribution's (distribution/reference); the limits are ours (security.md 3.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models.namespace import ROOT_NAMESPACE
from index.errors import NameInvalid

# Python's `$` matches before a trailing newline and `\w` is Unicode: fullmatch and ASCII only.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", re.ASCII)
_HEX_64 = re.compile(r"[0-9a-f]{64}", re.ASCII)

MAXIMUM_LENGTH = 200  # docker counts host, slash and name together, up to 255
MAXIMUM_COMPONENTS = 5


@dataclass(frozen=True, slots=True)
class RepositoryName:
    """A canonical name, exactly as registries store it; only parse_repository_name makes one."""

    value: str

    @property
    def is_official(self) -> bool:
        """Whether it has one component and so lives in the root namespace."""
        return "/" not in self.value

    @property
    def namespace(self) -> str:
        """The name of the namespace it lives in."""
        return ROOT_NAMESPACE if self.is_official else self.value.partition("/")[0]

    def moved_to(self, namespace: str) -> RepositoryName:
        """Return the name that it has in another namespace; raise NameInvalid if it gets too long."""
        if self.is_official or self.namespace == namespace:
            return self
        return parse_repository_name(f"{namespace}/{self.value.partition('/')[2]}")

    def __str__(self) -> str:
        """Return the name as docker and the registries write it."""
        return self.value


@dataclass(frozen=True, slots=True)
class Reference:
    """What people paste: a name, and a tag or a digest."""

    name: RepositoryName
    tag: str | None = None
    digest: str | None = None


def parse_repository_name(text: str) -> RepositoryName:
    """Return the name; raise NameInvalid with the rule that it breaks."""
    if not text or len(text) > MAXIMUM_LENGTH:
        message = _("a repository name has 1 to %(maximum_length)s characters") % {
            "maximum_length": MAXIMUM_LENGTH
        }
        raise NameInvalid(message)
    if not _NAME.fullmatch(text):
        message = _(
            "a repository name is lowercase letters and digits, separated by single . _ "
            "- or __, in parts joined by /"
        )
        raise NameInvalid(message)
    if text.count("/") >= MAXIMUM_COMPONENTS:
        message = _("a repository name has at most %(maximum_components)s parts") % {
            "maximum_components": MAXIMUM_COMPONENTS
        }
        raise NameInvalid(message)
    if text.startswith(f"{ROOT_NAMESPACE}/"):
        message = _("official images are named without library/")
        raise NameInvalid(message)
    if text in {ROOT_NAMESPACE, "scratch"} or _HEX_64.fullmatch(text):
        message = _("%(text)s cannot name a repository: docker would not ask us for it") % {
            "text": text
        }
        raise NameInvalid(message)
    return RepositoryName(text)


def parse_familiar_name(text: str) -> RepositoryName:
    """Return the name, understanding `library/ubuntu` as `ubuntu`: for pages, search and v1."""
    prefix = f"{ROOT_NAMESPACE}/"
    rest = text.removeprefix(prefix)
    return parse_repository_name(rest if text.startswith(prefix) and "/" not in rest else text)


def parse_reference(text: str) -> Reference:
    """Return name and tag or digest of a pasted image reference; raise NameInvalid."""
    name, at, digest = text.partition("@")
    if at and not is_digest(digest):
        message = _("a digest is sha256: and 64 hexadecimal digits")
        raise NameInvalid(message)
    name, colon, tag = name.partition(":")
    if colon and not is_tag(tag):
        message = _("a tag is up to 128 letters, digits, . _ and -")
        raise NameInvalid(message)
    return Reference(parse_familiar_name(name), tag or None, digest or None)


def is_tag(text: str) -> bool:
    """Whether the text is a tag."""
    return _TAG.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether the text is a digest of an algorithm that registries use."""
    return _DIGEST.fullmatch(text) is not None
