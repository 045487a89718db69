"""Which texts of an image's config are searched, and what each place is called. Pure.

A config comes from whoever pushes: anything may be of any type and size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from index.secret_check.formats import Secret, assigned_secret, find_secrets

MOST_FINDINGS = 100  # of one image
_MOST_TEXTS = 2_000
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_TEXT = 32_768
_MOST_LETTERS = 524_288  # of all texts together: the worst that was tried took three seconds


@dataclass(frozen=True, slots=True)
class Found:
    """A credential, and where in the image it stands."""

    secret: Secret
    place: str


@dataclass(frozen=True, slots=True)
class _Text:
    place: str
    text: str
    variable: str = ""  # what it is assigned to


def search_config(config: dict[str, Any]) -> list[Found]:
    """Return what looks like a credential in environment, commands, labels and build history."""
    found = (one for text in _bounded(_texts(config)) for one in _search(text))
    unique = {(one.secret.value, one.place): one for one in islice(found, MOST_FINDINGS * 10)}
    return list(unique.values())[:MOST_FINDINGS]


def _bounded(texts: Iterable[_Text]) -> Iterator[_Text]:
    letters = 0
    for text in islice(texts, _MOST_TEXTS):
        letters += len(text.text)
        if letters > _MOST_LETTERS:
            return
        yield text


def _search(text: _Text) -> Iterator[Found]:
    found = list(find_secrets(text.text))
    yield from (Found(secret, text.place) for secret in found)
    named = assigned_secret(text.variable, text.text) if text.variable else None
    if named and not found:  # what is known by its form is told by its form
        yield Found(named, text.place)


def _texts(config: dict[str, Any]) -> Iterator[_Text]:
    settings = _dict(config.get("config"))
    for entry in _strings(settings.get("Env")):
        name, _, value = entry.partition("=")
        yield _Text(f"environment variable {_short(name)}", value, variable=name)
    for key, place in (("Cmd", "command"), ("Entrypoint", "entrypoint"), ("Shell", "shell")):
        yield _Text(place, _cut(" ".join(_strings(settings.get(key)))))
    test = _dict(settings.get("Healthcheck")).get("Test")
    yield _Text("health check", _cut(" ".join(_strings(test))))
    for name, value in _dict(settings.get("Labels")).items():
        if isinstance(value, str):
            yield _Text(f"label {_short(name)}", _cut(value))
    yield from _steps(config.get("history"))


def _steps(history: Any) -> Iterator[_Text]:
    for number, step in enumerate(history if isinstance(history, list) else [], start=1):
        for key in ("created_by", "comment"):
            text = _dict(step).get(key)
            if isinstance(text, str):
                yield _Text(f"build history, step {number}", _cut(text))


def _strings(value: Any) -> list[str]:
    items = value if isinstance(value, list) else []
    return [_cut(item) for item in items[:_MOST_TEXTS] if isinstance(item, str)]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _cut(text: str) -> str:
    return text[:_LONGEST_TEXT]


def _short(name: str) -> str:
    """Return a name that may stand in a mail: nobody writes sentences with these letters."""
    return _NOT_IN_NAMES.sub("?", name[:80])
