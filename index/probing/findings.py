"""What looking at a registry finds: every finding says in words how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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


WORDS = {
    Verdict.GOOD: gettext_lazy("good"),
    Verdict.WARNING: gettext_lazy("warning"),
    Verdict.BAD: gettext_lazy("bad"),
    Verdict.UNKNOWN: gettext_lazy("unknown"),
}
TITLES = {
    Check.REACHABLE: gettext_lazy("Answers"),
    Check.REGISTRY: gettext_lazy("Is a registry"),
    Check.CLOSED: gettext_lazy("Refuses whoever has no token"),
    Check.CHALLENGE: gettext_lazy("Names our service and realm"),
    Check.TOKENS: gettext_lazy("Takes our tokens"),
    Check.FOREIGN: gettext_lazy("Refuses tokens of others"),
    Check.DELETES: gettext_lazy("Deletes"),
    Check.UPLOADS: gettext_lazy("Takes uploads"),
    Check.NOTIFICATIONS: gettext_lazy("Notifies us"),
    Check.CLOCK: gettext_lazy("Has the right time"),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How something looks: a sentence, untranslated, with `%(name)s` for what is in `values`."""

    verdict: Verdict
    words: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how it looked."""

    check: Check
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """How it looked."""
        return self.judgement.verdict

    @property
    def sentence(self) -> str:
        """What was found, for whoever reads now."""
        return str(told(self.as_json())["words"])

    def as_json(self) -> dict[str, Any]:
        """Return it as rows keep it."""
        judged = self.judgement
        return {
            "check": self.check.value,
            "verdict": judged.verdict.value,
            "words": judged.words,
            "values": dict(judged.values),
        }


def told(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept finding with its sentence for whoever reads now."""
    found = dict(kept)
    values = found.pop("values", None)
    # Rows of before had their values in the sentence.
    words = kept["words"] if values is None else _(kept["words"]) % values
    return found | {"words": words}


@dataclass(slots=True)
class Report:
    """What one look found; `wrote_at` is when bytes were written whose notification should come."""

    findings: list[Finding] = field(default_factory=list)
    milliseconds: int | None = None
    wrote_at: datetime | None = None

    def add(self, check: Check, verdict: Verdict, words: str, **values: str | int) -> None:
        """Add what looks so."""
        self.judge(check, Judgement(verdict, words, values))

    def judge(self, check: Check, judgement: Judgement) -> None:
        """Add what was judged."""
        self.findings.append(Finding(check, judgement))
