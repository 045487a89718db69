"""Tags on their way out: which may go, what becomes of their images, and what is still to be had back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.prepared import prepared
from accounts.principals import Principal
from index.errors import Denied
from index.manifest_graph import Graph, known_graph, pins_of
from index.models import Repository, Tag, TagDeletion
from index.models.retention_rule import UNDOABLE, UNFINISHED_TAG_DELETIONS, TagDeletionState
from index.policy import allowed_actions
from index.reasons import obstacle
from index.roles import Action
from index.rules import Decision
from index.tag_patterns import frozen_by

_KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class TagVerdict:
    """What deleting would do to one tag, and to its image."""

    name: str
    digest: str
    refusal: str = ""  # why it cannot be deleted
    image_goes: bool = False
    image_words: str = ""  # what becomes of the image in the end


def check_may_delete(
    repository: Repository, by: Principal, *, decision: Decision | None = None
) -> None:
    """Raise Denied with what is in the way: no role, archived, a stage that takes no deletions.

    A page that has decided about this principal already need not do so again.
    """
    decision = decision or allowed_actions(by, repository)
    if Action.DELETE in decision.actions:
        return
    step = obstacle(decision, {Action.DELETE})
    words = f": {step.words}; {step.remedy}" if step else ""
    message = _("'%(name)s' may not delete tags of %(repository)s%(words)s") % {
        "name": by.name,
        "repository": repository,
        "words": words,
    }
    raise Denied(message)


def preview_tags(
    repository: Repository, names: Iterable[str], known: Mapping[str, str] | None = None
) -> list[TagVerdict]:
    """Say of each tag that is there what would happen if all of them went together.

    `known` are the digests of all tags of the repository, where they were read already.
    """
    tags = digests_of_tags(repository) if known is None else known
    found = {name: tags[name] for name in names if name in tags}
    refused = {name: _refusal(repository, name) for name in found}
    going = {name: digest for name, digest in found.items() if not refused[name]}
    rest = dict(tags)
    for name in going:
        del rest[name]
    pins = pins_of(rest, repository.immutable_tags)
    staying = _names_by_digest(rest, set(going.values()), except_for=pins.names)
    graph = known_graph(repository, pins.attached)
    pinned = pins.digests | trashed_digests(repository)
    gone = set(graph.goes(going.values(), pinned=pinned))
    return [
        TagVerdict(
            name,
            digest,
            refused[name],
            not refused[name] and digest in gone,
            "" if refused[name] else _fate(digest, staying, graph, gone, pinned),
        )
        for name, digest in sorted(found.items())
    ]


def digests_of_tags(repository: Repository) -> dict[str, str]:
    """Return what each tag points to, the newest first."""
    return dict(prepared(_digests_of_tags, repository=repository.pk).rows())


def _digests_of_tags(*, repository: int) -> QuerySet[Tag, tuple[str, str]]:
    tags = Tag.objects.filter(repository=repository).order_by("-pushed_at", "name")
    return tags.values_list("name", "manifest__digest")


def trashed_digests(repository: Repository) -> set[str]:
    """Return what somebody may still have back."""
    return set(prepared(_trashed, repository=repository.pk).rows())


def _trashed(*, repository: int) -> QuerySet[TagDeletion, str]:
    kept = TagDeletion.objects.filter(state__in=[*UNDOABLE, TagDeletionState.RESTORING])
    return kept.filter(repository=repository).values_list("digest", flat=True)


def unfinished(repository: Repository) -> QuerySet[TagDeletion]:
    """Return what lies in the trash of the repository, or is on its way in or out."""
    return repository.tag_deletions.filter(state__in=UNFINISHED_TAG_DELETIONS)


def forget_the_past() -> None:
    """Delete what was done with half a year ago; the history of tags has it."""
    TagDeletion.objects.filter(finished_at__lt=timezone.now() - _KEPT).delete()


def row_of(tag: Tag) -> dict[str, object]:
    """Return what is known of a tag, to be kept for undo."""
    return {
        "pushed_by_id": tag.pushed_by_id,
        "pushed_by_robot_id": tag.pushed_by_robot_id,
        "built_by_id": tag.built_by_id,
        "pushed_with": tag.pushed_with,
        "pull_count": tag.pull_count,
        "last_pulled_at": tag.last_pulled_at.isoformat() if tag.last_pulled_at else None,
    }


def _refusal(repository: Repository, name: str) -> str:
    pattern = frozen_by(repository.immutable_tags, name)
    return f"immutable ({pattern})" if pattern else ""


def _names_by_digest(
    tags: Mapping[str, str], digests: Set[str], *, except_for: Set[str]
) -> dict[str, list[str]]:
    """Return which tags point to these digests, in the order of their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, digest in tags.items():
        if digest in digests and name not in except_for:
            found[digest].append(name)
    return {digest: sorted(names) for digest, names in found.items()}


def _fate(
    digest: str,
    staying: Mapping[str, list[str]],
    graph: Graph,
    gone: set[str],
    pinned: Set[str],
) -> str:
    """Return what becomes of the image, when the trash is emptied."""
    if digest in gone:
        if graph.family(digest) & gone:
            return _("goes when the trash is emptied, with what belongs to it alone")
        return _("goes when the trash is emptied")
    if siblings := staying.get(digest):
        if len(siblings) > 1:
            return _("stays: the tag %(tag)s and %(more)s more point to it too") % {
                "tag": siblings[0],
                "more": len(siblings) - 1,
            }
        return _("stays: the tag %(tag)s points to it too") % {"tag": siblings[0]}
    if digest in pinned:
        return _("stays for now: another tag of it is in the trash")
    if graph.indexes_over(digest) - gone:
        return _("stays: an image index that stays lists it")
    return _("stays: something that stays refers to it")
