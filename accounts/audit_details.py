"""Details of the audit as people read them; in the API and in what is exported they stay as stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.words import word

_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*$")
NAMES: Final[Mapping[str, Any]] = {
    "account": _("account"),
    "actions": _("actions"),
    "address": _("address"),
    "after": _("after"),
    "answer": _("answer"),
    "api_parts": _("api parts"),
    "approved_by": _("approved by"),
    "asked_by": _("asked by"),
    "asked_from": _("asked from"),
    "asker": _("asker"),
    "audience": _("audience"),
    "before": _("before"),
    "changed": _("changed"),
    "copies_given_up": _("copies given up"),
    "count": _("count"),
    "counts": _("counts"),
    "credentials": _("credentials"),
    "day": _("day"),
    "decision": _("decision"),
    "default_for": _("default for"),
    "default_visibility": _("default visibility"),
    "deleted": _("deleted"),
    "description": _("description"),
    "digest": _("digest"),
    "display_name": _("display name"),
    "environment": _("environment"),
    "expires": _("expires"),
    "fields": _("fields"),
    "grantee": _("grantee"),
    "group": _("group"),
    "hour": _("hour"),
    "immutable_tags": _("immutable tags"),
    "imported_from": _("imported from"),
    "invited_by": _("invited by"),
    "is_builder": _("is builder"),
    "is_final": _("is final"),
    "is_maintainer": _("is maintainer"),
    "issuer": _("issuer"),
    "keep_days": _("keep days"),
    "kind": _("kind"),
    "kinds": _("kinds"),
    "label": _("label"),
    "left_groups_meanwhile": _("left groups meanwhile"),
    "level": _("level"),
    "location": _("location"),
    "may_create": _("may create"),
    "member": _("member"),
    "members": _("members"),
    "members_may_create": _("members may create"),
    "mode": _("mode"),
    "name": _("called"),
    "networks": _("networks"),
    "new_address": _("new address"),
    "new_name": _("new name"),
    "note": _("note"),
    "number": _("number"),
    "off": _("off"),
    "old_name": _("old name"),
    "old_registry": _("old registry"),
    "old_topics": _("old topics"),
    "older_than": _("older than"),
    "on": _("on"),
    "owner": _("owner"),
    "pattern": _("pattern"),
    "places": _("places"),
    "plan": _("plan"),
    "private_repositories": _("private repositories"),
    "problem": _("problem"),
    "promotion": _("promotion"),
    "proven_by": _("proven by"),
    "publisher": _("publisher"),
    "reason": _("reason"),
    "records": _("records"),
    "ref": _("ref"),
    "registry": _("registry"),
    "replaces": _("replaces"),
    "reports": _("reports"),
    "repositories": _("repositories"),
    "requires_second_factor": _("requires second factor"),
    "responsible": _("responsible"),
    "role": _("role"),
    "rule": _("rule"),
    "secret": _("secret"),
    "sessions": _("sessions"),
    "source": _("source"),
    "source_tag": _("source tag"),
    "stage": _("stage"),
    "storage_bytes": _("storage bytes"),
    "tag": _("tag"),
    "tags": _("tags"),
    "team": _("team"),
    "text": _("text"),
    "to": _("to"),
    "topics": _("topics"),
    "until": _("until"),
    "upstream_url": _("upstream url"),
    "url": _("url"),
    "via": _("via"),
    "visibility": _("visibility"),
    "was": _("was"),
    "webhook": _("webhook"),
    "who": _("who"),
    "workflow": _("workflow"),
}
# Details whose values are words of ours; all others are names and texts of people.
_IN_WORDS = frozenset(
    {
        "audience",
        "default_for",
        "default_visibility",
        "kind",
        "level",
        "mode",
        "role",
        "via",
        "visibility",
    }
)
_VALUES: Final[Mapping[str, Any]] = {
    "administrators": _("administrators"),
    "command line": _("command line"),
    "everybody": _("everybody"),
    "info": _("info"),
    "organization": _("organization"),
    "robot": _("robot"),
    "team": _("team"),
    "urgent": _("urgent"),
    "user": _("user"),
    "warning": _("warning"),
}


def lines_of(details: Mapping[str, Any]) -> list[str]:
    """Return details as people read them: "visibility: private → public"; what is empty is left out."""
    told_as_change = {f"old_{name}" for name in details}
    return [
        gettext("%(name)s: %(value)s")
        % {"name": _named(name), "value": _change(name, details.get(f"old_{name}", ""), value)}
        for name, value in details.items()
        if value not in ("", []) and name not in told_as_change
    ]


def _named(name: str) -> str:
    """Return what people call it; what this version knows no more stays as it is stored."""
    return str(NAMES.get(name) or name.replace("_", " "))


def _change(name: str, old: Any, new: Any) -> str:
    return f"{_told(name, old)} → {_told(name, new)}" if old != "" else _told(name, new)


def _told(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return gettext("none")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name in _IN_WORDS:
        return str(_VALUES.get(value) or word(value))
    return _MOMENT.sub(r"\1 \2", str(value))
