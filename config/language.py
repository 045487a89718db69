"""The language of a page: what was chosen, else what the browser asks for, else English.

Only pages have one. Programs (docker, the REST API, registries) are answered in English whatever
they ask for: their messages are looked up, compared and pasted into issues. So a flow may call
`gettext` for what it says, and the door decides what comes out.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from config.middleware import Handler

# First parts of the addresses that programs ask; caches keep one badge for readers of every language.
OF_PROGRAMS = frozenset(
    {
        "api", "v1", "v2", "token", "_gateway", "events", "badge",
        "healthz", "readyz", ".well-known", "_ping",
    }
)  # fmt: skip


def is_of_a_program(path: str) -> bool:
    """Return whether an address is a door of programs, which speaks English alone."""
    return path.split("/", 2)[1:2] != [] and path.split("/", 2)[1] in OF_PROGRAMS


def chosen(request: HttpRequest) -> str:
    """Return the language of the cookie, "" without a valid one."""
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in dict(settings.LANGUAGES) else ""


def page_language(get_response: Handler) -> Handler:
    """Speak the language of the cookie or of the browser; after the answer, English again."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if is_of_a_program(request.path_info):
            with translation.override(settings.LANGUAGE_CODE):
                return get_response(request)
        with translation.override(chosen(request) or _asked_for(request)):
            response = get_response(request)
            if "text/html" in response.get("Content-Type", ""):
                response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
            return response

    return middleware


def account_language(get_response: Handler) -> Handler:
    """Speak the language of the account where this browser has chosen none; after the log-in is known."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if is_of_a_program(request.path_info) or chosen(request) or not _has_session(request):
            return get_response(request)
        language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
        return get_response(request)

    return middleware


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _asked_for(request: HttpRequest) -> str:
    return translation.get_language_from_request(request)
