"""From a raw request line to a repository and the actions it needs. Pure.

The raw path is matched, never a decoded or normalised one: what we authorise is byte for byte what
the registry is asked for (F10; CVE-2021-44420 and Artifactory's CVE-2026-42018 were differences
between two readers of one path).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from accounts.lane import UNREADABLE
from index.errors import NameInvalid, Unsupported
from index.names import MAXIMUM_LENGTH, RepositoryName, parse_repository_name
from index.roles import Action

_PLAIN = re.compile(r"/v2/[A-Za-z0-9._:/=-]+", re.ASCII)
# Anchored at the end: components of a name may be called `blobs` or `tags`.
_ENDPOINT = re.compile(
    r"/v2/(?P<name>.+?)/(?:"
    r"(?P<kind>manifests)/(?P<reference>[A-Za-z0-9._:-]+)"
    r"|(?P<upload>blobs/uploads)/[A-Za-z0-9._=-]*"
    r"|blobs/[a-z0-9]+:[0-9a-f]+"
    r"|tags/list"
    r"|referrers/[a-z0-9]+:[0-9a-f]+"
    r")",
    re.ASCII,
)
# Of a name that was renamed the address is written anew; what nginx is told travels in a header.
_QUERY = re.compile(r"[!-\"$-~]{0,2000}", re.ASCII)
_READS = frozenset({"GET", "HEAD"})
_WRITES = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class RegistryRequest:
    """A request for one repository, and what it needs there."""

    method: str
    name: RepositoryName
    needs: frozenset[Action]
    mount_from: str  # repository whose blob is to be mounted, "" without a mount
    starts_push: bool  # a repository appears with such a request
    reference: str  # tag or digest of a manifest, "" where no manifest is asked for
    endpoint: str  # what follows the name: `/manifests/latest`
    query: str  # as it came

    @property
    def is_read(self) -> bool:
        """Whether it only looks."""
        return self.method in _READS

    def address(self, *, name: str, mount_from: str = "") -> str:
        """Return path and query under the names a registry knows; "" if these are what came."""
        if (name, mount_from) == (self.name.value, self.mount_from):
            return ""
        if not _QUERY.fullmatch(self.query):
            message = "the query is too long, or holds more than plain characters"
            raise NameInvalid(message)
        query = "&".join(_with_source(pair, mount_from) for pair in self.query.split("&"))
        return f"/v2/{name}{self.endpoint}{'?' if query else ''}{query}"


def parse_request(method: str, raw_uri: str, content_type: str = "") -> RegistryRequest:
    """Return what is asked for; raise NameInvalid or Unsupported.

    Registries take the source of a mount from a form in the body too. No client sends one, and we
    do not see bodies, so a form is refused.
    """
    if "form" in content_type.lower() or content_type == UNREADABLE:
        message = "registries are not asked by forms, nor by what cannot be read"
        raise Unsupported(message)
    path, _, query = raw_uri.partition("?")
    if not _PLAIN.fullmatch(path) or "//" in path or "/." in path:
        message = "the path may hold nothing but a plain repository name, tag or digest"
        raise NameInvalid(message)
    match = _ENDPOINT.fullmatch(path)
    if match is None:
        message = "the index does not know this address"
        raise NameInvalid(message)
    needs = _needed_actions(method, is_upload=bool(match["upload"]))
    sources = [value for key, value in parse_qsl(query) if key == "from"]
    if len(sources) > 1 or len("".join(sources)) > MAXIMUM_LENGTH:
        message = "the source of a mount is given more than once, or too long"
        raise NameInvalid(message)
    return RegistryRequest(
        method=method,
        name=parse_repository_name(match["name"]),
        needs=needs,
        mount_from=sources[0] if sources else "",
        starts_push=(method == "POST" and bool(match["upload"]))
        or (method == "PUT" and bool(match["kind"])),
        reference=match["reference"] or "",
        endpoint=path[match.end("name") :],
        query=query,
    )


def _with_source(pair: str, mount_from: str) -> str:
    """Return a pair of the query as it came, the source of a mount under its name in the registry."""
    is_source = any(key == "from" for key, _ in parse_qsl(pair))
    return urlencode({"from": mount_from}, safe="/") if is_source else pair


def _needed_actions(method: str, *, is_upload: bool) -> frozenset[Action]:
    """Return what distribution demands (protocol.md A.2)."""
    if method in _READS:
        return frozenset({Action.PULL})
    if method in _WRITES:
        return frozenset({Action.PULL, Action.PUSH})
    if method == "DELETE":
        return frozenset({Action.DELETE})
    message = f"registries do not know the method {method[:20]}"
    raise Unsupported(message)
