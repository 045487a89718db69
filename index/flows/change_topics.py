"""Say under which topics a repository is found."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index.activity import note
from index.errors import Denied
from index.models import ActivityKind, Repository
from index.policy import allowed_actions
from index.topics import parse_topics


def change_topics(repository: Repository, *, by: Principal, topics: Iterable[str]) -> None:
    """Give it these topics and no others. Raises Denied, and TopicRefused with the broken rule."""
    if not allowed_actions(by, repository).may_administer:
        message = _("'%(name)s' may not change %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
    wanted = parse_topics(topics)
    with transaction.atomic():
        held = Repository.objects.locked().get(pk=repository.pk)
        repository.topics = wanted
        if held.topics == wanted:
            return
        repository.save(update_fields=["topics"])
        record(
            AuditAction.REPOSITORY_CHANGED,
            by=by,
            namespace=repository.namespace,
            target=repository.name,
            topics=" ".join(wanted),
            old_topics=" ".join(held.topics),
        )
        note(ActivityKind.CHANGED, repository, by=by, changed="topics")
