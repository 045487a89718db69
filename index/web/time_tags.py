"""Moments as people read them: one filter for each way to say when.

Each is a `<time>` that carries the exact moment. Without JavaScript it says UTC; static/js/behaviours/times.js
puts it into the reader's zone, and keeps "3 minutes ago" true on a page that stays open.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

register = template.Library()

# The same lengths are in times.js, so that what it writes is what stood there.
_AGES = (
    (365 * 86400, ngettext_lazy("%(n)d year ago", "%(n)d years ago", "n")),
    (30 * 86400, ngettext_lazy("%(n)d month ago", "%(n)d months ago", "n")),
    (7 * 86400, ngettext_lazy("%(n)d week ago", "%(n)d weeks ago", "n")),
    (86400, ngettext_lazy("%(n)d day ago", "%(n)d days ago", "n")),
    (3600, ngettext_lazy("%(n)d hour ago", "%(n)d hours ago", "n")),
    (60, ngettext_lazy("%(n)d minute ago", "%(n)d minutes ago", "n")),
)
_WAITS = (
    (365 * 86400, ngettext_lazy("in %(n)d year", "in %(n)d years", "n")),
    (30 * 86400, ngettext_lazy("in %(n)d month", "in %(n)d months", "n")),
    (7 * 86400, ngettext_lazy("in %(n)d week", "in %(n)d weeks", "n")),
    (86400, ngettext_lazy("in %(n)d day", "in %(n)d days", "n")),
    (3600, ngettext_lazy("in %(n)d hour", "in %(n)d hours", "n")),
    (60, ngettext_lazy("in %(n)d minute", "in %(n)d minutes", "n")),
)


@register.filter
def age(moment: datetime | None) -> SafeString | str:
    """Return "3 hours ago", or "in 3 hours" of what is still to come."""
    if moment is None:
        return _("never")
    return _element(moment, "age", _away(int((timezone.now() - moment).total_seconds())))


@register.filter
def moment(moment: datetime | None) -> SafeString | str:
    """Return the day and the minute."""
    if moment is None:
        return _("never")
    return _element(moment, "moment", f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


@register.filter
def clock(moment: datetime | None) -> SafeString | str:
    """Return hour and minute of something of today."""
    if moment is None:
        return _("never")
    return _element(moment, "clock", f"{moment.astimezone(UTC):%H:%M} UTC")


@register.filter
def day(moment: datetime | date | None) -> SafeString | str:
    """Return the day; a date, which is a day of UTC anywhere, stays what it is."""
    if moment is None:
        return _("never")
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{0}">{0}</time>', moment.isoformat())
    return _element(moment, "day", f"{moment.astimezone(UTC):%Y-%m-%d}")


@register.filter
def month(moment: datetime) -> SafeString:
    """Return "May 2026", where the day matters to nobody."""
    return _element(moment, "month", date_format(moment.astimezone(UTC), "F Y"))


def _element(moment: datetime, shows: str, text: str) -> SafeString:
    exact = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC" data-behaviour="time" data-shows="{}">{}</time>',
        exact.strftime("%Y-%m-%dT%H:%M:%SZ"),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        shows,
        text,
    )


def _away(seconds: int) -> str:
    """Return how long ago so many seconds are; a negative number is to come."""
    words = _AGES if seconds >= 0 else _WAITS
    for length, text in words:
        if abs(seconds) >= length:
            return text % {"n": abs(seconds) // length}
    return _("just now") if seconds >= 0 else _("in a moment")
