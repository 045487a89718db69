"""Accept differences: let the index say what a registry keeps. Nothing in a registry is ever changed.

Accepting is asked for by marking; a task does it one by one and asks the registry once more, since a
walk may be hours old by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.models import Namespace, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.principals import ANONYMOUS, Principal
from index.activity import note
from index.errors import (
    IndexRefusal,
    NameTaken,
    RegistryTrouble,
)
from index.flows.leave_changing_tags import leave_changing_tags
from index.flows.quotas import check_private_repositories, lock_namespace
from index.flows.take_name import check_name
from index.models import (
    AccessGrant,
    ActivityKind,
    Difference,
    DifferenceKind,
    DifferenceState,
    Manifest,
    Repository,
    Tag,
    TagChange,
    TagChangeKind,
)
from index.names import RepositoryName, parse_repository_name
from index.reconciling.pace import Pace
from index.registry_client import RegistryClient
from index.registry_connection import Session, new_session

_LIBRARY = f"{ROOT_NAMESPACE}/"


class NotAcceptable(Exception):
    """It cannot be accepted; the sentence says why and what to do."""


def accept_waiting(*, seconds: float, rest: float = 1.0) -> int:
    """Accept what is marked, for so long; return how many were looked at. A refusal is kept with it."""
    pace, done, after = Pace(seconds=seconds, rest=rest), 0, 0
    session = new_session()
    while not pace.is_over():
        waiting = Difference.objects.filter(state=DifferenceState.ACCEPTING, pk__gt=after)
        batch = list(waiting.select_related("registry", "decided_by").order_by("pk")[:100])
        if not batch:
            break
        for difference in batch:
            after = difference.pk
            _accept_one(difference, pace, session)
            done += 1
            if pace.is_over():
                break
    return done


def _accept_one(difference: Difference, pace: Pace, session: Session) -> None:
    client = RegistryClient(difference.registry, difference.name, session=session)
    try:
        if difference.kind == DifferenceKind.UNKNOWN_REPOSITORY:
            _import_repository(difference, pace, client)
        else:
            _follow(difference, pace, client)
    except RegistryTrouble as trouble:
        problem = str(trouble)
    except (IndexRefusal, NotAcceptable) as refusal:
        problem = str(refusal)
    else:
        _decide(difference, DifferenceState.ACCEPTED)
        return
    _decide(difference, DifferenceState.OPEN, problem)


def _decide(difference: Difference, state: DifferenceState, problem: str = "") -> None:
    waiting = Difference.objects.filter(pk=difference.pk, state=DifferenceState.ACCEPTING)
    waiting.update(state=state, problem=problem[:200])


def _import_repository(difference: Difference, pace: Pace, client: RegistryClient) -> None:
    """Make a private repository of what the registry keeps, with its tags; it stays where it is."""
    name = _name_for(difference.name)
    asked_at = timezone.now()
    tags = {tag: pace.ask(client.digest_of, tag) for tag in pace.ask(client.tags)}
    digests = {tag: digest for tag, digest in tags.items() if digest}
    try:
        with transaction.atomic():
            repository = _create(difference, name)
            _write_tags(repository, digests, at=asked_at)
    except IntegrityError as error:
        message = f"there is a repository {name} already"
        raise NameTaken(message) from error


def _name_for(stored: str) -> RepositoryName:
    """Return what it will be called: what registries keep below `library/` is an official image."""
    return parse_repository_name(stored.removeprefix(_LIBRARY))


def _create(difference: Difference, name: RepositoryName) -> Repository:
    found = Namespace.objects.called(name.namespace).first()
    if found is None:
        message = (
            f"there is no namespace {name.namespace}: create an organization of that name first"
        )
        raise NotAcceptable(message)
    namespace = lock_namespace(found.pk)
    ended = namespace.user is not None and namespace.user.closed_at is not None
    if ended or (namespace.organization and namespace.organization.deleted_at is not None):
        message = f"{namespace} was closed or deleted: nobody would see what is imported there"
        raise NotAcceptable(message)
    moved = name.moved_to(namespace.name)
    stored_before = check_name(moved, namespace=namespace)
    if Repository.objects.filter(stored_name=difference.name).exclude(state="deleted").exists():
        message = f"another repository is kept as {difference.name} in a registry"
        raise NameTaken(message)
    check_private_repositories(namespace)
    repository = Repository.objects.create(
        namespace=namespace,
        name=moved.value,
        stored_name=difference.name,
        registry=difference.registry,
        visibility=Visibility.PRIVATE,
        tokens_not_before=stored_before,
        created_by=difference.decided_by,
    )
    _give_defaults(repository)
    by = Principal(difference.decided_by) if difference.decided_by else None
    note(ActivityKind.CREATED, repository, by=by, imported_from=difference.registry.name)
    record(
        AuditAction.REPOSITORY_IMPORTED,
        by=by or ANONYMOUS,
        namespace=namespace,
        target=repository.name,
        registry=difference.registry.name,
    )
    return repository


def _give_defaults(repository: Repository) -> None:
    AccessGrant.objects.bulk_create(
        AccessGrant(
            repository=repository, team=default.team, robot=default.robot, role=default.role
        )
        for default in repository.namespace.default_grants.all()
    )


def _follow(difference: Difference, pace: Pace, client: RegistryClient) -> None:
    """Let the tags that it is about be what the registry says now."""
    kept = Repository.objects.live().filter(registry=difference.registry)
    repository = kept.filter(stored_name=difference.name).first()
    if repository is None:
        raise _kept_no_more(difference)
    asked_at = timezone.now()
    names = [difference.tag] if difference.tag else list(_tag_names(repository))
    there = {tag: pace.ask(client.digest_of, tag) for tag in names}
    with transaction.atomic():
        locked = Repository.objects.locked().get(pk=repository.pk)
        if locked.registry_id != difference.registry_id:  # moved away while it was asked
            raise _kept_no_more(difference)
        found = {tag: digest for tag, digest in there.items() if digest}
        _write_tags(locked, leave_changing_tags(locked, found), at=asked_at)
        _drop_tags(locked, [tag for tag, digest in there.items() if not digest], at=asked_at)


def _kept_no_more(difference: Difference) -> NotAcceptable:
    return NotAcceptable(f"{difference.registry} no longer keeps {difference.name} for the index")


def _tag_names(repository: Repository) -> Iterable[str]:
    return repository.tags.values_list("name", flat=True)


def _write_tags(repository: Repository, digests: dict[str, str], *, at: datetime) -> None:
    """Point tags to what the registry holds, unless somebody has pushed since it was asked."""
    if not digests:
        return
    Manifest.objects.bulk_create(
        [Manifest(repository=repository, digest=digest) for digest in set(digests.values())],
        ignore_conflicts=True,
    )
    manifests = {
        one.digest: one for one in repository.manifests.filter(digest__in=digests.values())
    }
    newer = repository.tags.filter(name__in=digests, pushed_at__gt=at)
    later = set(newer.values_list("name", flat=True))
    rows = [
        Tag(repository=repository, name=tag, manifest=manifests[digest], pushed_at=at)
        for tag, digest in digests.items()
        if tag not in later
    ]
    Tag.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["repository", "name"],
        update_fields=[
            "manifest",
            "pushed_at",
            "pushed_by",
            "pushed_by_robot",
            "built_by",
            "pushed_with",
        ],
    )
    _note_changes(repository, {row.name: row.manifest.digest for row in rows}, at)
    repository.last_pushed_at = max(at, repository.last_pushed_at or at)
    repository.is_automated = False
    repository.save(update_fields=["last_pushed_at", "is_automated"])


def _drop_tags(repository: Repository, tags: list[str], *, at: datetime) -> None:
    gone = repository.tags.filter(name__in=tags, pushed_at__lte=at)
    names = list(gone.values_list("name", flat=True))
    gone.delete()
    _note_changes(repository, dict.fromkeys(names, ""), at)


def _note_changes(repository: Repository, digests: dict[str, str], at: datetime) -> None:
    TagChange.objects.bulk_create(
        TagChange(
            repository=repository,
            tag=tag,
            digest=digest,
            kind=TagChangeKind.FOUND if digest else TagChangeKind.DELETED,
            at=at,
        )
        for tag, digest in digests.items()
    )
