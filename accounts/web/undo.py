"""A message that has a button to undo what it tells of."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_TAG = "undo:"


def offer_undo(request: HttpRequest, text: str, address: str) -> None:
    """Say what was done, on the next page; `address` of our own takes a POST that undoes it."""
    messages.success(request, text, extra_tags=f"{_TAG}{address}")


def way_back(message: Message) -> str:
    """Return where to post to undo what a message tells of; "" if it offers nothing."""
    found = (tag for tag in (message.extra_tags or "").split() if tag.startswith(f"{_TAG}/"))
    return next(found, "").removeprefix(_TAG)
