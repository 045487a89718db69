"""What an activity says to whom: who may read of which kind, which details, and the sentence."""

from __future__ import annotations

from typing import Any

from index.models import Activity, ActivityKind

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
_SENTENCES: dict[str, str] = {
    ActivityKind.CREATED: "created it",
    ActivityKind.CHANGED: "changed its settings",
    ActivityKind.VISIBILITY: "changed who may pull it",
    ActivityKind.RENAMED: "renamed it",
    ActivityKind.TRASHED: "put it into the trash",
    ActivityKind.RESTORED: "took it out of the trash",
    ActivityKind.DELETED: "deleted it for good",
    ActivityKind.PUSHED: "pushed",
    ActivityKind.TAG_DELETED: "deleted the tag",
    ActivityKind.TAG_RESTORED: "restored the tag",
    ActivityKind.PROMOTED: "promoted an image to",
    ActivityKind.PROMOTION_ASKED: "asked to promote an image to",
    ActivityKind.MOVED: "moved it to another registry",
    ActivityKind.SECRET_FOUND: "pushed an image that holds a secret:",
}


def shown_details(activity: Activity) -> dict[str, Any]:
    """Return the details that may leave this site."""
    names = SHOWN.get(activity.kind, ())
    return {name: activity.details[name] for name in names if activity.details.get(name)}


def sentence_of(activity: Activity) -> str:
    """Return what happened, to be read after who did it: `pushed 1.2`, `changed its settings`."""
    words = _SENTENCES.get(activity.kind, activity.get_kind_display().lower())
    if activity.kind == ActivityKind.VISIBILITY and activity.details.get("visibility"):
        return f"made it {activity.details['visibility']}"
    if activity.kind == ActivityKind.CHANGED and activity.details.get("mode"):
        return f"made it {activity.details['mode']}"
    if activity.kind == ActivityKind.RENAMED and activity.details.get("old_name"):
        return f"renamed it from {activity.details['old_name']}"
    if not activity.tag:
        return words.removesuffix(" to").removesuffix(":")
    return f"{words} {activity.tag}"
