"""What an activity says to whom: who may read of which kind, which details, and the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.words import word
from index.models import Activity, ActivityKind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

# News for those who administer the repository; everything else is for whoever may pull.
FOR_ADMINS = frozenset({ActivityKind.PROMOTION_ASKED, ActivityKind.SECRET_FOUND})
FOR_READERS = frozenset(ActivityKind) - FOR_ADMINS

# Details that leave this site in webhooks and feeds. A detail that is not named here stays inside:
# add it only if whoever may read of the activity may know it.
SHOWN: dict[str, tuple[str, ...]] = {
    ActivityKind.CREATED: ("visibility", "how"),
    ActivityKind.CHANGED: ("changed", "mode", "old_mode", "immutable_tags", "old_immutable_tags"),
    ActivityKind.VISIBILITY: ("visibility", "old_visibility"),
    ActivityKind.RENAMED: ("old_name",),
    ActivityKind.TRASHED: ("until",),
    ActivityKind.RESTORED: (),
    ActivityKind.DELETED: (),
    ActivityKind.PUSHED: ("old_digest", "media_type", "size"),
    ActivityKind.TAG_DELETED: ("old_digest", "rule"),
    ActivityKind.TAG_RESTORED: ("before",),
    ActivityKind.PROMOTED: ("source_tag", "stage", "approved_by"),
    ActivityKind.PROMOTION_ASKED: ("source_tag", "stage"),
    ActivityKind.MOVED: ("registry", "old_registry"),
    ActivityKind.SECRET_FOUND: ("kinds", "number"),
}
_SENTENCES: dict[str, StrOrPromise] = {
    ActivityKind.CREATED: gettext_lazy("created it"),
    ActivityKind.CHANGED: gettext_lazy("changed its settings"),
    ActivityKind.VISIBILITY: gettext_lazy("changed who may pull it"),
    ActivityKind.RENAMED: gettext_lazy("renamed it"),
    ActivityKind.TRASHED: gettext_lazy("put it into the trash"),
    ActivityKind.RESTORED: gettext_lazy("took it out of the trash"),
    ActivityKind.DELETED: gettext_lazy("deleted it for good"),
    ActivityKind.PUSHED: gettext_lazy("pushed %(tag)s"),
    ActivityKind.TAG_DELETED: gettext_lazy("deleted the tag %(tag)s"),
    ActivityKind.TAG_RESTORED: gettext_lazy("restored the tag %(tag)s"),
    ActivityKind.PROMOTED: gettext_lazy("promoted an image to %(tag)s"),
    ActivityKind.PROMOTION_ASKED: gettext_lazy("asked to promote an image to %(tag)s"),
    ActivityKind.MOVED: gettext_lazy("moved it to another registry"),
    ActivityKind.SECRET_FOUND: gettext_lazy("pushed an image that holds a secret: %(tag)s"),
}
_WITHOUT_TAG: dict[str, StrOrPromise] = {
    ActivityKind.PUSHED: gettext_lazy("pushed"),
    ActivityKind.TAG_DELETED: gettext_lazy("deleted a tag"),
    ActivityKind.TAG_RESTORED: gettext_lazy("restored a tag"),
    ActivityKind.PROMOTED: gettext_lazy("promoted an image"),
    ActivityKind.PROMOTION_ASKED: gettext_lazy("asked to promote an image"),
    ActivityKind.SECRET_FOUND: gettext_lazy("pushed an image that holds a secret"),
}


def shown_details(activity: Activity) -> dict[str, Any]:
    """Return the details that may leave this site."""
    names = SHOWN.get(activity.kind, ())
    return {name: activity.details[name] for name in names if activity.details.get(name)}


def sentence_of(activity: Activity) -> str:
    """Return what happened, to be read after who did it: `pushed 1.2`, `changed its settings`."""
    words = _SENTENCES.get(activity.kind, activity.get_kind_display().lower())
    if activity.kind == ActivityKind.VISIBILITY and activity.details.get("visibility"):
        return _("made it %(details)s") % {"details": word(activity.details["visibility"])}
    if activity.kind == ActivityKind.CHANGED and activity.details.get("mode"):
        return _("made it %(details)s") % {"details": word(activity.details["mode"])}
    if activity.kind == ActivityKind.RENAMED and activity.details.get("old_name"):
        return _("renamed it from %(details)s") % {"details": activity.details["old_name"]}
    if not activity.tag:
        return str(_WITHOUT_TAG.get(activity.kind, words))
    return str(words) % {"tag": activity.tag}
