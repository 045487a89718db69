"""Decide what people reported: dismiss it, hide or archive the repository, suspend who holds it.

Each decision has a reason. Who reported it and, unless nothing was changed, the admins of the
repository are told.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.flows import manage_organizations, manage_people
from accounts.flows.manage_people import check_reason
from accounts.models import Namespace, User, Visibility
from accounts.principals import Principal
from index.access import admins_of
from index.activity import note
from index.errors import AlreadyDecided, Denied, ReportRefused
from index.flows.change_repository import change_mode
from index.flows.operate import check_operator
from index.flows.quotas import lock_namespace
from index.mails import send_after_commit
from index.models import (
    ActivityKind,
    Hiding,
    Report,
    ReportState,
    Repository,
    RepositoryMode,
    RepositoryState,
)


def decide_report(report: Report, *, decision: ReportState, by: Principal, reason: str) -> int:
    """Decide one report; but for a dismissal, with it all that wait about the same repository.

    Returns how many. Raises Denied, AlreadyDecided, ReportRefused, or what disabling an account or
    freezing an organization refuses.
    """
    _check(by, reason)
    with transaction.atomic():
        repository = _hold(report.repository_id)
        waiting = _waiting(report, repository, decision)
        told = admins_of(repository)
        if decision is not ReportState.DISMISSED:
            _check_live(repository)
            _tell_admins(repository, told, decision, reason)
            _act(repository, decision, by=by, reason=reason)
        for one in waiting:
            one.state, one.note = decision, reason
            one.decided_by, one.decided_at = by.user, timezone.now()
            one.save(update_fields=["state", "note", "decided_by", "decided_at"])
        record(
            AuditAction.REPORT_DECIDED,
            by=by,
            target=repository.name,
            decision=decision.value,
            reports=len(waiting),
            reason=reason,
        )
        _tell_reporters(waiting, decision)
    return len(waiting)


def show_again(repository: Repository, *, by: Principal, reason: str) -> None:
    """Let its admins decide again who sees it; it stays private until they do. Raises Denied."""
    _check(by, reason)
    with transaction.atomic():
        held = _hold(repository.pk)
        if not Hiding.objects.filter(repository=held).delete()[0]:
            return
        record(
            AuditAction.REPOSITORY_SHOWN,
            by=by,
            namespace=held.namespace,
            target=held.name,
            reason=reason,
        )
        to = admins_of(held)
        send_after_commit("repository_shown", to=to, repository=held.name, reason=reason)


def _act(repository: Repository, decision: ReportState, *, by: Principal, reason: str) -> None:
    if decision is ReportState.ARCHIVED:
        change_mode(repository, by=by, mode=RepositoryMode.ARCHIVED)
        return
    _hide(repository, by=by, reason=reason)
    if decision is ReportState.SUSPENDED:
        _suspend(repository.namespace, by=by, reason=reason)


def _hide(repository: Repository, *, by: Principal, reason: str) -> None:
    """Make it private and keep it so; whatever the plan says of private repositories."""
    Hiding.objects.get_or_create(
        repository=repository, defaults={"hidden_by": by.user, "reason": reason}
    )
    was = repository.visibility
    if was != Visibility.PRIVATE:
        repository.visibility = Visibility.PRIVATE
        repository.save(update_fields=["visibility"])
        details = {"visibility": Visibility.PRIVATE.value, "old_visibility": str(was)}
        note(ActivityKind.VISIBILITY, repository, by=by, **details)
    record(
        AuditAction.REPOSITORY_HIDDEN,
        by=by,
        namespace=repository.namespace,
        target=repository.name,
        reason=reason,
        old_visibility=str(was),
    )


def _suspend(namespace: Namespace, *, by: Principal, reason: str) -> None:
    if namespace.user:
        manage_people.disable(namespace.user, by=by, reason=reason)
    elif namespace.organization:
        manage_organizations.freeze(namespace.organization, by=by, reason=reason)
    else:
        message = "Official images are nobody's: there is no one to suspend. Hide it instead."
        raise ReportRefused(message)


def _waiting(report: Report, repository: Repository, decision: ReportState) -> list[Report]:
    rows = Report.objects.select_for_update(of=("self",)).select_related("reporter")
    waiting = list(rows.filter(repository=repository, state=ReportState.OPEN).order_by("pk"))
    if report.pk not in {one.pk for one in waiting}:
        message = "This report has been decided already."
        raise AlreadyDecided(message)
    if decision is ReportState.OPEN:
        message = "Choose what is to be done."
        raise ReportRefused(message)
    return (
        waiting
        if decision is not ReportState.DISMISSED
        else [one for one in waiting if one.pk == report.pk]
    )


def _hold(repository_id: int) -> Repository:
    found = Repository.objects.select_related("namespace").get(pk=repository_id)
    namespace = lock_namespace(found.namespace_id)
    held = Repository.objects.locked().get(pk=repository_id)
    held.namespace = namespace
    return held


def _check_live(repository: Repository) -> None:
    if repository.state != RepositoryState.ACTIVE:
        message = f"{repository} is deleted, or lies in the trash: dismiss the report."
        raise ReportRefused(message)


def _tell_admins(
    repository: Repository, to: list[User], decision: ReportState, reason: str
) -> None:
    send_after_commit(
        "repository_decided",
        to=to,
        repository=repository.name,
        decision=decision.value,
        reason=reason,
    )


def _tell_reporters(reports: list[Report], decision: ReportState) -> None:
    """Mail each; of the name they reported, for the present one may be out of their sight."""
    for one in reports:
        to = [one.reporter or one.email] if one.reporter or one.email else []
        name = one.repository_name
        send_after_commit("report_decided", to=to, repository=name, decision=decision.value)


def _check(by: Principal, reason: str) -> None:
    check_operator(by, "what was reported")
    if by.user is None:
        message = "only people decide on reports"
        raise Denied(message)
    check_reason(reason)
