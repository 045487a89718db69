"""Mail watchers what happened since their last mail: one for each repository, one an hour at most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from accounts.mail_kinds import MailKind, unwanted_by
from accounts.principals import Principal
from index.activity_words import FOR_READERS, sentence_of
from index.mails import send_after_commit
from index.models import Activity, ActivityKind, Watch
from index.policy import standing_of
from index.roles import Action
from index.rules import decide

_BATCH = 500
_BETWEEN_MAILS = timedelta(hours=1)
_MOST_LINES = 30
_PUSHES = frozenset({ActivityKind.PUSHED, ActivityKind.PROMOTED, ActivityKind.TAG_RESTORED})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mail."""

    activity: Activity

    @property
    def words(self) -> str:
        """Who did what."""
        return f"{self.activity.shown_actor or 'somebody'} {sentence_of(self.activity)}"


def mail_due_watchers() -> None:
    """Send every mail that is due."""
    due = Watch.objects.filter(mail_from__isnull=False, mail_after__lte=timezone.now())
    for watch in due.select_related("repository", "user").order_by("mail_after", "pk")[:_BATCH]:
        _mail(watch)


def _mail(watch: Watch) -> None:
    with transaction.atomic():
        claimed = Watch.objects.filter(pk=watch.pk, mail_from=watch.mail_from)
        if not claimed.update(mail_from=None, mail_after=timezone.now() + _BETWEEN_MAILS):
            return  # of two workers, one
        kind = _kind_of_mail(watch)
        if kind is None or not _may_hear(watch):
            return
        news = list(_news(watch)[: _MOST_LINES + 1])
        if news:
            send_after_commit(
                "watched",
                to=[watch.user],
                kind=kind,
                repository=watch.repository.name,
                lines=[Line(activity) for activity in news[:_MOST_LINES]],
                has_more=len(news) > _MOST_LINES,
            )


def _kind_of_mail(watch: Watch) -> MailKind | None:
    """Return the kind that the link in the mail ends; None where nothing of it is wanted."""
    unwanted = unwanted_by(watch.user)
    wanted = [kind for kind in (MailKind.PUSHES, MailKind.CHANGES) if kind.value not in unwanted]
    return wanted[0] if wanted else None


def _may_hear(watch: Watch) -> bool:
    """Whether the watcher may pull now, or might if it were not in the trash (cases 22 and 23)."""
    standing = standing_of(Principal(watch.user), watch.repository)
    may_pull = Action.PULL in decide(replace(standing, live=True)).actions
    return bool(watch.user.is_active and may_pull)


def _news(watch: Watch) -> models.QuerySet[Activity]:
    """Return what others did and the person wants to hear of, oldest first."""
    unwanted = unwanted_by(watch.user)
    kinds = {
        kind
        for kind in FOR_READERS
        if (MailKind.PUSHES if kind in _PUSHES else MailKind.CHANGES).value not in unwanted
    }
    told = Activity.objects.filter(
        repository=watch.repository_id, pk__gte=watch.mail_from, told_at__isnull=False
    )
    others = told.filter(kind__in=kinds).exclude(actor=f"user:{watch.user_id}")
    return others.select_related("repository").order_by("pk")
