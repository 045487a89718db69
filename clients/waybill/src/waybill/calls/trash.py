"""Deleted repositories, which come back; for sessions: who asks with a token finds none."""

from __future__ import annotations

from waybill.answers import Deletion
from waybill.call import Call, Listing, post


def every(*, page_size: int = 100) -> Listing[Deletion]:
    """Those that one may have back, the last one first."""
    return Listing("trash", {"page_size": page_size})


def undo(deletion_id: int) -> Call[None]:
    """Have it back under its name."""
    return post(f"trash/{deletion_id}/restore")
