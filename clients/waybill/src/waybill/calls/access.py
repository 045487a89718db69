"""Who may do what: grants, and why."""

from __future__ import annotations

from waybill.answers import Grant, Why
from waybill.call import Call, Listing, delete, get, put, segment, segments

KINDS = ("users", "teams", "robots")


def grants(repository: str) -> Listing[Grant]:
    """The roles that were given directly."""
    return Listing(_path(repository))


def give(
    repository: str, kind: str, grantee: str, role: str, *, until: str | None = None
) -> Call[Grant]:
    """Give a role, instead of the one that is there; `kind` is one of KINDS."""
    return put(f"{_path(repository)}/{segment(kind)}/{segment(grantee)}", role=role, until=until)


def take(repository: str, kind: str, grantee: str) -> Call[None]:
    """Take the role away."""
    return delete(f"{_path(repository)}/{segment(kind)}/{segment(grantee)}")


def explain(repository: str, *, actions: str = "", who: str = "") -> Call[Why]:
    """Why one may do what one may with `acme/app` or `acme/app:v1`, or may not."""
    return get("explain", repository=repository, action=actions, who=who)


def why(repository: str, who: str, *, actions: str = "", tag: str = "") -> Call[Why]:
    """Why somebody may do what they may with a repository that one administers."""
    path = f"repositories/{segments(repository)}/-/access/why"
    return get(path, name=who, action=actions, tag=tag)


def _path(repository: str) -> str:
    return f"repositories/{segments(repository)}/-/grants"
