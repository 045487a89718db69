"""What every template knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from config import request_id
from config.guide.places import help_for
from config.version import NUMBER
from index.web.theme import theme_of


def site(request: HttpRequest) -> dict[str, object]:
    """Return the host people type in docker commands, the theme, and whether mail is on a page."""
    return {
        "host": settings.PUBLIC_HOST,
        "public_url": settings.PUBLIC_URL,
        "mail_page": settings.MAIL_PAGE_FOLDER is not None,
        "theme": theme_of(request),
        "help_url": help_for(request),
        "version": NUMBER,
        "request_id": request_id.current(),
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "search_query": request.GET.get("q", "") if request.path == "/search/elsewhere" else "",
    }
