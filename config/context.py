"""What every template knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Return the host people type in docker commands, and whether mail is read on a page."""
    return {
        "host": settings.PUBLIC_HOST,
        "public_url": settings.PUBLIC_URL,
        "mail_page": hasattr(settings, "EMAIL_FILE_PATH"),
    }
