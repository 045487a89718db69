"""Change what holds for repositories that will be created in a namespace."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import Namespace, Visibility
from accounts.principals import Principal
from index.errors import Denied
from index.policy import may_change_namespace


def change_default_visibility(
    namespace: Namespace, *, by: Principal, visibility: Visibility
) -> None:
    """Change the visibility of new repositories; those that exist keep theirs. Raises Denied."""
    _change(namespace, "default_visibility", visibility.value, by)


def change_public_secrets_rule(namespace: Namespace, *, by: Principal, refuses: bool) -> None:
    """Say whether found secrets keep a repository from becoming public. Raises Denied."""
    _change(namespace, "refuses_public_secrets", refuses, by)


def _change(namespace: Namespace, field: str, value: str | bool, by: Principal) -> None:  # noqa: FBT001 - a column's
    if not may_change_namespace(by, namespace):
        message = _("'%(name)s' may not change the namespace %(namespace)s") % {
            "name": by.name,
            "namespace": namespace,
        }
        raise Denied(message)
    if getattr(namespace, field) == value:
        return
    setattr(namespace, field, value)
    details: dict[str, Any] = {field: value}
    with transaction.atomic():
        namespace.save(update_fields=[field])
        record(
            AuditAction.NAMESPACE_CHANGED,
            by=by,
            namespace=namespace,
            target=namespace.name,
            **details,
        )
