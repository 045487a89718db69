"""What `bench/events.py` asks of a database: `python -m bench.events_data fill 1000000`; answers in JSON."""

from __future__ import annotations

import json
import os
import random
import secrets
import sys
import time
from collections.abc import Iterator
from itertools import accumulate, islice

import django

REPOSITORIES = 10_000
_SLICE = 5_000
_DIGEST = "sha256:" + "a" * 64


def envelope(event_id: str, repository: str) -> bytes:
    """Return a pull by tag as distribution 2.8 sends it."""
    url = f"http://registry.example/v2/{repository}/manifests/{_DIGEST}"
    event = {
        "id": event_id,
        "timestamp": "2026-11-21T12:00:00.123456789Z",
        "action": "pull",
        "target": {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "size": 1570,
            "digest": _DIGEST,
            "length": 1570,
            "repository": repository,
            "url": url,
            "tag": "latest",
        },
        "request": {
            "id": "9e7a1b6c-55b4-4a3a-9c0e-2d8d3f1f6f10",
            "addr": "192.0.2.17:51234",
            "host": "registry.example",
            "method": "GET",
            "useragent": "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.1.0 os/linux arch/amd64",
        },
        "actor": {"name": "user:3/token:17"},
        "source": {"addr": "east:5000", "instanceID": "2f4c2f0e-8f2a-4dd2-9f0f-6a8f2a6d6b11"},
    }
    return json.dumps({"events": [event]}, indent=3).encode()


def prepare() -> dict[str, object]:
    """Make repositories with a tag each, and a secret that the registry signs in with."""
    from datetime import UTC, datetime

    from accounts.models import Namespace
    from accounts.opaque_tokens import digest_of
    from index.models import Manifest, Registry, Repository, Tag

    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    Registry.objects.update(events_secret_digest=digest_of("secret-of-east"))
    registry, namespace = Registry.objects.get(), Namespace.objects.get(name="bench")
    Repository.objects.bulk_create(
        [
            Repository(
                namespace=namespace,
                registry=registry,
                name=name,
                stored_name=name,
                visibility="public",
                created_at=long_ago,
            )
            for name in _names()
        ],
        batch_size=1_000,
    )
    made = Repository.objects.filter(name__contains="/r")
    Manifest.objects.bulk_create(
        [Manifest(repository=one, digest=_DIGEST, media_type="manifest") for one in made],
        batch_size=1_000,
    )
    manifests = Manifest.objects.all()
    Tag.objects.bulk_create(
        [
            Tag(repository_id=one.repository_id, name="latest", manifest=one, pushed_at=long_ago)
            for one in manifests
        ],
        batch_size=1_000,
    )
    return {"repositories": made.count()}


def fill(number: int) -> dict[str, object]:
    """Put so many pulls into the inbox: of few repositories most, as it is (Zipf)."""
    from index.models import Notification, Registry

    registry = Registry.objects.get()
    bodies = _bodies(number)
    while batch := list(islice(bodies, _SLICE)):
        Notification.objects.bulk_create(
            [Notification(registry=registry, body=body) for body in batch], batch_size=1_000
        )
    return {"waiting": Notification.objects.count()}


def apply() -> dict[str, object]:
    """Apply the inbox as the worker does, and say how long that took."""
    from config.celery import leave_what_is_there_alone
    from index.flows.receive_notification import apply_inbox
    from index.models import Notification

    waiting = Notification.objects.count()
    leave_what_is_there_alone()
    begun, used = time.perf_counter(), time.process_time()
    while Notification.objects.exists():
        apply_inbox()
    return _took(waiting, begun, used)


def naive(number: int) -> dict[str, object]:
    """Apply some of the inbox event by event, each in a transaction of its own: the base line."""
    from django.db import transaction
    from django.db.models import F

    from index.models import Notification, RegistryEvent, Repository
    from index.registry_events import read_envelope

    begun, used = time.perf_counter(), time.process_time()
    for notification in Notification.objects.order_by("pk")[:number]:
        [event] = read_envelope(bytes(notification.body))
        with transaction.atomic():
            RegistryEvent.objects.create(
                registry_id=notification.registry_id, event_id=event.event_id
            )
            Repository.objects.filter(stored_name=event.repository).update(
                pull_count=F("pull_count") + 1
            )
            notification.delete()
    return _took(number, begun, used)


def counts() -> dict[str, object]:
    """Return what was counted, in each place where pulls are."""
    from django.db.models import Sum

    from index.models import DailyCount, Manifest, Notification, RegistryEvent, Repository, Tag

    def total(model: type, column: str) -> int:
        found = model.objects.aggregate(total=Sum(column))["total"]  # type: ignore[attr-defined]
        return int(found or 0)

    return {
        "repositories": total(Repository, "pull_count"),
        "days": total(DailyCount, "pulls"),
        "manifests": total(Manifest, "pull_count"),
        "tags": total(Tag, "pull_count"),
        "ids": RegistryEvent.objects.count(),
        "waiting": Notification.objects.count(),
    }


def _took(applied: int, begun: float, used: float) -> dict[str, object]:
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    return {"applied": applied, "seconds": seconds, "used": used}


def _names() -> list[str]:
    return [f"bench/r{number:05}" for number in range(REPOSITORIES)]


def _bodies(number: int) -> Iterator[bytes]:
    chance = random.Random(5)  # noqa: S311 - the same in each run
    names = _names()
    weights = list(accumulate(1 / (rank + 1) for rank in range(REPOSITORIES)))
    run = secrets.randbelow(10**8)  # no id is known from before
    template = envelope("EVENT-ID", "REPOSITORY").decode()
    done = 0
    while done < number:
        for name in chance.choices(names, cum_weights=weights, k=min(_SLICE, number - done)):
            done += 1
            event_id = f"{run:08}-0000-4000-8000-{done:012}"
            yield template.replace("EVENT-ID", event_id).replace("REPOSITORY", name).encode()


def main(step: str, *arguments: str) -> None:
    """Do one step and print its answer."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    steps = {"prepare": prepare, "fill": fill, "apply": apply, "naive": naive, "counts": counts}
    found = steps[step](*map(int, arguments))  # type: ignore[operator]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
