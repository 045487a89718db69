"""What looking at a registry finds: every finding says in words how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How it looks."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """What is looked at, in this order."""

    REACHABLE = "reachable"
    REGISTRY = "registry"
    CLOSED = "closed"
    CHALLENGE = "challenge"
    TOKENS = "tokens"
    FOREIGN = "foreign-tokens"
    DELETES = "deletes"
    UPLOADS = "uploads"
    NOTIFICATIONS = "notifications"
    CLOCK = "clock"


TITLES = {
    Check.REACHABLE: "Answers",
    Check.REGISTRY: "Is a registry",
    Check.CLOSED: "Refuses whoever has no token",
    Check.CHALLENGE: "Names our service and realm",
    Check.TOKENS: "Takes our tokens",
    Check.FOREIGN: "Refuses tokens of others",
    Check.DELETES: "Deletes",
    Check.UPLOADS: "Takes uploads",
    Check.NOTIFICATIONS: "Notifies us",
    Check.CLOCK: "Has the right time",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: Check
    verdict: Verdict
    words: str

    def as_json(self) -> dict[str, str]:
        """Return it as rows and the API have it."""
        return {"check": self.check.value, "verdict": self.verdict.value, "words": self.words}


@dataclass(slots=True)
class Report:
    """What one look found; `wrote_at` is when bytes were written whose notification should come."""

    findings: list[Finding] = field(default_factory=list)
    milliseconds: int | None = None
    wrote_at: datetime | None = None

    def add(self, check: Check, verdict: Verdict, words: str) -> None:
        """Add one finding."""
        self.findings.append(Finding(check, verdict, words))
