"""Give a user, a team or a robot a role on a repository, and take it away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.mail_kinds import MailKind
from accounts.principals import Principal
from index.errors import Denied, GrantRefused
from index.grantees import (
    Grantee,
    check_grantee,
    check_widens_no_credential,
    kind_of,
    name_of,
)
from index.mails import send_after_commit
from index.models import AccessGrant, Repository
from index.policy import allowed_actions, holds_namespace
from index.roles import Role


def grant_access(
    repository: Repository,
    *,
    to: Grantee,
    role: Role,
    by: Principal,
    until: datetime | None = None,
) -> AccessGrant:
    """Give the role; whoever has another one on this repository gets this instead.

    Raises Denied, and GrantRefused for a grantee or a date that is none.
    """
    with transaction.atomic():
        held = _lock(repository)
        _check_giver(held, by)
        _check_gift(held, to, by, until)
        who: dict[str, Any] = {kind_of(to).value: to}
        old = AccessGrant.objects.filter(repository=held, **who).first()
        if old and (old.role, old.expires_at) == (role, until):
            return old
        grant, _ = AccessGrant.objects.update_or_create(
            repository=held,
            **who,
            defaults={
                "role": role, "expires_at": until, "granted_by": by.user, "warned_at": None,
            },
        )  # fmt: skip
        _record_gift(grant, old, by)
        return grant


def revoke_access(grant: AccessGrant, *, by: Principal) -> None:
    """Take the role away; the gateway notices at the next request. Raises Denied."""
    with transaction.atomic():
        repository = _lock(grant.repository)
        _check_giver(repository, by)
        deleted, _ = AccessGrant.objects.filter(pk=grant.pk).delete()
        if not deleted:
            return
        record(
            AuditAction.REPOSITORY_GRANT_REVOKED,
            by=by,
            namespace=repository.namespace,
            user=grant.user,
            target=repository.name,
            **_facts(grant),
        )
        _tell(grant, "grant_revoked", by)


def _lock(repository: Repository) -> Repository:
    """Hold the repository: two changes of its grants follow each other, and none a deletion."""
    rows = Repository.objects.locked().select_related("namespace")
    return rows.get(pk=repository.pk)


def _check_giver(repository: Repository, by: Principal) -> None:
    """Let people give: a machine that may delete must not make others able to."""
    if by.user is None or not allowed_actions(by, repository).may_administer:
        message = gettext("'%(name)s' may not change who has access to %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)


def _check_gift(repository: Repository, to: Grantee, by: Principal, until: datetime | None) -> None:
    check_widens_no_credential(to, by=by)
    check_grantee(repository.namespace, to)
    if until and until <= timezone.now():
        message = gettext("The date is in the past. Choose a later one, or none.")
        raise GrantRefused(message)
    ends = _end_of_right(repository, by)
    if ends and (until is None or until > ends):
        message = _(
            "Your own role ends on %(day)s, so what you give ends by then, too. Choose that day or an earlier one."
        ) % {"day": f"{ends:%Y-%m-%d}"}
        raise GrantRefused(message)


def _end_of_right(repository: Repository, by: Principal) -> datetime | None:
    """Return when the giver's own right ends; None is never.

    Else a role until a date would last as long as its holder likes: by a gift to oneself, to a
    team that one is in, or to a friend who gives it back.
    """
    if by.is_administrator or holds_namespace(by, repository.namespace):
        return None
    mine = AccessGrant.objects.reaching(by).filter(repository=repository, role=Role.ADMIN)
    ends = list(mine.values_list("expires_at", flat=True))
    return None if None in ends else max(filter(None, ends), default=None)


def _record_gift(grant: AccessGrant, old: AccessGrant | None, by: Principal) -> None:
    is_new = old is None
    changes = {} if old is None else {"old_role": old.role, "old_until": _date(old.expires_at)}
    record(
        AuditAction.REPOSITORY_GRANT_GIVEN if is_new else AuditAction.REPOSITORY_GRANT_CHANGED,
        by=by,
        namespace=grant.repository.namespace,
        user=grant.user,
        target=grant.repository.name,
        **_facts(grant),
        **changes,
    )
    _tell(grant, "grant_given" if is_new else "grant_changed", by)


def _facts(grant: AccessGrant) -> dict[str, str]:
    return {
        "grantee": name_of(grant.grantee),
        "kind": kind_of(grant.grantee).value,
        "role": grant.role,
        "until": _date(grant.expires_at),
    }


def _date(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _tell(grant: AccessGrant, message: str, by: Principal) -> None:
    """Tell a person; what is given to teams and robots is read on the pages."""
    if grant.user:
        send_after_commit(
            message,
            to=[grant.user],
            kind=MailKind.ACCESS,
            repository=grant.repository.name,
            role=grant.role,
            until=grant.expires_at,
            by=by.name,
        )
