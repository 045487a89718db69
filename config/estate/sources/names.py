"""Names of other products and what they are called here. None is changed unasked: it is mapped, or refused with advice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from accounts.errors import NameInvalid as AccountNameInvalid
from accounts.errors import NameReserved
from accounts.flows.robot_accounts import check_robot_name
from accounts.names import check_organization_name, check_team_name, check_user_name
from config.estate.sources.errors import NotTaken, Unusable
from index.errors import NameInvalid
from index.names import parse_repository_name


class Kind(StrEnum):
    """What a name is of; in a map `person:J.Doe=jdoe` speaks of people alone."""

    PERSON = "person"
    ORGANIZATION = "organization"
    TEAM = "team"
    ROBOT = "robot"
    REPOSITORY = "repository"


_REFUSALS = (AccountNameInvalid, NameReserved, NameInvalid)
_CHECKS: dict[Kind, Callable[[str], object]] = {
    Kind.PERSON: check_user_name,
    Kind.ORGANIZATION: check_organization_name,
    Kind.TEAM: check_team_name,
    Kind.ROBOT: check_robot_name,
    Kind.REPOSITORY: parse_repository_name,
}
_SHARED = {Kind.PERSON, Kind.ORGANIZATION}  # both hold namespaces, so they compete for names
_LEAST = {Kind.PERSON: 4, Kind.ORGANIZATION: 4, Kind.TEAM: 2, Kind.ROBOT: 2}
_MOST = 30


class Names:
    """What each name of the source is called here."""

    def __init__(self, mapping: Mapping[str, str] | None = None) -> None:
        """Take the map of the operator."""
        self._mapping = dict(mapping or {})
        self._holders: dict[str, tuple[Kind, str]] = {}
        self.advice: dict[str, str] = {}

    def take(self, kind: Kind, old: str) -> str:
        """Return what it is called here, and keep that for it; raise NotTaken."""
        new = self.legal(kind, old)
        if kind in _SHARED and self._holders.setdefault(new, (kind, old)) != (kind, old):
            other_kind, other = self._holders[new]
            self._advise(kind, old, f"{new} is already the {other_kind} {other} here")
        return new

    def legal(self, kind: Kind, old: str) -> str:
        """Return what it is called here, without keeping it; raise NotTaken."""
        new = self._mapping.get(f"{kind}:{old}", self._mapping.get(old, old))
        try:
            _CHECKS[kind](new)
        except _REFUSALS as refusal:
            self._advise(kind, old, str(refusal).rstrip("."))
        return new

    def _advise(self, kind: Kind, old: str, why: str) -> NoReturn:
        advised = self._suggestion(kind, old)
        self.advice[f"{kind}:{old}"] = advised
        message = f"{why}. In the map of names it could be: {kind}:{old}={advised}"
        raise NotTaken(message)

    def _suggestion(self, kind: Kind, old: str) -> str:
        if kind is Kind.REPOSITORY:
            return _repository_like(old)
        between = "" if kind is Kind.PERSON else "-"
        made = re.sub(r"[^a-z0-9]+", between, old.lower()).strip("-") or kind.value
        made = made[: _MOST - 4].strip("-")
        advised = {*self.advice.values()}
        for ending in ("", *map(str, range(1, 1000))):
            one = made + ending.rjust(max(0, _LEAST[kind] - len(made)), "0") if ending else made
            if one not in self._holders and one not in advised and _is_legal(kind, one):
                return one
        return made


def read_map(path: Path) -> dict[str, str]:
    """Return a map of names, a line `old=new` or `kind:old=new` each; raise Unusable."""
    found: dict[str, str] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        message = f"The map of names {path.name} cannot be read as UTF-8 text: {trouble}."
        raise Unusable(message) from trouble
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        old, equals, new = (part.strip() for part in text.rpartition("="))
        if not equals or not old or not new:
            message = f"Line {number} of the map of names is not like old=new: {text[:60]}."
            raise Unusable(message)
        if found.setdefault(old, new) != new:
            message = f"Line {number} of the map of names: {old} is there twice."
            raise Unusable(message)
    return found


def write_map(path: Path, advice: Mapping[str, str]) -> None:
    """Write the advice as a map of names, to be looked through and given back."""
    lines: Iterable[str] = (f"{old}={new}\n" for old, new in sorted(advice.items()))
    path.write_text("".join(["# old=new; look it through, then give it to --map\n", *lines]))


def _repository_like(old: str) -> str:
    parts = [re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in old.split("/")]
    return "/".join(part for part in parts if part)


def _is_legal(kind: Kind, name: str) -> bool:
    try:
        _CHECKS[kind](name)
    except _REFUSALS:
        return False
    return True
