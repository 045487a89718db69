"""The real addresses and the empty view that everything is compared with."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as real_urlpatterns


@login_not_required
def empty(_request: HttpRequest) -> HttpResponse:
    """Answer with nothing: through all of the middleware, or without it (`bench/wsgi.py`)."""
    return HttpResponse(headers={"Content-Length": "0"})


urlpatterns = [path("bench/empty", empty), path("bench/bare", empty), *real_urlpatterns]
