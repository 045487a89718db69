"""Announcements: make, change and end them. Plain text, shown as it is on every page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import announcements
from accounts.audit import AuditAction, record
from accounts.errors import AnnouncementRefused, NotAllowed
from accounts.models import (
    LONGEST_ANNOUNCEMENT,
    Announcement,
    AnnouncementAudience,
    AnnouncementLevel,
)
from accounts.people_only import check_person
from accounts.principals import Principal
from accounts.profile_text import check_line


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said, to whom, and for how long; without an end until somebody ends it."""

    text: str
    level: AnnouncementLevel
    audience: AnnouncementAudience
    begins_at: datetime
    ends_at: datetime | None
    is_dismissible: bool

    def check(self) -> None:
        """Raise TextRefused or AnnouncementRefused."""
        check_line(self.text, what="The text", longest=LONGEST_ANNOUNCEMENT)
        if not self.text.strip():
            message = "Say something: an empty banner helps nobody."
            raise AnnouncementRefused(message)
        if self.ends_at and self.ends_at <= self.begins_at:
            message = "It must end after it begins."
            raise AnnouncementRefused(message)


def make_announcement(wording: Wording, *, by: Principal) -> Announcement:
    """Show it from its time on. Raises NotAllowed, TextRefused or AnnouncementRefused."""
    _check(by)
    wording.check()
    with transaction.atomic():
        made = Announcement.objects.create(**asdict(wording), created_by=by.user)
        _record(AuditAction.ANNOUNCEMENT_MADE, made, by=by)
    return made


def change_announcement(announcement: Announcement, wording: Wording, *, by: Principal) -> None:
    """Say it otherwise; who dismissed it does not see it again.

    Raises NotAllowed, TextRefused or AnnouncementRefused.
    """
    _check(by)
    wording.check()
    with transaction.atomic():
        changed = Announcement.objects.select_for_update().get(pk=announcement.pk)
        for name, value in asdict(wording).items():
            setattr(changed, name, value)
        changed.save()
        _record(AuditAction.ANNOUNCEMENT_CHANGED, changed, by=by)


def end_announcement(announcement: Announcement, *, by: Principal) -> None:
    """Show it no longer; one that has not begun goes altogether. Raises NotAllowed."""
    _check(by)
    with transaction.atomic():
        ended = Announcement.objects.select_for_update().get(pk=announcement.pk)
        if ended.state == "over":
            return
        _record(AuditAction.ANNOUNCEMENT_ENDED, ended, by=by)
        if ended.state == "coming":
            ended.delete()
        else:
            ended.ends_at = timezone.now()
            ended.save(update_fields=["ends_at"])


def _record(action: AuditAction, announcement: Announcement, *, by: Principal) -> None:
    details: dict[str, Any] = {
        "text": announcement.text,
        "level": str(announcement.level),
        "audience": str(announcement.audience),
    }
    record(action, by=by, target=f"announcement {announcement.pk}", **details)
    transaction.on_commit(announcements.forget)


def _check(by: Principal) -> None:
    check_person(by)
    if not by.is_administrator:
        message = "only administrators of this site may announce something"
        raise NotAllowed(message)
