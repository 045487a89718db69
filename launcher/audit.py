"""`./dev audit`: whether weaknesses are known of what the locks pin, asked of OSV, the open database.

Names and versions of public packages are sent there, and nothing else. Without a network nobody was asked,
and that is what is said: neither that all is well nor that anything is wrong.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from launcher.environment import DEVELOPMENT
from launcher.layout import Layout
from launcher.lock import Package, packages
from launcher.results import Outcome, skipped_stage

SERVICE = "https://api.osv.dev/v1/querybatch"
ACCEPTED = "accepted-weaknesses.txt"
NOT_ASKED = 3
_SECONDS = 20


class NotAsked(Exception):
    """Nobody could be asked; says why."""


def audit(layout: Layout) -> int:
    """Ask and report: 0 nothing is known, 1 something is, 3 nobody could be asked."""
    outcome = look(layout.checkout)
    print(outcome.line)
    if outcome.skips:
        return NOT_ASKED
    return 1 if outcome.failed else 0


def look(checkout: Path) -> Outcome:
    """Ask about everything in the locks; each weakness that was not accepted is a line."""
    known = packages(checkout / DEVELOPMENT)  # holds those of the runtime, too
    try:
        found = weaknesses(known)
    except NotAsked as error:
        return skipped_stage("audit", f"not asked: {error}")
    accepted = accepted_ones(checkout)
    new = {package: [one for one in ids if one not in accepted] for package, ids in found.items()}
    for package, ids in new.items():
        for one in ids:
            print(
                f"{package.name} {package.version}: {one}, see https://osv.dev/vulnerability/{one}"
            )
    bad = sum(bool(ids) for ids in new.values())
    return Outcome("audit", passed=len(known) - bad, failed=bad)


def weaknesses(known: Sequence[Package]) -> Mapping[Package, list[str]]:
    """What is known of each package, by number; raises NotAsked."""
    question = [
        {"package": {"ecosystem": "PyPI", "name": one.name}, "version": one.version}
        for one in known
    ]
    body = json.dumps({"queries": question}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(SERVICE, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - our own address
            answers = json.load(response)["results"]
    except (OSError, ValueError, KeyError) as error:
        raise NotAsked(str(error)) from error
    if len(answers) != len(known):
        message = "the answer is about something else"
        raise NotAsked(message)
    return {
        package: [str(one["id"]) for one in answer.get("vulns", ())]
        for package, answer in zip(known, answers, strict=True)
    }


def accepted_ones(checkout: Path) -> set[str]:
    """Numbers that were looked at and do not concern us: one a line, with the reason behind a #."""
    file = checkout / ACCEPTED
    if not file.exists():
        return set()
    lines = (line.partition("#") for line in file.read_text().splitlines())
    return {number.strip() for number, _, reason in lines if number.strip() and reason.strip()}
