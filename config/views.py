"""Pages for what went wrong before any app was asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403; the form was not ours, or was open longer than its cookie lives."""
    return render(request, "403.html", {"reason": "This form has expired."}, status=403)
