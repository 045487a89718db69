"""What a personal access token is limited to: repositories times actions, and parts of the API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ApiPart(StrEnum):
    """A part of the REST API. Credentials, passwords and addresses are in none: a token never
    makes or widens credentials (case 16).
    """

    PROFILE_READ = "profile:read"
    REPOSITORIES_READ = "repositories:read"
    REPOSITORIES_WRITE = "repositories:write"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_WRITE = "organizations:write"


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """The most that a token's holder may do; the policy takes the smaller of this and the person.

    `pull` is always among the actions: no client pushes or deletes without. A pattern is a repository name, or a prefix that ends in `*`: `acme/*`, `acme/web-*`, `*`.
    """

    patterns: tuple[str, ...]
    actions: frozenset[str]
    api_parts: frozenset[str]

    def reaches(self, name: str) -> bool:
        """Whether a pattern covers the repository."""
        return any(_covers(pattern, name) for pattern in self.patterns)

    def prefixes(self) -> list[str]:
        """Return the beginnings that patterns with a star ask for."""
        return [pattern[:-1] for pattern in self.patterns if pattern.endswith("*")]

    def exact_names(self) -> list[str]:
        """Return the patterns without a star."""
        return [pattern for pattern in self.patterns if not pattern.endswith("*")]


def _covers(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
