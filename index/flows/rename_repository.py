"""Give a repository another name in its namespace; its registry goes on calling it as it did.

Nothing is copied, and a push that is under way goes on. The old name leads to the new one, for pulls,
pushes and pages, and nobody else gets it while there is the repository.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.limits import REPOSITORY_RENAMES
from accounts.models import Namespace, PersonalAccessToken
from accounts.principals import Principal
from accounts.ratelimits import spend
from index.activity import note
from index.errors import Denied, NameInvalid, NameTaken
from index.flows.quotas import lock_namespace
from index.flows.take_name import change_name, check_name
from index.models import ActivityKind, Repository, RepositoryState
from index.names import RepositoryName
from index.policy import allowed_actions, may_create, may_create_in
from index.rules import Decision


def rename_repository(repository: Repository, *, to: RepositoryName, by: Principal) -> Repository:
    """Rename it inside its namespace; a name of its own past is free to it.

    Raises Denied, NameInvalid, NameTaken, or LimitReached.
    """
    try:
        with transaction.atomic():
            namespace = lock_namespace(repository.namespace_id)
            held = lock_repository(repository, in_namespace=namespace)
            check_rename(held, to=to, by=by, decision=allowed_actions(by, held))
            check_name(to, namespace=namespace, owner=held)
            spend(REPOSITORY_RENAMES, str(held.pk), what="renames")
            old = held.name
            change_name(held, to=to, namespace=namespace)
            _rename_patterns(old, to.value)
            _note(held, old, by)
    except IntegrityError as error:  # the database is the last to know
        message = _("there is a repository %(to)s already, or one is being deleted") % {"to": to}
        raise NameTaken(message) from error
    return held


def lock_repository(repository: Repository, *, in_namespace: Namespace) -> Repository:
    """Hold the repository, whose namespace is held already; raise Denied where it is gone."""
    rows = Repository.objects.locked()
    held = rows.select_related("namespace", "registry").get(pk=repository.pk)
    if held.state != RepositoryState.ACTIVE or held.namespace_id != in_namespace.pk:
        message = _("%(repository)s was deleted or given away a moment ago") % {
            "repository": repository
        }
        raise Denied(message)
    return held


def check_rename(
    repository: Repository, *, to: RepositoryName, by: Principal, decision: Decision
) -> None:
    """Raise Denied or NameInvalid unless the person may call it so; the decision is about them."""
    namespace = repository.namespace
    stays = to.namespace == namespace.name
    creation = may_create_in(namespace, by, to) if stays else may_create(by, to)
    is_admin = by.user is not None and decision.may_administer
    if not (is_admin and creation.role):
        message = _(
            "'%(name)s' may not rename %(repository)s to %(to)s: its admins do who may "
            "create repositories in its namespace"
        ) % {"name": by.name, "repository": repository, "to": to}
        raise Denied(message)
    if to.value == repository.name:
        message = _("%(to)s is its name already") % {"to": to}
        raise NameInvalid(message)
    if not stays:
        message = _("a rename stays in the namespace: transfer the repository to another one")
        raise NameInvalid(message)


def _rename_patterns(old: str, new: str) -> None:
    """Let access tokens that name the repository alone go on to open it.

    The old name is nobody else's, so nothing gets wider. A pattern like `acme/*` stays as it is.
    """
    tokens = PersonalAccessToken.objects.filter(revoked_at=None)
    written = tokens.annotate(text=Cast("patterns", TextField())).filter(text__contains=f'"{old}"')
    for token in written.select_for_update(of=("self",)).order_by("pk"):
        token.patterns = [new if pattern == old else pattern for pattern in token.patterns]
        token.save(update_fields=["patterns"])


def _note(repository: Repository, old: str, by: Principal) -> None:
    record(
        AuditAction.REPOSITORY_RENAMED,
        by=by,
        namespace=repository.namespace,
        target=repository.name,
        old_name=old,
    )
    note(ActivityKind.RENAMED, repository, by=by, old_name=old, new_name=repository.name)
