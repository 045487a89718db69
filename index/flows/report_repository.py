"""Report a repository to the administrators of the site: anybody who sees it may, logged in or not.

Its owners do not learn who reported it: the event of the audit belongs to no namespace.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import TextRefused
from accounts.flows import proof_of_work
from accounts.limits import REPORTS
from accounts.models import User
from accounts.principals import Principal
from accounts.profile_text import check_line
from accounts.ratelimits import network_of, spend
from index.errors import ReportRefused, RepositoryUnknown
from index.mails import send_after_commit
from index.models import LONGEST_REPORT, Report, ReportKind, ReportState, Repository
from index.policy import allowed_actions
from index.roles import Action


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says is wrong; `email` is where to answer who is not logged in."""

    kind: ReportKind
    text: str
    email: str = ""


def report_repository(
    repository: Repository,
    *,
    by: Principal,
    words: Words,
    address: str,
    proof: str = "",
) -> Report:
    """Write it down for a decision; who reports a second time says more on the first report.

    `address` is the peer's. Raises RepositoryUnknown, ReportRefused, TextRefused, LimitReached, or
    SignupRefused without the calculation that keeps machines out, where this site asks for one.
    """
    if Action.PULL not in allowed_actions(by, repository).actions:
        message = f"{repository} does not exist, or you may not see it"
        raise RepositoryUnknown(message)
    if not words.text.strip():
        raise ReportRefused(_("Say what is wrong: administrators look at that first."))
    text = _checked(words.text)
    if by.is_anonymous and is_proof_demanded():
        proof_of_work.check_proof(proof)
    network = network_of(address)
    spend(REPORTS, by.subject or network, what="reports")
    with transaction.atomic():
        is_first = not Report.objects.filter(state=ReportState.OPEN).exists()
        report, is_new = _note(repository, by, words, text=text, network=network)
        if is_new:
            kind = words.kind.value
            record(AuditAction.REPOSITORY_REPORTED, by=by, target=repository.name, kind=kind)
        if is_first:
            _tell_administrators(repository, words.kind)
    return report


def _note(
    repository: Repository, by: Principal, words: Words, *, text: str, network: str
) -> tuple[Report, bool]:
    """Return the row, and whether it is new."""
    said = {"repository_name": repository.name, "kind": words.kind}
    said |= {"text": text, "network": network}
    if by.user is None:
        return Report.objects.create(repository=repository, email=words.email, **said), True
    return Report.objects.update_or_create(
        repository=repository, reporter=by.user, state=ReportState.OPEN, defaults=said
    )


def _checked(text: str) -> str:
    """Return it without blanks at the ends of its lines; raise TextRefused."""
    lines = [line.strip() for line in text.strip().splitlines()]
    for line in lines:
        check_line(line, what="The report", longest=LONGEST_REPORT)
    whole = "\n".join(lines)
    if len(whole) > LONGEST_REPORT:
        message = f"The report has at most {LONGEST_REPORT} characters."
        raise TextRefused(message)
    return whole


def is_proof_demanded() -> bool:
    """Whether somebody who is not logged in lets the browser work first."""
    return bool(settings.SIGNUP_CAPTCHA)


def _tell_administrators(repository: Repository, kind: ReportKind) -> None:
    """Mail them once, and not again while something waits."""
    to = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    send_after_commit("report_waits", to=to, repository=repository.name, what=str(kind.label))
