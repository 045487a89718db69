"""The body of a delivery: JSON in the form of Standard Webhooks, `type`, `timestamp` and `data`.

docs/webhooks.md describes every kind. A field is never taken away or given another meaning without
a new `version`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Namespace
from index.activity_words import shown_details
from index.models import Activity, Repository

VERSION = 1
PING = "ping"


def body_of(activity: Activity) -> str:
    """Return the body that tells an activity, with links and without secrets."""
    repository = activity.repository
    data: dict[str, Any] = {
        "namespace": repository.namespace.name,
        "repository": _about(repository),
        "actor": {"name": activity.actor_name, "kind": activity.actor.partition(":")[0]},
    }
    if activity.tag:
        data["tag"] = activity.tag
        data["image"] = f"{settings.PUBLIC_HOST}/{repository.name}:{activity.tag}"
    if activity.digest:
        data["digest"] = activity.digest
    data["details"] = shown_details(activity)
    return _encode(activity.kind, activity.at, data)


def ping_body(namespace: Namespace, repository: Repository | None, at: datetime) -> str:
    """Return the body of a test."""
    data: dict[str, Any] = {"namespace": namespace.name}
    if repository is not None:
        data["repository"] = _about(repository)
    data["details"] = {"sentence": "Somebody pressed the test button."}
    return _encode(PING, at, data)


def _about(repository: Repository) -> dict[str, str]:
    page = reverse("web-repository", args=[repository.name])
    return {
        "name": repository.name,
        "visibility": repository.visibility,
        "url": f"{settings.PUBLIC_URL}{page}",
    }


def _encode(kind: str, at: datetime, data: dict[str, Any]) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"version": VERSION, "type": kind, "timestamp": moment, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
