"""What a person says of oneself."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import User
from accounts.principals import Principal
from accounts.profile_text import LONGEST_DISPLAY_NAME, LONGEST_LOCATION, check_line, check_link


def change_profile(user: User, *, by: Principal, **fields: str) -> None:
    """Set display_name, location and link, those that are given; raise TextRefused before any."""
    wanted = {name: fields[name] for name in ("display_name", "location", "link") if name in fields}
    check_line(
        wanted.get("display_name", ""), what=_("The display name"), longest=LONGEST_DISPLAY_NAME
    )
    check_line(wanted.get("location", ""), what=_("The location"), longest=LONGEST_LOCATION)
    check_link(wanted.get("link", ""))
    changed = [name for name, value in wanted.items() if getattr(user, name) != value]
    if not changed:
        return
    with transaction.atomic():
        for name in changed:
            setattr(user, name, wanted[name])
        user.save(update_fields=changed)
        record(AuditAction.PROFILE_CHANGED, by=by, user=user, target=user.username, fields=changed)
