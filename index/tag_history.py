"""Which digest a tag pointed to, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from index.credential_words import in_words
from index.models import ContentState, Manifest, Repository, TagChange, TagChangeKind
from index.shown_names import shown_name

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of a tag. `is_kept` says whether its manifest is still known to be there."""

    change: TagChange
    kind: str
    actor: str
    credential: str
    is_current: bool
    is_kept: bool
    size: int | None = None  # bytes, of an index its largest image's; None where nobody knows

    @property
    def digest(self) -> str:
        """What the tag pointed to from then on; "" where it was taken off."""
        return self.change.digest

    @property
    def at(self) -> datetime:
        """When."""
        return self.change.at


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Changes, the newest first; `after` is where the next page begins, 0 if there is none."""

    rows: list[HistoryRow]
    current: str
    after: int


def history_of(
    repository: Repository,
    tag: str,
    *,
    after: int = 0,
    size: int = PAGE_SIZE,
    names_credentials: bool = False,
) -> HistoryPage:
    """Return a page of what became of the tag; `after` is the number of a change.

    What proved who changed it is for those who administer the repository.
    """
    changes = TagChange.objects.filter(repository=repository, tag=tag)
    start = changes.filter(pk=after).values_list("at", flat=True).first() if after else None
    if start is not None:
        changes = changes.filter(at__lte=start).exclude(at=start, pk__gte=after)
    found = list(changes[: size + 1])
    listed = found[:size]
    current = repository.tags.filter(name=tag).values_list("manifest__digest", flat=True).first()
    rows = _rows(repository, listed, current or "", names_credentials=names_credentials)
    return HistoryPage(rows, current or "", listed[-1].pk if len(found) > size else 0)


def _rows(
    repository: Repository, changes: Iterable[TagChange], current: str, *, names_credentials: bool
) -> list[HistoryRow]:
    listed = list(changes)
    manifests = Manifest.objects.filter(
        repository=repository, digest__in={change.digest for change in listed}
    )
    found = {row[0]: row[1:] for row in manifests.values_list("digest", "contents", "largest")}
    credentials = in_words(change.credential for change in listed) if names_credentials else {}
    newest = next((change for change in listed if change.digest == current), None)
    return [
        HistoryRow(
            change,
            kind=str(TagChangeKind(change.kind).label),
            actor=_name(repository, change),
            credential=credentials.get(change.credential, ""),
            is_current=bool(current) and change is newest,
            is_kept=found.get(change.digest, (ContentState.GONE,))[0] != ContentState.GONE,
            size=found[change.digest][1] if change.digest in found else None,
        )
        for change in listed
    ]


def _name(repository: Repository, change: TagChange) -> str:
    return shown_name(change.actor_name, actor=change.actor, visibility=repository.visibility)
