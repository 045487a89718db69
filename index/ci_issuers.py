"""The issuers of ID tokens that this site listens to, and what is known of each kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

_GITHUB_TOKENS = "token.actions.githubusercontent.com"


class IssuerKind(StrEnum):
    """Whose claims a token has."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GENERIC = "generic"


_SOURCES = {
    IssuerKind.GITHUB: re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}"),
    IssuerKind.GITLAB: re.compile(r"[A-Za-z0-9_.-]{1,100}(/[A-Za-z0-9_.-]{1,100}){1,20}"),
    IssuerKind.GENERIC: re.compile(r"[!-~]{1,200}"),
}


@dataclass(frozen=True, slots=True)
class CiIssuer:
    """One that settings list; compared by its whole text."""

    url: str
    kind: IssuerKind

    @property
    def name(self) -> str:
        """What people call it."""
        if self.kind is IssuerKind.GITHUB:
            return (
                "GitHub Actions"
                if self._is_github_com
                else _("GitHub Actions at %(host)s") % {"host": self._host}
            )
        if self.kind is IssuerKind.GITLAB:
            return (
                "GitLab CI"
                if self._host == "gitlab.com"
                else _("GitLab CI at %(host)s") % {"host": self._host}
            )
        return self._host

    @property
    def forge(self) -> str:
        """Where its sources can be looked at, without a slash at the end."""
        if self._is_github_com:
            return "https://github.com"
        parts = urlsplit(self.url)
        if self.kind is IssuerKind.GITHUB:  # an enterprise server's issuer has a path
            return f"{parts.scheme}://{parts.netloc}"
        return self.url

    def is_source(self, text: str) -> bool:
        """Whether the text can name a source repository there."""
        return _SOURCES[self.kind].fullmatch(text) is not None

    @property
    def _host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def _is_github_com(self) -> bool:
        return self.kind is IssuerKind.GITHUB and self._host == _GITHUB_TOKENS


def listed_issuers() -> list[CiIssuer]:
    """Return every issuer of the settings, in their order."""
    return [CiIssuer(url, IssuerKind(kind)) for url, kind in settings.CI_ISSUERS.items()]


def find_issuer(url: str) -> CiIssuer | None:
    """Return the issuer that is listed with exactly this text."""
    kind = settings.CI_ISSUERS.get(url)
    return CiIssuer(url, IssuerKind(kind)) if kind else None
