"""Change what teams and robots get on each repository that is created in a namespace from now on."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.audit import AuditAction, record
from accounts.models import Namespace, User
from accounts.principals import Principal
from index.errors import Denied, GrantRefused
from index.grantees import (
    Grantee,
    check_grantee,
    check_widens_no_credential,
    kind_of,
    name_of,
)
from index.models import DefaultGrant
from index.policy import may_change_namespace
from index.roles import EVERY_ACTION, Role


def give_by_default(
    namespace: Namespace, *, to: Grantee, role: Role, by: Principal
) -> DefaultGrant:
    """Give the role on repositories to come; those that exist keep theirs.

    Raises Denied, and GrantRefused for people, who come and go, and for other namespaces' teams.
    """
    _check_holder(namespace, by)
    if isinstance(to, User):
        message = gettext("Default permissions are for teams and robots. Put people into a team.")
        raise GrantRefused(message)
    check_widens_no_credential(to, by=by)
    check_grantee(namespace, to)
    with transaction.atomic():
        Namespace.objects.select_for_update(no_key=True).get(pk=namespace.pk)
        who: dict[str, Any] = {kind_of(to).value: to}
        default, _ = DefaultGrant.objects.update_or_create(
            namespace=namespace, **who, defaults={"role": role}
        )
        _record(AuditAction.DEFAULT_GRANT_GIVEN, default, by)
    return default


def stop_giving_by_default(default: DefaultGrant, *, by: Principal) -> None:
    """Give it no more; what was given stays given. Raises Denied."""
    _check_holder(default.namespace, by)
    with transaction.atomic():
        deleted, _ = DefaultGrant.objects.filter(pk=default.pk).delete()
        if deleted:
            _record(AuditAction.DEFAULT_GRANT_REVOKED, default, by)


def _record(action: AuditAction, default: DefaultGrant, by: Principal) -> None:
    record(
        action,
        by=by,
        namespace=default.namespace,
        target=default.namespace.name,
        grantee=name_of(default.grantee),
        kind=kind_of(default.grantee).value,
        role=default.role,
    )


def _check_holder(namespace: Namespace, by: Principal) -> None:
    if not may_change_namespace(by, namespace) or not _reaches_all_of(namespace, by):
        message = gettext("'%(name)s' may not change what %(namespace)s gives by default") % {
            "name": by.name,
            "namespace": namespace,
        }
        raise Denied(message)


def _reaches_all_of(namespace: Namespace, by: Principal) -> bool:
    """Whether no access token narrows this: what is given is a role on every repository to come."""
    limits = by.limits
    return limits is None or (limits.reaches(f"{namespace}/") and limits.actions >= EVERY_ACTION)
