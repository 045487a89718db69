"""The application as it is served, and the empty answers that everything is compared with."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from config.wsgi import application as real_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


class WithoutMiddleware(WSGIHandler):
    """Django's handler with nothing between it and the view."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 - as Django calls it
        """Load none."""
        with override_settings(MIDDLEWARE=[]):
            super().load_middleware(is_async)


bare = WithoutMiddleware()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer the two that no address of the product has; `bench/urls.py` has the third."""
    path = environ["PATH_INFO"]
    if path == "/bench/wsgi":
        start_response("204 No Content", [])
        return [b""]
    if path == "/bench/bare":
        return bare(environ, start_response)
    return real_application(environ, start_response)
