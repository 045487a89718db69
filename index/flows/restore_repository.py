"""Take a repository out of the trash, or empty the trash of it before its time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.mail_kinds import MailKind
from accounts.principals import Principal
from index.activity import note
from index.errors import Denied, InTrash
from index.mails import send_after_commit
from index.models import ActivityKind, Deletion, Repository, RepositoryState
from index.policy import administers
from index.trash import owners_of


def restore_repository(repository: Repository, *, by: Principal) -> None:
    """Open it again, exactly as it was: nothing of it was touched. Raises Denied or InTrash."""
    _check(repository, by)
    with transaction.atomic():
        held = _hold(repository)
        _check_organization(held)
        held.state = repository.state = RepositoryState.ACTIVE
        held.save(update_fields=["state"])
        Deletion.objects.filter(repository=held).delete()
        _record(AuditAction.REPOSITORY_RESTORED, held, by=by)
        note(ActivityKind.RESTORED, held, by=by)


def purge_now(repository: Repository, *, by: Principal) -> Deletion:
    """Delete it for good, before its time in the trash is over. Raises Denied or InTrash."""
    _check(repository, by)
    now = timezone.now()
    with transaction.atomic():
        held = _hold(repository)
        held.state = repository.state = RepositoryState.DELETING
        held.save(update_fields=["state"])
        deletion = Deletion.objects.get(repository=held)
        deletion.purge_after = deletion.next_attempt_at = now
        deletion.save(update_fields=["purge_after", "next_attempt_at"])
        _record(AuditAction.REPOSITORY_PURGED, held, by=by)
    return deletion


def warn_of_purge(deletion_id: int) -> None:
    """Mail the owners once that a repository goes for good soon."""
    with transaction.atomic():
        unwarned = Deletion.objects.filter(pk=deletion_id, warned_at=None, finished_at=None)
        if not unwarned.update(warned_at=timezone.now()):
            return
        deletion = Deletion.objects.select_related("repository__namespace__user").get(
            pk=deletion_id
        )
        repository = deletion.repository
        send_after_commit(
            "trash_ends",
            to=owners_of(repository.namespace),
            kind=MailKind.TRASH,
            repository=repository.name,
            until=deletion.purge_after,
        )


def _check(repository: Repository, by: Principal) -> None:
    if not administers(by, repository):
        message = _("'%(name)s' may not take %(repository)s out of the trash") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)


def _hold(repository: Repository) -> Repository:
    held = (
        Repository.objects.locked().select_related("namespace__organization").get(pk=repository.pk)
    )
    if held.state != RepositoryState.TRASHED:
        message = _("%(repository)s is not in the trash any more") % {"repository": repository}
        raise InTrash(message)
    return held


def _check_organization(repository: Repository) -> None:
    organization = repository.namespace.organization
    if organization and organization.deleted_at:
        message = _(
            "%(organization)s is deleted: have the organization back first, then %(repository)s"
        ) % {"organization": organization, "repository": repository}
        raise InTrash(message)


def _record(action: AuditAction, repository: Repository, *, by: Principal) -> None:
    record(action, by=by, namespace=repository.namespace, target=repository.name)
