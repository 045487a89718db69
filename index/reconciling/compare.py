"""What differs between a registry and the index. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.models import DifferenceKind


@dataclass(frozen=True, slots=True)
class Found:
    """One difference of a repository; `tag` is empty where it is about the repository itself."""

    kind: DifferenceKind
    tag: str = ""
    there: str = ""  # the digest in the registry
    here: str = ""
    tag_count: int | None = None


def compare_tags(*, there: Mapping[str, str], here: Mapping[str, str]) -> list[Found]:
    """Return what differs, by tag; both map tags to digests."""
    if here and not there:
        return [Found(DifferenceKind.MISSING_REPOSITORY)]
    found = []
    for tag in sorted({*there, *here}):
        digest_there, digest_here = there.get(tag, ""), here.get(tag, "")
        if digest_there == digest_here:
            continue
        if not digest_here:
            found.append(Found(DifferenceKind.UNKNOWN_TAG, tag, there=digest_there))
        elif not digest_there:
            found.append(Found(DifferenceKind.MISSING_TAG, tag, here=digest_here))
        else:
            kind = DifferenceKind.CHANGED_DIGEST
            found.append(Found(kind, tag, there=digest_there, here=digest_here))
    return found
