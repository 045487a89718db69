"""Who changed what, the newest first."""

from __future__ import annotations

from waybill.answers import AuditLine
from waybill.call import Listing, segment, segments


def of_organization(
    name: str, *, actor: str = "", action: str = "", since: str = "", page_size: int = 100
) -> Listing[AuditLine]:
    """Everything in an organization, for its owners; `since` is a day."""
    query = {"actor": actor, "action": action, "since": since}
    return Listing(f"organizations/{segment(name)}/audit", {**query, "page_size": page_size})


def of_repository(name: str) -> Listing[AuditLine]:
    """Everything about a repository, for its admins."""
    return Listing(f"repositories/{segments(name)}/-/audit")
