"""Which clients were tried, with what they can: docs/compatibility.json, for the guide."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

_PROTOCOL = "curl"  # no client, but how the protocol itself is asked
_RUNS = Path(settings.BASE_DIR) / "docs" / "compatibility.json"


@dataclass(frozen=True, slots=True)
class Tried:
    """One program, and what it did with every registry that it was tried with."""

    name: str
    version: str
    does: frozenset[str]


def tried_clients() -> dict[str, object]:
    """Return the clients, the day, and the versions of the registries."""
    runs = json.loads(_RUNS.read_text(encoding="utf-8"))
    clients = runs[-1]["clients"]
    return {
        "tried_on": runs[-1]["date"],
        "tried_registries": ", ".join(run["registry"] for run in runs),
        "clients": [
            Tried(name, version, _does(runs, name))
            for name, version in clients.items()
            if name != _PROTOCOL
        ],
    }


def _does(runs: list[dict[str, list[dict[str, str | list[str]]]]], name: str) -> frozenset[str]:
    """Return the operations that passed with each."""
    passed = []
    for run in runs:
        mine = [one for one in run["results"] if one["client"] == name]
        failed = {word for one in mine if one["outcome"] != "passed" for word in one["operations"]}
        passed.append({word for one in mine for word in one["operations"]} - failed)
    return frozenset(set.intersection(*passed))
