"""Delete tags: gone here at once, taken off in the registry by a task, their images in the trash.

A digest may have many tags, so nothing is deleted by its digest before nobody needs it any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index import trash
from index.activity import make
from index.errors import DeletionRefused, TagIsImmutable
from index.models import (
    Activity,
    ActivityKind,
    Repository,
    RetentionRule,
    Tag,
    TagChange,
    TagChangeKind,
    TagDeletion,
)
from index.tag_patterns import frozen_by
from index.tag_trash import check_may_delete, row_of

MOST_AT_ONCE = 5_000
_NAMED = 3
_NAMED_IN_AUDIT = 50


def delete_tags(
    repository: Repository, tags: Mapping[str, str], *, by: Principal
) -> list[TagDeletion]:
    """Delete tags by name; a digest beside a name is what it was seen to point to.

    All or nothing. Raises Denied, TagIsImmutable, and DeletionRefused for one that is not there or was
    pushed again meanwhile.
    """
    check_may_delete(repository, by)
    if not 0 < len(tags) <= MOST_AT_ONCE:
        message = _("name the tags to delete, at most %(most_at_once)s at once") % {
            "most_at_once": MOST_AT_ONCE
        }
        raise DeletionRefused(message)
    with transaction.atomic():
        held = _lock(repository)
        rows = list(held.tags.filter(name__in=tags).select_related("manifest").order_by("name"))
        _check(held, rows, tags)
        return _delete(held, rows, by=by, rule=None)


def delete_by_rule(
    repository: Repository, tags: Mapping[str, str], *, rule: RetentionRule
) -> list[TagDeletion]:
    """Delete what a rule lets go; what was pushed again or froze meanwhile stays without a word."""
    with transaction.atomic():
        held = _lock(repository)
        found = held.tags.filter(name__in=tags).select_related("manifest").order_by("name")
        rows = [
            tag
            for tag in found
            if tag.manifest.digest == tags[tag.name]
            and not frozen_by(held.immutable_tags, tag.name)
        ]
        return _delete(held, rows, by=Principal(), rule=rule)


def mark_automation(repository: Repository) -> None:
    """Keep whether it is known of every tag how it was built; the row is locked."""
    tags = Tag.objects.filter(repository=repository)
    is_automated = tags.exists() and not tags.filter(built_by=None).exists()
    Repository.objects.filter(pk=repository.pk).update(is_automated=is_automated)


def _lock(repository: Repository) -> Repository:
    rows = Repository.objects.locked().select_related("namespace")
    return rows.get(pk=repository.pk)


def _check(repository: Repository, rows: list[Tag], wanted: Mapping[str, str]) -> None:
    frozen = [tag.name for tag in rows if frozen_by(repository.immutable_tags, tag.name)]
    if frozen:
        message = _("%(frozen)s of %(repository)s cannot be deleted: immutable") % {
            "frozen": _some(frozen),
            "repository": repository,
        }
        raise TagIsImmutable(message)
    found = {tag.name: tag.manifest.digest for tag in rows}
    missing = sorted(set(wanted) - set(found))
    if missing:
        message = _("%(repository)s has no tag %(missing)s any more") % {
            "repository": repository,
            "missing": _some(missing),
        }
        raise DeletionRefused(message)
    moved = sorted(name for name, seen in wanted.items() if seen and seen != found[name])
    if moved:
        message = _("%(moved)s was pushed again since you looked: look again") % {
            "moved": _some(moved)
        }
        raise DeletionRefused(message)


def _delete(
    repository: Repository, rows: list[Tag], *, by: Principal, rule: RetentionRule | None
) -> list[TagDeletion]:
    now = timezone.now()
    who = by.name if rule is None else _("retention rule %(pattern)s") % {"pattern": rule.pattern}
    deletions = [
        TagDeletion(
            repository=repository,
            tag=tag.name,
            digest=tag.manifest.digest,
            media_type=tag.manifest.media_type,
            row=row_of(tag),
            pushed_at=tag.pushed_at,
            requested_by=by.subject,
            requested_by_name=who[:80],
            rule=rule,
            requested_at=now,
            purge_after=trash.end_for(now),
            next_attempt_at=now,
        )
        for tag in rows
    ]
    made = TagDeletion.objects.bulk_create(deletions)
    Tag.objects.filter(pk__in=[tag.pk for tag in rows]).delete()
    _tell(repository, rows, by=by, who=who, at=now)
    if rows:
        mark_automation(repository)
    return made


def _tell(
    repository: Repository, rows: list[Tag], *, by: Principal, who: str, at: datetime
) -> None:
    TagChange.objects.bulk_create(
        TagChange(
            repository=repository,
            tag=tag.name,
            kind=TagChangeKind.DELETED,
            at=at,
            actor=by.subject,
            actor_name=who[:80],
            credential=by.credential,
        )
        for tag in rows
    )
    news = [
        make(
            ActivityKind.TAG_DELETED,
            repository,
            by=by,
            tag=tag.name,
            digest=tag.manifest.digest,
            at=at,
        )
        for tag in rows
    ]
    for one in news:
        one.actor_name = who[:80]
    Activity.objects.bulk_create(news)
    if rows:
        names = [tag.name for tag in rows]
        record(
            AuditAction.TAGS_DELETED,
            by=by,
            namespace=repository.namespace,
            target=repository.name,
            tags=" ".join(names[:_NAMED_IN_AUDIT]),
            count=len(names),
            who=who,
        )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
