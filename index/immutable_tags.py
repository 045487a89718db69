"""Tags that never change: what the gateway refuses before a registry sees it.

Registries know no such thing, and their notifications come late. So where our own row says nothing
the registry itself is asked, and while it is silent nothing goes on. Of two first pushes of one tag
the second is refused for a minute: until the first is in the registry nobody can tell whether it is
there. A manifest that takes its sender longer than that to send is not held back any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from index.errors import (
    IndexRefusal,
    RegistrySilent,
    RegistryTrouble,
    TagIsImmutable,
    TagsRefused,
)
from index.models import Repository, Tag, TagClaim
from index.names import is_digest, is_tag
from index.registry_client import RegistryClient
from index.tag_patterns import frozen_by

_SECONDS = 2.0  # for all that a registry is asked; nginx waits four for us
_MOST_ASKED = 20  # tags that a registry is asked for one by one before something is deleted
_MOST_PUSHED = 10  # of one manifest put by its digest: what distribution-spec says at least


def refuse_change(repository: Repository, method: str, reference: str, query: str = "") -> None:
    """Raise TagIsImmutable where `/manifests/<reference>` would move or remove an immutable tag.

    Raises RegistrySilent where nobody can tell, TagsRefused where it would take too long. `query` may
    name tags of a manifest that is put by its digest (distribution-spec 1.2). A first push is noted: a
    second one at once is refused.
    """
    if method == "DELETE":
        _refuse_deletion(repository, reference)
    elif method == "PUT":
        named = dict.fromkeys(value for key, value in parse_qsl(query) if key == "tag")
        if len(named) > _MOST_PUSHED:
            raise _too_many(repository, len(named))
        _refuse_push(repository, named if is_digest(reference) else {**named, reference: None})


def refuse_blob_deletion(repository: Repository) -> None:
    """Raise TagIsImmutable: a blob may belong to an immutable tag, and no registry says to which."""
    message = (
        f"{repository} has immutable tags, so no blob of it is deleted by itself. "
        f"{_who_can_change(repository)}"
    )
    raise TagIsImmutable(message)


def _refuse_push(repository: Repository, tags: Iterable[str]) -> None:
    """Refuse a push under any immutable tag; believe our own rows first, which costs no time."""
    frozen = {tag: frozen_by(repository.immutable_tags, tag) for tag in tags}
    frozen = {tag: pattern for tag, pattern in frozen.items() if pattern}
    if not frozen:
        return
    for tag in frozen:
        if not is_tag(tag):
            message = _("%(tag)s is no tag") % {"tag": ascii(tag[:40])}
            raise TagsRefused(message)
    for known in repository.tags.filter(name__in=frozen).values_list("name", flat=True):
        raise _already_there(repository, known, frozen[known])
    claims: list[TagClaim] = []
    client = _client(repository)  # one, for the time that it takes is that of all tags together
    try:
        for tag, pattern in frozen.items():
            _claim_free(repository, client, tag, pattern, claims)
    except IndexRefusal:  # nothing is pushed, so nothing holds another push back
        TagClaim.objects.filter(pk__in=[claim.pk for claim in claims]).delete()
        raise


def _claim_free(
    repository: Repository,
    client: RegistryClient,
    tag: str,
    pattern: str,
    claims: list[TagClaim],
) -> None:
    """Claim one tag, if the registry has none of the name; add the claim as soon as it is there."""
    claim = _claim(repository, tag)
    if claim:
        claims.append(claim)
    try:
        is_there = client.has_manifest(tag)
    except RegistryTrouble as trouble:
        raise _silent(repository) from trouble
    if is_there:
        raise _already_there(repository, tag, pattern)
    if claim is None:
        message = (
            f"{repository}:{tag} is immutable, and somebody began to push it less than a minute "
            "ago. If that failed, push again in a minute"
        )
        raise TagIsImmutable(message)


def _claim(repository: Repository, tag: str) -> TagClaim | None:
    """Note that this push goes on; None while another one may be under way."""
    old = timezone.now() - TagClaim.HOLDS
    TagClaim.objects.filter(repository=repository, claimed_at__lt=old).delete()
    try:
        with transaction.atomic():
            return TagClaim.objects.create(repository=repository, tag=tag)
    except IntegrityError:
        return None


def _refuse_deletion(repository: Repository, reference: str) -> None:
    if not is_digest(reference):
        if pattern := frozen_by(repository.immutable_tags, reference):
            message = _(
                "%(repository)s:%(reference)s is immutable (%(pattern)s) and cannot be deleted. "
            ) % {"repository": repository, "reference": reference, "pattern": pattern}
            raise TagIsImmutable(message + _who_can_change(repository))
        return
    try:
        tag = _known_to_need(repository, reference) or _found_to_need(repository, reference)
    except RegistryTrouble as trouble:
        raise _silent(repository) from trouble
    if tag:
        message = _(
            "the immutable tag %(repository)s:%(tag)s needs this manifest: it cannot be deleted. "
        ) % {"repository": repository, "tag": tag}
        raise TagIsImmutable(message + _who_can_change(repository))


def _known_to_need(repository: Repository, digest: str) -> str:
    """Return an immutable tag that points to the manifest, or to an index over it, as far as we know."""
    tags = repository.tags.select_related("manifest").only("name", "manifest")
    for tag in tags.filter(Q(manifest__digest=digest) | ~Q(manifest__children=[])):
        if frozen_by(repository.immutable_tags, tag.name) and _needs(tag, digest):
            return tag.name
    return ""


def _needs(tag: Tag, digest: str) -> bool:
    children = {child["digest"] for child in tag.manifest.children}
    return digest in {tag.manifest.digest, *children}


def _found_to_need(repository: Repository, digest: str) -> str:
    """Ask the registry about immutable tags that we know too little of, and then about the others.

    Of many tags those we were told of are believed: an immutable one does not move.
    """
    client = _client(repository)
    frozen = [tag for tag in client.tags() if frozen_by(repository.immutable_tags, tag)]
    described = repository.tags.exclude(manifest__described_at=None)
    known = set(described.values_list("name", flat=True))
    unknown = [tag for tag in frozen if tag not in known]
    if len(unknown) > _MOST_ASKED:
        message = f"{len(unknown)} tags are yet to be told of"
        raise RegistryTrouble(message)
    asked = [*unknown, *(tag for tag in frozen if tag in known)][:_MOST_ASKED]
    return next((tag for tag in asked if _is_found_to_need(client, tag, digest)), "")


def _is_found_to_need(client: RegistryClient, tag: str, digest: str) -> bool:
    pointed_to = client.digest_of(tag)
    if pointed_to == digest:
        return True
    document = client.manifest(pointed_to or tag)
    if document is None:  # gone meanwhile
        return False
    return pointed_to is None or any(child["digest"] == digest for child in document.children)


def _client(repository: Repository) -> RegistryClient:
    return RegistryClient(repository.registry, repository.stored_name, seconds=_SECONDS)


def _too_many(repository: Repository, count: int) -> TagsRefused:
    message = (
        f"{repository} has immutable tags, so one push names at most {_MOST_PUSHED} tags, not "
        f"{count}: push the others after it"
    )
    return TagsRefused(message)


def _already_there(repository: Repository, tag: str, pattern: str) -> TagIsImmutable:
    message = _(
        "%(repository)s:%(tag)s is already there and immutable (%(pattern)s): push "
        "under a new tag. %(repository_2)s"
    ) % {
        "repository": repository,
        "tag": tag,
        "pattern": pattern,
        "repository_2": _who_can_change(repository),
    }
    return TagIsImmutable(message)


def _silent(repository: Repository) -> RegistrySilent:
    message = (
        f"{repository} has immutable tags, and the registry that keeps it did not say which are "
        "there. Nothing is changed: try again in a moment"
    )
    return RegistrySilent(message)


def _who_can_change(repository: Repository) -> str:
    return _("Its admins decide what is: %(public_url)s/r/%(repository)s/-/settings") % {
        "public_url": settings.PUBLIC_URL,
        "repository": repository,
    }
