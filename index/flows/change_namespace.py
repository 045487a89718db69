"""Change what holds for repositories that will be created in a namespace."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import AuditAction, record
from accounts.models import Namespace, Visibility
from accounts.principals import Principal
from index.errors import Denied
from index.policy import holds_namespace


def change_default_visibility(
    namespace: Namespace, *, by: Principal, visibility: Visibility
) -> None:
    """Change the visibility of new repositories; those that exist keep theirs. Raises Denied."""
    if not (by.is_administrator or holds_namespace(by, namespace)):
        message = f"'{by.name}' may not change the namespace {namespace}"
        raise Denied(message)
    if namespace.default_visibility == visibility:
        return
    namespace.default_visibility = visibility
    with transaction.atomic():
        namespace.save(update_fields=["default_visibility"])
        record(
            AuditAction.NAMESPACE_CHANGED,
            by=by,
            namespace=namespace,
            target=namespace.name,
            default_visibility=visibility.value,
        )
