"""The style sheet, inside the page on a first visit: to ask for it is a second turn of the line.

A cookie says which sheet a browser has. Without it the page holds the sheet itself, allowed by its digest
in the policy of that answer alone, and fetches the file without waiting for it, for the pages that follow.
Only where the answer is compressed: else the sheet takes longer than the turn that it saves.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.safestring import mark_safe

from accounts.web.fragments import is_partial
from config.middleware import Handler
from config.static_files import bundle_styles

register = template.Library()

COOKIE = "style"
_KEPT = 30 * 24 * 3600  # seconds; about as long as browsers keep the file
_IS_INLINED = "waybill.style"  # in the META of the request whose page holds the sheet


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """What stands between the tags, which one it is, and the policy that allows it."""

    text: str
    version: str
    policy: str


@cache
def style_sheet() -> StyleSheet:
    """Return the sheet as `collectstatic` joins it."""
    text, _ = bundle_styles("css/site.css", _part)
    digest = hashlib.sha256(text.encode()).digest()
    allowed = f"style-src 'self' 'sha256-{base64.b64encode(digest).decode()}'"
    policy = settings.CONTENT_SECURITY_POLICY.replace("style-src 'self'", allowed)
    return StyleSheet(text, digest.hex()[:12], policy)


def _part(name: str) -> str:
    return (settings.BASE_DIR / "static" / name).read_text()


@register.simple_tag(takes_context=True)
def inline_style(context: dict[str, Any]) -> str:
    """Return the sheet as an element for a page that is to hold it; "" for one that waits for the file."""
    request = context.get("request")
    if request is None or not _wants_it_inside(request):
        return ""
    request.META[_IS_INLINED] = True
    return mark_safe(f"<style>{style_sheet().text}</style>")  # noqa: S308 - a file of ours


def _wants_it_inside(request: HttpRequest) -> bool:
    if is_partial(request) or request.COOKIES.get(COOKIE) == style_sheet().version:
        return False
    return bool(re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")))


def inlined_style(get_response: Handler) -> Handler:
    """Allow the sheet in the page that holds it, and remember that this browser has it now."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if _IS_INLINED in request.META:
            sheet = style_sheet()
            response.headers["Content-Security-Policy"] = sheet.policy
            response.set_cookie(
                COOKIE,
                sheet.version,
                max_age=_KEPT,
                secure=settings.IS_HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


class CompressedPages(GZipMiddleware):
    """Compress pages, with bytes by chance against guesses from their length (BREACH); nothing else."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Leave what programs ask as it is: the gateway keeps some of it for everybody."""
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
