"""What happened, told to people: the only writer of activities, called inside a flow's transaction.

An audit event says who changed what for those who must account for it; an activity is news for whoever
works with the repository. Feed, mails and webhooks are made of it (`index.flows.tell_activity`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.principals import Principal
from index.models import Activity, ActivityKind, Repository
from index.outbox import start_by_name_soon


def note(
    kind: ActivityKind,
    repository: Repository,
    *,
    by: Principal | None = None,
    tag: str = "",
    digest: str = "",
    **details: Any,
) -> Activity:
    """Write one activity and have it told; `details` are plain values, never a secret.

    Only those that `index.activity_words.SHOWN` names leave this site.
    """
    activity = make(kind, repository, by=by, tag=tag, digest=digest, **details)
    activity.save()
    start_by_name_soon("index.news_tasks.tell_activity", activity.pk)
    return activity


def note_renames(repositories: Iterable[Repository], *, old: str, new: str, by: Principal) -> None:
    """Write that all of a namespace's repositories have another name with it; beat tells it."""
    news = [
        make(ActivityKind.RENAMED, one, by=by, old_name=old + one.name[len(new) :])
        for one in repositories
    ]
    Activity.objects.bulk_create(news, batch_size=500)


def make(
    kind: ActivityKind,
    repository: Repository,
    *,
    by: Principal | None = None,
    tag: str = "",
    digest: str = "",
    at: datetime | None = None,
    **details: Any,
) -> Activity:
    """Return an activity to be saved with others in one statement; beat tells it."""
    return Activity(
        kind=kind,
        repository=repository,
        namespace_id=repository.namespace_id,
        actor=by.subject if by else "",
        actor_name=by.name if by else "",
        tag=tag,
        digest=digest,
        at=at or timezone.now(),
        details=details,
    )
