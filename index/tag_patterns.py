"""Patterns of tags that never change: `*`, `v*`, `1.2.3`. Pure; reject, never repair.

A pattern is a tag in which `*` stands for any characters, none included. Matching takes linear time
whatever the pattern: no regular expression is made of what people type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.errors import PatternRefused

MOST_PATTERNS = 20
LONGEST_PATTERN = 128  # as a tag
_PATTERN = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9._*-]*", re.ASCII)


def parse_patterns(texts: Iterable[str]) -> list[str]:
    """Return the patterns as they came; raise PatternRefused with the rule that one breaks."""
    patterns = list(texts)
    if len(patterns) > MOST_PATTERNS:
        message = f"There are at most {MOST_PATTERNS} patterns, and these are {len(patterns)}."
        raise PatternRefused(message)
    for number, pattern in enumerate(patterns):
        _check(pattern)
        if pattern in patterns[:number]:
            message = f"{pattern} is there twice. Once is enough."
            raise PatternRefused(message)
    return patterns


def frozen_by(patterns: Sequence[str], tag: str) -> str:
    """Return the first pattern that the tag matches, "" if none: then it may change."""
    return next((pattern for pattern in patterns if _matches(pattern, tag)), "")


def _check(pattern: str) -> None:
    if len(pattern) > LONGEST_PATTERN:
        message = f"A pattern has at most {LONGEST_PATTERN} characters, as a tag has."
        raise PatternRefused(message)
    if not _PATTERN.fullmatch(pattern):
        message = (
            f"{pattern[:40]!a} is no pattern of tags. Take letters, digits, . _ - and *, and begin "
            "with neither . nor -, like: v*"
        )
        raise PatternRefused(message)
    if "**" in pattern:
        message = f"{pattern[:40]} has two stars side by side. One says the same."
        raise PatternRefused(message)


def _matches(pattern: str, tag: str) -> bool:
    first, *more = pattern.split("*")
    if not more:
        return pattern == tag
    *middle, last = more
    at, end = len(first), len(tag) - len(last)
    if tag[:at] != first or end < at or tag[end:] != last:
        return False
    for part in middle:
        found = tag.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
