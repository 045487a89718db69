"""Registries tell what nobody can read, or what no database can keep, among what is well (L9)."""

from __future__ import annotations

import json

from tests.faults.cast import Cast, told_pull
from tests.waiting import eventually

PULLS = """
from index.models import Repository
answer = Repository.objects.get(name=name).pull_count
"""
ASIDE = """
from index.models import Notification
answer = Notification.objects.filter(state="quarantined").count()
"""
WAITING = """
from index.models import Notification
answer = Notification.objects.filter(state="new").count()
"""
UNREADABLE = (b"\x00", b"\xff\xfe", b"{", b'{"events": null}', b"[" * 100_000)
GOOD = 50


def test_poisoned_notifications_hold_no_good_one_up(cast: Cast) -> None:
    """Beside and between them; what cannot be read is kept for a look, the rest counts once."""
    before = cast.backstage.run(PULLS, name=cast.public)
    aside = cast.backstage.run(ASIDE)
    for number in range(GOOD):
        for body in (UNREADABLE[number % len(UNREADABLE)], poisoned(cast.public)):
            assert cast.tell(body).status == 202
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + GOOD, within=60)
    eventually(lambda: cast.backstage.run(WAITING) == 0, within=60)
    assert cast.backstage.run(PULLS, name=cast.public) == before + GOOD
    assert cast.backstage.run(ASIDE) == aside + GOOD


def poisoned(repository: str) -> bytes:
    """Return a body with a good event between two that PostgreSQL could not store."""
    [good] = json.loads(told_pull(repository))["events"]
    no_text = {**good, "id": "nul \0", "request": {"method": "GET", "useragent": "\0"}}
    no_time = {
        **good,
        "id": "time",
        "timestamp": "9999-99-99T99:99:99Z",
        "actor": {"name": "\ud800"},
    }
    return json.dumps({"events": [no_text, good, no_time]}).encode()
