"""Ask for a deleted tag back; a task puts the same bytes under it again."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index.errors import InTrash
from index.models import Repository, TagDeletion
from index.models.retention_rule import UNDOABLE, TagDeletionState
from index.tag_trash import check_may_delete


def undelete_tag(deletion: TagDeletion, *, by: Principal) -> None:
    """Note that it shall come back. Raises Denied, and InTrash where it is too late for that."""
    check_may_delete(deletion.repository, by)
    with transaction.atomic():
        rows = Repository.objects.locked().select_related("namespace")
        repository = rows.get(pk=deletion.repository_id)
        deletion.refresh_from_db()
        _check(repository, deletion)
        deletion.state = TagDeletionState.RESTORING
        deletion.next_attempt_at = timezone.now()
        deletion.row |= {"restored_by": by.subject, "restored_by_name": by.name}
        deletion.save(update_fields=["state", "next_attempt_at", "row"])
        record(
            AuditAction.TAG_RESTORED,
            by=by,
            namespace=repository.namespace,
            target=f"{repository.name}:{deletion.tag}",
            digest=deletion.digest,
        )


def undelete_together(deletion: TagDeletion, *, by: Principal) -> list[TagDeletion]:
    """Ask for all that was deleted with this one back, as far as it can be had; return those.

    What was pushed again meanwhile stays as it is. Raises Denied, and InTrash where nothing is left.
    """
    together = TagDeletion.objects.filter(
        repository=deletion.repository,
        requested_at=deletion.requested_at,
        requested_by=deletion.requested_by,
        state__in=UNDOABLE,
    )
    coming = []
    for one in together.select_related("repository").order_by("tag"):
        with suppress(InTrash):
            undelete_tag(one, by=by)
            coming.append(one)
    if not coming:
        message = _("%(repository)s:%(tag)s is not in the trash any more") % {
            "repository": deletion.repository,
            "tag": deletion.tag,
        }
        raise InTrash(message)
    return coming


def _check(repository: Repository, deletion: TagDeletion) -> None:
    name = f"{repository}:{deletion.tag}"
    if deletion.state not in UNDOABLE:
        message = _("%(name)s is not in the trash any more") % {"name": name}
        raise InTrash(message)
    if repository.tags.filter(name=deletion.tag).exists():
        message = _(
            "%(name)s was pushed again: delete that one first, or leave this one where it is"
        ) % {"name": name}
        raise InTrash(message)
