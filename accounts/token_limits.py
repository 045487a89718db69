"""What a personal access token is limited to: repositories times actions, and parts of the API."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.errors import CredentialRefused

EVERYWHERE = "*"
MOST_PATTERNS = 20
MOST_NETWORKS = 20
_LONGEST_PATTERN = 200
# The grammar of index.names, which is above this app; a test holds the two together.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT}){{0,4}}", re.ASCII)
_ACTIONS = ("pull", "push", "delete")


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

    @property
    def has_every_action(self) -> bool:
        """Whether pull, push and delete are all left."""
        return self.actions.issuperset(_ACTIONS)

    def prefixes(self) -> list[str]:
        """Return the beginnings that patterns with a star ask for."""
        return [pattern[:-1] for pattern in self.patterns if pattern.endswith("*")]

    def exact_names(self) -> list[str]:
        """Return the patterns without a star."""
        return [pattern for pattern in self.patterns if not pattern.endswith("*")]


def _covers(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def read_limits(
    patterns: Iterable[str], actions: Iterable[str], api_parts: Iterable[str]
) -> TokenLimits:
    """Return the limits; raise CredentialRefused with the sentence for what is wrong."""
    wanted = tuple(dict.fromkeys(check_pattern(pattern) for pattern in patterns))
    if not 1 <= len(wanted) <= MOST_PATTERNS:
        message = _(
            "Name 1 to %(most_patterns)s repositories or patterns; * is every repository."
        ) % {"most_patterns": MOST_PATTERNS}
        raise CredentialRefused(message)
    return TokenLimits(
        wanted,
        frozenset({"pull", *_known(actions, _ACTIONS, "action")}),
        frozenset(_known(api_parts, tuple(ApiPart), _("part of the API"))),
    )


def check_pattern(pattern: str) -> str:
    """Return the pattern unchanged: a repository name, `acme/*`, `acme/web-*` or `*`.

    A star stands at the end and behind a slash: `acme*` would reach whoever is called acme-evil.
    """
    if pattern == EVERYWHERE:
        return pattern
    name = f"{pattern[:-1]}x" if pattern.endswith("*") and "/" in pattern else pattern
    if len(pattern) > _LONGEST_PATTERN or not _NAME.fullmatch(name):
        shown = pattern[:60] if pattern.isprintable() else "this"
        message = _(
            "%(shown)s is no repository and no pattern. Write acme/app, acme/* for all "
            "of acme, acme/web-* for names that begin so, or * for every repository."
        ) % {"shown": shown}
        raise CredentialRefused(message)
    return pattern


def read_networks(networks: Iterable[str]) -> tuple[str, ...]:
    """Return the networks as they are kept; raise CredentialRefused."""
    found = tuple(dict.fromkeys(_network(text) for text in networks))
    if len(found) > MOST_NETWORKS:
        message = _("Name at most %(most_networks)s networks.") % {"most_networks": MOST_NETWORKS}
        raise CredentialRefused(message)
    return found


def is_inside(address: str, networks: Iterable[str]) -> bool:
    """Whether the address is in one of the networks, IPv4 in IPv6 clothes alike; none is everywhere."""
    allowed = [ipaddress.ip_network(network) for network in networks]
    if not allowed:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in allowed)


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        shown = text[:60] if text.isprintable() else "this"
        message = _(
            "%(shown)s is no network. Write 203.0.113.0/24, 2001:db8::/32 or one address."
        ) % {"shown": shown}
        raise CredentialRefused(message) from error
    if "%" in text or getattr(network.network_address, "ipv4_mapped", None):
        message = _("%(text)s is no network that requests come from.") % {"text": text[:60]}
        raise CredentialRefused(message)
    return str(network)


def _known(values: Iterable[str], allowed: tuple[str, ...], what: str) -> list[str]:
    found = list(values)
    unknown = [value for value in found if value not in allowed]
    if unknown:
        message = _("There is no such %(what)s. Choose from %(allowed)s.") % {
            "what": what,
            "allowed": ", ".join(allowed),
        }
        raise CredentialRefused(message)
    return found
