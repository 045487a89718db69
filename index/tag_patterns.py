"""Patterns of tags that never change: `*`, `v*`, `1.2.3`. Pure; reject, never repair.

A pattern is a tag in which `*` stands for any characters, none included. Matching takes linear time
whatever the pattern: no regular expression is made of what people type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from index.errors import PatternRefused

MOST_PATTERNS = 20
LONGEST_PATTERN = 128  # as a tag
_PATTERN = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9._*-]*", re.ASCII)


def parse_patterns(texts: Iterable[str]) -> list[str]:
    """Return the patterns as they came; raise PatternRefused with the rule that one breaks."""
    patterns = list(texts)
    if len(patterns) > MOST_PATTERNS:
        message = _("There are at most %(most_patterns)s patterns, and these are %(patterns)s.") % {
            "most_patterns": MOST_PATTERNS,
            "patterns": len(patterns),
        }
        raise PatternRefused(message)
    for number, pattern in enumerate(patterns):
        _check(pattern)
        if pattern in patterns[:number]:
            message = _("%(pattern)s is there twice. Once is enough.") % {"pattern": pattern}
            raise PatternRefused(message)
    return patterns


def frozen_by(patterns: Sequence[str], tag: str) -> str:
    """Return the first pattern that the tag matches, "" if none: then it may change."""
    for pattern in patterns:
        if _matches(pattern.split("*"), tag):
            return pattern
    return ""


def matching(pattern: str, tags: Iterable[str]) -> set[str]:
    """Return those of the tags, thousands maybe, that match."""
    parts = pattern.split("*")
    return {tag for tag in tags if _matches(parts, tag)}


def _check(pattern: str) -> None:
    if len(pattern) > LONGEST_PATTERN:
        message = _("A pattern has at most %(longest_pattern)s characters, as a tag has.") % {
            "longest_pattern": LONGEST_PATTERN
        }
        raise PatternRefused(message)
    if not _PATTERN.fullmatch(pattern):
        message = _(
            "%(pattern)s is no pattern of tags. Take letters, digits, . _ - and *, and begin with neither . nor -, like: v*"
        ) % {"pattern": ascii(pattern[:40])}
        raise PatternRefused(message)
    if "**" in pattern:
        message = _("%(pattern)s has two stars side by side. One says the same.") % {
            "pattern": pattern[:40]
        }
        raise PatternRefused(message)


def _matches(parts: Sequence[str], tag: str) -> bool:
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return tag == first
    at, end = len(first), len(tag) - len(last)
    if end < at or not tag.startswith(first) or not tag.endswith(last):
        return False
    for part in parts[1:-1]:
        found = tag.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
