"""Rules of Harbor's projects about tags: which never change, which are kept. JSON in columns of text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from config.estate.sources.moving import Moving
from config.estate.sources.tables import is_true
from config.estate.sources.told import Told
from index.errors import PatternRefused
from index.tag_patterns import MOST_PATTERNS, parse_patterns

_ALL = "**"
_LITERAL = re.compile(r"[a-z0-9._/-]+", re.ASCII)
_BRACES = re.compile(r"\{([^{}]*)\}")
_KEPT = {
    "latestPushedK": "the newest {} by push",
    "latestPulledN": "the newest {} by pull",
    "nDaysSinceLastPush": "those pushed in the last {} days",
    "nDaysSinceLastPull": "those pulled in the last {} days",
    "always": "all",
}


class Rules:
    """What the rules say of a repository here, and what cannot be said."""

    def __init__(self, moving: Moving) -> None:
        """Begin with none."""
        self._moving = moving
        self._immutable: dict[str, list[tuple[str, list[str]]]] = {}

    def read(self, projects: Mapping[str, str]) -> None:
        """Read all rules."""
        asked = (
            "SELECT r.*, p.name FROM immutable_tag_rule r "
            "LEFT JOIN project p ON p.project_id = r.project_id"
        )
        for row in self._moving.tables.ask(asked):
            said = f"{row['name']}: {_described(Told(row['tag_filter']))}"
            if row["project_id"] not in projects:
                self._moving.leave("immutable tags", said, "its project does not move along")
            elif is_true(row["disabled"]):
                self._moving.leave("immutable tags", said, "the rule is switched off in Harbor")
            else:
                self._take(row["project_id"], Told(row["tag_filter"]), said)
        for row in self._moving.tables.ask(
            "SELECT r.data, p.name FROM retention_policy r "
            "LEFT JOIN project p ON p.project_id = r.scope_reference"
        ):
            self._leave_retention(row["name"], Told(row["data"]))

    def immutable(self, project: str, repository: str) -> tuple[str, ...]:
        """Return the patterns of tags that never change in a repository of Harbor's name."""
        found: list[str] = []
        for where, patterns in self._immutable.get(project, []):
            if where in {_ALL, repository.partition("/")[2]}:
                found += [one for one in patterns if one not in found]
        if len(found) > MOST_PATTERNS:
            reason = f"there are more than {MOST_PATTERNS}; the first are taken over"
            self._moving.leave("immutable tags", repository, reason)
        return tuple(found[:MOST_PATTERNS])

    def _take(self, project: str, rule: Told, said: str) -> None:
        patterns, where = _tags(rule), _repositories(rule)
        if patterns is None or where is None:
            reason = (
                "it excludes, or has patterns with more than * and {a,b}: say it here otherwise"
            )
            self._moving.leave("immutable tags", said, reason)
            return
        self._immutable.setdefault(project, []).append((where, patterns))

    def _leave_retention(self, project: str | None, policy: Told) -> None:
        for one in policy.several("rules"):
            rule = Told(json.dumps(one))
            template = rule.text("template")
            kept = _KEPT.get(template, template).format(_parameter(one, template))
            said = f"{project}: of {_described(rule)} keep {kept}"
            reason = (
                "when its tags were pushed is not known here at first, so a rule could delete the wrong "
                "ones: add it in the repository's settings once you have looked"
            )
            self._moving.leave("retention rule", said, reason)


def _tags(rule: Told) -> list[str] | None:
    """Return the patterns as they are written here, None where that cannot be done."""
    selectors = rule.several("tag_selectors")
    first = Told(json.dumps(selectors[0] if selectors else None))  # Harbor looks at the first alone
    if first.text("decoration") != "matches":
        return None
    patterns = [one.replace(_ALL, "*") for one in _expanded(first.text("pattern"))]
    try:
        return parse_patterns(dict.fromkeys(patterns))
    except PatternRefused:
        return None


def _repositories(rule: Told) -> str | None:
    """Return `**` for all, or the one repository that it is about."""
    selectors = rule.several("scope_selectors", "repository")
    first = Told(json.dumps(selectors[0] if selectors else None))
    pattern = first.text("pattern")
    is_plain = pattern == _ALL or _LITERAL.fullmatch(pattern) is not None
    return pattern if is_plain and first.text("decoration") == "repoMatches" else None


def _expanded(pattern: str) -> list[str]:
    """Return `{a,b}` as two patterns; other signs of doublestar stay, and are refused then."""
    found = _BRACES.search(pattern)
    if not found:
        return [pattern]
    before, after = pattern[: found.start()], pattern[found.end() :]
    return [one for part in found[1].split(",") for one in _expanded(before + part + after)]


def _described(rule: Told) -> str:
    tags = [
        str(one.get("pattern")) for one in rule.several("tag_selectors") if isinstance(one, dict)
    ]
    where = [
        str(one.get("pattern"))
        for one in rule.several("scope_selectors", "repository")
        if isinstance(one, dict)
    ]
    return f"tags {', '.join(tags)} in {', '.join(where)}"


def _parameter(rule: Any, template: str) -> Any:
    parameters = rule.get("params") if isinstance(rule, dict) else None
    return parameters.get(template, "?") if isinstance(parameters, dict) else "?"
