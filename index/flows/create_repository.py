"""Create a repository, by the web form or at the first push."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import Namespace, Visibility
from accounts.principals import Principal
from index.activity import note
from index.errors import Denied, NameTaken
from index.flows.quotas import check_private_repositories, lock_namespace
from index.flows.take_name import check_name
from index.models import AccessGrant, ActivityKind, Repository, SizeClass
from index.names import RepositoryName
from index.placement import choose_registry
from index.policy import allowed_actions, holds_namespace, may_create, narrowed_by_token
from index.reasons import obstacle
from index.roles import Action, Role


def create_repository(
    name: RepositoryName,
    *,
    by: Principal,
    visibility: Visibility | None = None,
    description: str = "",
    size_class: SizeClass = SizeClass.ORDINARY,
    to_push: bool = False,
) -> Repository:
    """Create the repository on the registry that the placement rules name.

    With `to_push` only where its creator may push then: no refused push leaves an empty one behind.

    Without a visibility the namespace's default holds, which is private unless its owner changed
    it. A name in a namespace that was renamed means the one of today. Raises Denied (also for a
    namespace that does not exist), OverQuota, NameTaken or NoPlacement.
    """
    if may_create(by, name).role is None:
        raise Denied(creation_refusal(by, name))
    try:
        with transaction.atomic():
            namespace = _lock_namespace(name, by)
            repository = Repository(
                namespace=namespace,
                visibility=visibility or namespace.default_visibility,
                description=description,
                size_class=size_class,
                created_by=by.user,
            )
            _place(repository, name.moved_to(namespace.name))
            repository.save()
            _give_first_grants(repository, by=by)
            if to_push:
                _check_push(repository, by=by)
            _note(repository, by=by)
            return repository
    except IntegrityError as error:
        raise NameTaken(_taken(name)) from error


def _taken(name: RepositoryName) -> str:
    text = _("there is a repository %(name)s already, or one is in the trash or being deleted")
    return text % {"name": name}


def _lock_namespace(name: RepositoryName, by: Principal) -> Namespace:
    """Hold the namespace; raise Denied if its organization or account ended while this waited."""
    namespace = lock_namespace(Namespace.objects.called(name.namespace).get().pk)
    ended = Namespace.objects.exclude(organization__deleted_at=None, user__closed_at=None)
    if ended.filter(pk=namespace.pk).exists():
        raise Denied(creation_refusal(by, name))
    return namespace


def _place(repository: Repository, name: RepositoryName) -> None:
    """Give it its name, which is what the registry will always know it by, and its registry.

    Raises NameTaken, NoPlacement or OverQuota.
    """
    repository.tokens_not_before = check_name(name, namespace=repository.namespace)
    repository.name = repository.stored_name = name.value
    repository.registry = choose_registry(
        name, visibility=repository.visibility, size_class=repository.size_class
    )
    if repository.visibility != Visibility.PUBLIC:
        check_private_repositories(repository.namespace)


def _give_first_grants(repository: Repository, *, by: Principal) -> None:
    """Give what the namespace gives by default, and the creator what it needs to go on."""
    grants = [
        AccessGrant(
            repository=repository, team=default.team, robot=default.robot, role=default.role
        )
        for default in repository.namespace.default_grants.all()
    ]
    if by.robot and all(grant.robot != by.robot for grant in grants):
        grants.append(AccessGrant(repository=repository, robot=by.robot, role=Role.WRITER))
    if by.user and not (by.is_administrator or holds_namespace(by, repository.namespace)):
        grants.append(AccessGrant(repository=repository, user=by.user, role=Role.ADMIN))
    AccessGrant.objects.bulk_create(grants)


def _note(repository: Repository, *, by: Principal) -> None:
    note(ActivityKind.CREATED, repository, by=by, visibility=str(repository.visibility))
    record(
        AuditAction.REPOSITORY_CREATED,
        by=by,
        namespace=repository.namespace,
        target=repository.name,
        visibility=repository.visibility,
    )


def _check_push(repository: Repository, *, by: Principal) -> None:
    """Raise Denied where its registry takes nothing from whoever has just created it."""
    in_the_way = obstacle(allowed_actions(by, repository), {Action.PUSH})
    if in_the_way:
        message = f"{repository}: {in_the_way.words}; {in_the_way.remedy}"
        raise Denied(message)


def creation_refusal(principal: Principal, name: RepositoryName) -> str:
    """Return the sentence for someone who may not create; the same whatever exists (case 24)."""
    if name.is_official:
        return _("only administrators push official images: push to NAMESPACE/%(name)s instead") % {
            "name": name
        }
    if narrowed_by_token(principal, name.value, {Action.PUSH}):
        return _(
            "this access token of '%(name)s' may not push to %(name_2)s: make one that "
            "may at %(public_url)s/settings/tokens"
        ) % {"name": principal.name, "name_2": name, "public_url": settings.PUBLIC_URL}
    if principal.user is None:  # a machine, which has no namespace of its own
        return _("'%(name)s' may not push to %(name_2)s: ask its owners to let it") % {
            "name": principal.name,
            "name_2": name,
        }
    return _(
        "'%(name)s' may not push to %(name_2)s: ask its owners, or push to "
        "%(public_host)s/%(name)s/NAME"
    ) % {"name": principal.name, "name_2": name, "public_host": settings.PUBLIC_HOST}
