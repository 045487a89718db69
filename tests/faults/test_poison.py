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
BODIES = 50


def test_poisoned_notifications_hold_no_good_one_up(cast: Cast) -> None:
    """Beside and between them; what cannot be read is kept for a look, the rest counts once."""
    told = cast.backstage.run(PULLS, name=cast.public) + 2 * BODIES
    aside = cast.backstage.run(ASIDE)
    for number in range(BODIES):
        for body in (UNREADABLE[number % len(UNREADABLE)], poisoned(cast.public)):
            assert cast.tell(body).status == 202
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == told, within=60)
    eventually(lambda: cast.backstage.run(WAITING) == 0, within=60)
    assert cast.backstage.run(PULLS, name=cast.public) == told
    assert cast.backstage.run(ASIDE) == aside + BODIES


def poisoned(repository: str) -> bytes:
    """Return a body with a good event beside one without a readable id, and one without a time.

    The last one counts: when it was is not known, but that it was.
    """
    [good] = json.loads(told_pull(repository))["events"]
    [odd] = json.loads(told_pull(repository))["events"]
    no_id = {**good, "id": "nul \0", "request": {"method": "GET", "useragent": "\0"}}
    no_time = {**odd, "timestamp": "9999-99-99T99:99:99Z", "actor": {"name": "\ud800"}}
    return json.dumps({"events": [no_id, good, no_time]}).encode()
