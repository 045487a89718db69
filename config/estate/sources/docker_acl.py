"""What the rules of docker_auth certainly allow: the first entry that matches decides, as `authz/acl.go` has it.

Whether an entry matches may hang on what a grant cannot say: an address, a service, a pattern of Go's that is
not read here. Such an entry counts where it takes away and never where it gives, so no grant is ever wider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import product
from typing import Any

from config.estate.sources.errors import Unusable

EVERYTHING = frozenset({"pull", "push", "delete"})
REPOSITORY = "repository"
_CONDITIONS = frozenset({"account", "type", "name", "ip", "service", "labels"})
_EVERYBODY = frozenset({"/.+/", "/.*/", "/^.+$/", "/^.*$/"})
_PLACEHOLDER = re.compile(r"\$\{labels:([^}]+)\}")
_QUOTED = re.compile(r"([\\.+*?()|\[\]{}^$])")
# Of Go's expressions, those that mean the same in Python's.
_PLAIN_CLASS = r"\[\^?[A-Za-z0-9_./@-]+\]"
_CLASS = r"\[\^?(?:[A-Za-z0-9_./@-]|\\[dw.-])+\]"
_SAME_EXPRESSION = re.compile(
    rf"(?:[A-Za-z0-9_/@:, .*+?|()^$-]|\\[.\\+*?()|\[\]{{}}^$/dw-]|{_CLASS})+"
)
_GLOB = re.compile(rf"\\(.)|(\*)|(\?)|({_PLAIN_CLASS})|([\[\\])|(.)", re.DOTALL)
_PATTERN_SIGNS = frozenset("*?[\\$")


class Match(IntEnum):
    """Whether an entry is about a request; of several conditions the least counts."""

    NO = 0
    PERHAPS = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who asks; whoever is in none of the lists is nobody in particular."""

    name: str
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_anybody: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list."""

    place: str  # in which list, and where in it
    conditions: Mapping[str, Any]
    actions: frozenset[str]
    said: str

    def matches(self, account: Account, repository: str) -> Match:
        """Return whether it decides about that repository."""
        known = {"account": account.name, "type": REPOSITORY, "name": repository}
        least = Match.YES
        for condition, pattern in self.conditions.items():
            if condition == "labels":
                found = _labels(pattern, account, known)
            elif condition == "account" and account.is_anybody:
                found = _anybody(pattern)
            elif condition in known:
                found = _text(pattern, known[condition], account, known)
            else:
                found = Match.PERHAPS
            least = min(least, found)
        return least

    @property
    def names_one(self) -> str:
        """The repository that it spells out, "" for a pattern."""
        name = self.conditions.get("name") or ""
        is_pattern = _PATTERN_SIGNS & {*name} or name[:1] == "/"
        return "" if is_pattern or self.conditions.get("type", REPOSITORY) != REPOSITORY else name


def read_entries(told: object, where: str = "acl") -> list[Entry]:
    """Return the entries of a list; raise Unusable, for what is no entry may be one that denies."""
    if not isinstance(told, list):
        message = "acl is no list of entries: is this a configuration of docker_auth?"
        raise Unusable(message)
    return [_entry(f"{where} {number}", one) for number, one in enumerate(told, 1)]


def _entry(place: str, one: object) -> Entry:
    match = one.get("match") if isinstance(one, dict) else None
    actions = one.get("actions") if isinstance(one, dict) else None
    if not isinstance(match, dict) or not isinstance(actions, list):
        message = f"Entry {place} has no match or no list of actions."
        raise Unusable(message)
    if unknown := sorted(set(map(str, match)) - _CONDITIONS):
        message = f"Entry {place} asks for {unknown[0]}, which docker_auth 1.14 does not know."
        raise Unusable(message)
    given = {name: value for name, value in match.items() if value is not None}
    texts = {name: value for name, value in given.items() if name != "labels"}
    if not all(isinstance(value, str) for value in texts.values()):
        message = f"Entry {place} has a condition that is no text: put it in quotes."
        raise Unusable(message)
    if not isinstance(given.get("labels", {}), dict):
        message = f"Entry {place} has labels that are no names with patterns."
        raise Unusable(message)
    allowed = EVERYTHING if actions == ["*"] else frozenset(map(str, actions))
    conditions = ", ".join(f"{name} {value!r}" for name, value in given.items())
    return Entry(
        place, given, allowed, f"{conditions or 'anything'}: {', '.join(map(str, actions))}"
    )


def certain(entries: Sequence[Entry], account: Account, repository: str) -> frozenset[str]:
    """Return what the account may do whatever the conditions that cannot be known."""
    allowed = EVERYTHING
    for entry in entries:
        found = entry.matches(account, repository)
        if found:
            allowed &= entry.actions
        if found is Match.YES:
            return allowed
    return frozenset()


def _labels(wanted: Mapping[str, Any], account: Account, known: Mapping[str, str]) -> Match:
    if account.is_anybody:
        return Match.PERHAPS
    least = Match.YES
    for label, pattern in wanted.items():
        found = [
            _text(str(pattern), value, account, known) for value in account.labels.get(label, ())
        ]
        least = min(least, max(found, default=Match.NO))
    return least


def _anybody(pattern: str) -> Match:
    if pattern in _EVERYBODY:
        return Match.YES
    return Match.NO if pattern == "" else Match.PERHAPS


def _text(pattern: str, value: str, account: Account, known: Mapping[str, str]) -> Match:
    if account.is_anybody and ("${account}" in pattern or "${labels:" in pattern):
        return Match.PERHAPS
    for name, one in known.items():
        pattern = pattern.replace(f"${{{name}}}", _QUOTED.sub(r"\\\1", one))
    labels = dict.fromkeys(_PLACEHOLDER.findall(pattern))
    found = [Match.NO]
    for values in product(*(account.labels.get(label, ()) for label in labels)):
        one = pattern
        for label, given in zip(labels, values, strict=True):
            one = one.replace(f"${{labels:{label}}}", given)
        found.append(_plain(one, value))
    return max(found)


def _plain(pattern: str, value: str) -> Match:
    expression = _compiled(pattern)
    if expression is None:
        return Match.PERHAPS
    return Match.YES if expression.search(value) else Match.NO


@lru_cache(maxsize=50_000)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return what a pattern matches, None where it is not read here."""
    if "${" in pattern:  # the service, or a part of another condition
        return None
    text: str | None = None
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        inside = pattern[1:-1]
        text = inside if _SAME_EXPRESSION.fullmatch(inside) else None
    elif (glob := _expression(pattern)) is not None:
        text = rf"\A(?:{glob})\Z"
    try:
        return re.compile(text, re.ASCII) if text is not None else None
    except re.error:
        return None


def _expression(glob: str) -> str | None:
    """Return a glob of Go's `path.Match` as an expression, None where it has what is not read here."""
    parts = []
    for escaped, star, question, letters, strange, plain in _GLOB.findall(glob):
        if strange:
            return None
        if letters:
            parts.append(letters)
        elif star:
            parts.append("[^/]*")
        elif question:
            parts.append("[^/]")
        else:
            parts.append(re.escape(escaped or plain))
    return "".join(parts)
