"""Ask for a role on a repository, and answer who asks.

Whoever asks by name learns nothing of whether there is such a repository: not from the answer, not
from a list, and not from a refusal that its admins decide on (case 24).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import TooManyAttempts
from accounts.mail_kinds import MailKind
from accounts.models import User
from accounts.principals import Principal
from accounts.ratelimits import ACCESS_REQUESTS, ACCESS_REQUESTS_FOR_ONE, count, refuse_above
from index.access import admins_of
from index.errors import AlreadyDecided, Denied, GrantRefused
from index.flows.grant_access import grant_access
from index.lookup import find_repository
from index.mails import send_after_commit
from index.models import AccessRequest, Repository
from index.names import RepositoryName
from index.policy import allowed_actions
from index.roles import Role, actions_of


def request_access(
    name: RepositoryName, *, by: Principal, role: Role, message: str = ""
) -> AccessRequest | None:
    """Write the question down, if there is somebody to ask; None says nothing about the name.

    Raises Denied for machines, TooManyAttempts, and GrantRefused to who has that role already.
    """
    asker = by.user
    if asker is None:
        denial = _("only people ask for access")
        raise Denied(denial)
    refuse_above(ACCESS_REQUESTS, str(asker.pk))
    count(ACCESS_REQUESTS, str(asker.pk))
    repository = find_repository(Repository.objects.live(), name)
    if repository is None:
        return None
    with transaction.atomic():
        _check_need(repository, asker, role)
        if _is_overrun(repository):
            return None
        return _ask_once(repository, by, role, message)


def grant_request(
    request: AccessRequest, *, by: Principal, role: Role, until: datetime | None = None
) -> None:
    """Give the asker a role, which tells them so; raise AlreadyDecided, Denied or GrantRefused."""
    with transaction.atomic():
        held = _take(request)
        if not _has(held.repository, held.user, role):
            grant_access(held.repository, to=held.user, role=role, by=by, until=until)
        else:
            _check_admin(held.repository, by)
        _decide(held, by, is_granted=True)


def decline_request(request: AccessRequest, *, by: Principal) -> None:
    """Say no. Whoever may not know of the repository hears nothing, as if there were none.

    Raises AlreadyDecided or Denied.
    """
    with transaction.atomic():
        held = _take(request)
        _check_admin(held.repository, by)
        _decide(held, by, is_granted=False)
        may_know = allowed_actions(Principal(held.user), held.repository).role is not None
        record(
            AuditAction.REPOSITORY_ACCESS_DECLINED,
            by=by,
            namespace=held.repository.namespace,
            user=held.user if may_know else None,
            target=held.repository.name,
            role=held.role,
            asker=held.user.username,
        )
        if may_know:
            send_after_commit(
                "access_declined",
                to=[held.user],
                kind=MailKind.ACCESS,
                repository=held.repository.name,
                role=held.role,
                by=by.name,
            )


def announce_request(request_id: int) -> None:
    """Mail those who can answer, once."""
    with transaction.atomic():
        waiting = AccessRequest.objects.filter(pk=request_id, announced_at=None, decided_at=None)
        if not waiting.update(announced_at=timezone.now()):
            return
        request = AccessRequest.objects.select_related("repository", "user").get(pk=request_id)
        if not request.user.is_active:
            return
        send_after_commit(
            "access_requested",
            to=admins_of(request.repository),
            kind=MailKind.ACCESS_REQUESTS,
            repository=request.repository.name,
            role=request.role,
            asker=request.user.username,
        )


def _has(repository: Repository, user: User, role: Role) -> bool:
    return actions_of(role) <= actions_of(allowed_actions(Principal(user), repository).role)


def _check_need(repository: Repository, asker: User, role: Role) -> None:
    """Refuse what is there already; only someone who may see the repository hears of this."""
    if _has(repository, asker, role):
        message = _("You may do that already: you are %(role)s of %(repository)s, or more.") % {
            "role": role.value,
            "repository": repository,
        }
        raise GrantRefused(message)


def _is_overrun(repository: Repository) -> bool:
    """Whether its admins have been asked too often today; nobody is told, for it would tell much."""
    try:
        refuse_above(ACCESS_REQUESTS_FOR_ONE, str(repository.pk))
    except TooManyAttempts:
        return True
    count(ACCESS_REQUESTS_FOR_ONE, str(repository.pk))
    return False


def _ask_once(repository: Repository, by: Principal, role: Role, message: str) -> AccessRequest:
    text = " ".join(message.split())[:200]
    request, is_new = AccessRequest.objects.get_or_create(
        repository=repository,
        user=by.user,
        decided_at=None,
        defaults={"role": role, "message": text},
    )
    if is_new:
        # Not among the asker's own events: they would tell which names there are.
        record(
            AuditAction.REPOSITORY_ACCESS_REQUESTED,
            by=by,
            namespace=repository.namespace,
            target=repository.name,
            role=role.value,
        )
    elif (request.role, request.message) != (role, text):
        request.role, request.message = role, text
        request.save(update_fields=["role", "message"])
    return request


def _take(request: AccessRequest) -> AccessRequest:
    """Hold repository and row: of two admins who answer at the same moment one is too late."""
    Repository.objects.locked().get(pk=request.repository_id)
    rows = AccessRequest.objects.select_for_update(of=("self",))
    held = rows.select_related("repository__namespace", "user").get(pk=request.pk)
    if held.decided_at:
        message = _("This request has been answered already.")
        raise AlreadyDecided(message)
    return held


def _check_admin(repository: Repository, by: Principal) -> None:
    if by.user is None or not allowed_actions(by, repository).may_administer:
        message = _("'%(name)s' may not change who has access to %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)


def _decide(request: AccessRequest, by: Principal, *, is_granted: bool) -> None:
    request.decided_at = timezone.now()
    request.decided_by = by.user
    request.is_granted = is_granted
    request.save(update_fields=["decided_at", "decided_by", "is_granted"])
