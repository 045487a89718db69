"""`/events/<registry>`: take a notification, keep it, answer at once; a task applies it (F11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.lane import PLAIN, Answer, read
from index.events.auth import authenticate_registry
from index.models import Notification
from index.outbox import start_soon
from index.tasks import apply_notification

PATH = "/events/"
MAXIMUM_BODY = 1_048_576


def answer(environ: Mapping[str, Any]) -> Answer:
    """Answer 202 to whatever an authenticated registry says: a refusal would block its queue."""
    if environ["REQUEST_METHOD"] != "POST":
        return Answer("405 Method Not Allowed", [*PLAIN, ("Allow", "POST")], b"")
    asked = read(environ, most=MAXIMUM_BODY)
    name = environ["PATH_INFO"].removeprefix(PATH)
    registry = authenticate_registry(name, asked.authorization)
    if registry is None:
        return Answer("401 Unauthorized", PLAIN, b"unknown registry or wrong secret\n")
    if len(asked.body) > MAXIMUM_BODY:
        return Answer("413 Content Too Large", PLAIN, b"more than 1 MiB\n")
    notification = Notification.objects.create(registry=registry, body=asked.body)
    start_soon(apply_notification, notification.pk)
    return Answer("202 Accepted", PLAIN, b"")
