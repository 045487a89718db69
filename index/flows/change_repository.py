"""Change what a repository says of itself, who may pull it, and what may change in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import Visibility
from accounts.principals import Principal
from index.activity import note
from index.errors import Denied
from index.flows.check_secrets import refuse_publication
from index.flows.follow_image import follow_newest_image
from index.flows.quotas import check_private_repositories, lock_namespace
from index.hiding import refuse_hidden
from index.models import ActivityKind, Repository, RepositoryMode
from index.policy import allowed_actions
from index.tag_patterns import parse_patterns


def describe_repository(
    repository: Repository,
    *,
    by: Principal,
    description: str,
    readme: str,
    from_image: bool | None = None,
) -> None:
    """Change description and README, and whether they follow the newest image. Raises Denied.

    What somebody writes here ends the following, whatever `from_image` says; None leaves it as it is.
    """
    _check(repository, by)
    wanted: dict[str, Any] = {"description": description, "readme": readme}
    is_written = any(getattr(repository, name) != text for name, text in wanted.items())
    follows = repository.readme_from_image if from_image is None else from_image
    wanted["readme_from_image"] = follows and not is_written
    changed = [name for name, value in wanted.items() if getattr(repository, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(repository, name, wanted[name])
    with transaction.atomic():
        repository.save(update_fields=changed)
        _record(repository, by=by, changed=", ".join(changed))
        follow_newest_image(repository)


def change_visibility(repository: Repository, *, by: Principal, visibility: Visibility) -> None:
    """Change who may pull without a grant; the gateway asks for it at every request.

    Raises Denied, SecretsInTheWay where the namespace wants those that were found in it answered
    first, HiddenByAdministrators, and OverQuota where the plan has no room for one more that is not public.
    """
    _check(repository, by)
    with transaction.atomic():
        namespace = lock_namespace(repository.namespace_id)
        repository.refresh_from_db(fields=["visibility"])
        _check(repository, by)  # it may have been given away while this waited
        if repository.visibility == Visibility.PUBLIC and visibility is not Visibility.PUBLIC:
            check_private_repositories(namespace)
        if repository.visibility == visibility:
            return
        refuse_hidden(repository, visibility, by=by)
        if visibility is Visibility.PUBLIC:
            refuse_publication(repository)
        was, repository.visibility = repository.visibility, visibility
        repository.save(update_fields=["visibility"])
        _record(repository, by=by, visibility=visibility.value, old_visibility=str(was))


def change_mode(repository: Repository, *, by: Principal, mode: RepositoryMode) -> None:
    """Archive it, make it read-only, or open it again; pushes are refused from the next request on.

    What its admins do on pages stays open in every mode. Raises Denied.
    """
    _check(repository, by)
    with transaction.atomic():
        was = _lock(repository).mode
        repository.mode = mode
        if was == mode:
            return
        repository.save(update_fields=["mode"])
        _record(repository, by=by, mode=mode.value, old_mode=str(was))


def change_immutable_tags(
    repository: Repository, *, by: Principal, patterns: Iterable[str]
) -> None:
    """Say which tags never change; those that are there are frozen as they are.

    Raises Denied, and PatternRefused with the rule that a pattern breaks.
    """
    _check(repository, by)
    wanted = parse_patterns(patterns)
    with transaction.atomic():
        was = _lock(repository).immutable_tags
        repository.immutable_tags = wanted
        if was == wanted:
            return
        repository.save(update_fields=["immutable_tags"])
        _record(
            repository, by=by, immutable_tags=" ".join(wanted), old_immutable_tags=" ".join(was)
        )


def _lock(repository: Repository) -> Repository:
    """Return the row as it is now, for one change after the other."""
    return Repository.objects.locked().get(pk=repository.pk)


def _record(repository: Repository, *, by: Principal, **details: Any) -> None:
    kind = ActivityKind.VISIBILITY if "visibility" in details else ActivityKind.CHANGED
    note(kind, repository, by=by, **details)
    record(
        AuditAction.REPOSITORY_CHANGED,
        by=by,
        namespace=repository.namespace,
        target=repository.name,
        **details,
    )


def _check(repository: Repository, by: Principal) -> None:
    if not allowed_actions(by, repository).may_administer:
        message = _("'%(name)s' may not change %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
