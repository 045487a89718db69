"""The recent denials of repositories, for the people who can help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from index.credential_words import name_of, public_parts
from index.models import Denial, Door, Repository
from index.reasons import NO_ROLE, ROLE
from index.rules import LIMITING

# Why, by the code of the reason; the page that explains has the details.
REASONS = {
    NO_ROLE: gettext_lazy("no role there"),
    ROLE: gettext_lazy("the role does not allow it"),
    "credential": gettext_lazy("the access token leaves less"),
    "quota": gettext_lazy("the plan of the namespace is full"),
    "immutable-tag": gettext_lazy("the tag never changes"),
    "read-only": gettext_lazy("the repository is read-only"),
    "archived": gettext_lazy("the repository is archived"),
    "frozen": gettext_lazy("the namespace is frozen by an administrator"),
    "builders": gettext_lazy("the registry takes writes from build servers alone"),
    "promotion": gettext_lazy("the registry takes promotions alone"),
    "deleted": gettext_lazy("the repository was deleted"),
    "service": gettext_lazy("the token was asked for another registry"),
}
assert REASONS.keys() >= {limit.code for limit in LIMITING}  # noqa: S101 - two tables, one truth


@dataclass(frozen=True, slots=True)
class DenialRow:
    """One denial, in words."""

    repository: str
    name: str  # a user name, a robot, a CI job; the network of anonymous clients
    is_anonymous: bool
    credential: str
    door: str
    asked: list[str]
    granted: list[str]
    reason: str
    code: str
    first_at: datetime
    last_at: datetime
    count: int
    explain_query: str

    @property
    def explain_url(self) -> str:
        """The page that says why, as things are now."""
        return f"{reverse('web-repository-explain', args=[self.repository])}?{self.explain_query}"


def denials_of(repositories: QuerySet[Repository]) -> QuerySet[Denial]:
    """Return the denials of these repositories that are still there, the newest first."""
    live = Denial.objects.filter(repository__in=repositories.values("pk"))
    return live.select_related("repository").order_by("-last_at", "-pk")


def describe(denials: Iterable[Denial]) -> list[DenialRow]:
    """Return them in words: one query for all credentials, whatever their number."""
    listed = list(denials)
    parts = public_parts(denial.credential for denial in listed)
    return [_row(denial, parts.get(denial.credential, "")) for denial in listed]


def _row(denial: Denial, public_part: str) -> DenialRow:
    is_anonymous = not denial.subject
    asked = denial.asked.split(",")
    missing = [action for action in asked if action not in denial.granted.split(",")]
    return DenialRow(
        repository=denial.repository.name,
        name=_("anonymous from %(network)s") % {"network": denial.network}
        if is_anonymous
        else denial.name,
        is_anonymous=is_anonymous,
        credential=_credential(denial, public_part),
        door=str(Door(denial.door).label),
        asked=asked,
        granted=denial.granted.split(",") if denial.granted else [],
        reason=str(REASONS.get(denial.reason, denial.reason)),
        code=denial.reason,
        first_at=denial.first_at,
        last_at=denial.last_at,
        count=denial.count,
        explain_query=urlencode(
            {"who": _who(denial, public_part), "action": missing[0] if len(missing) == 1 else ""}
        ),
    )


def _credential(denial: Denial, public_part: str) -> str:
    if not denial.subject:
        return _("none")
    if denial.subject.partition(":")[0] == "workload":
        return _("ID token of a CI job")
    return name_of(denial.credential, public_part)


def _who(denial: Denial, public_part: str) -> str:
    if not denial.subject:
        return "anonymous"
    return public_part or denial.name.partition(" ")[0]
