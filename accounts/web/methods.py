"""Operations take POST alone; who comes by GET gets a page instead of an empty answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]


def post_only(view: View) -> View:
    """Answer 405 to other methods: someone whose session ended before a click comes back by GET."""

    @wraps(view)
    def refuse_others(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        response = render(request, "405.html", status=405)
        response.headers["Allow"] = "POST"
        return response

    return refuse_others


def require_recent_login(request: HttpRequest) -> None:
    """Lead whoever logged in long ago to confirm who they are, and then on with this request."""
    raise_if_reauthentication_required(request, app="account")
