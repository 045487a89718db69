"""What the deletion of a repository takes along, and what it leaves: read before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from accounts.principals import Principal
from accounts.together import HowMany, read_together
from index.blob_sizes import distinct_bytes
from index.grantees import name_of
from index.models import (
    AccessGrant,
    BlobLink,
    Move,
    Promotion,
    PromotionState,
    Repository,
)
from index.models.move import UNFINISHED_MOVES
from index.tag_patterns import frozen_by

_NAMED = 20
_UNDECIDED = (PromotionState.WAITING, PromotionState.COPYING)


@dataclass(frozen=True, slots=True)
class Sharer:
    """Another repository of the namespace that holds some of the same bytes, and keeps them."""

    name: str
    blobs: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that the page says. Sizes in bytes."""

    tags: int
    immutable: int
    manifests: int
    size: int
    freed: int
    stars: int
    watchers: int
    grants: list[str]
    publishers: list[str]
    webhooks: int
    moves: list[Move]
    promotions: list[Promotion]
    sharers: list[Sharer] = field(default_factory=list)


def preview_deletion(repository: Repository, *, by: Principal) -> Preview:
    """Count what goes with the repository, whatever the number of its tags."""
    size, kept = _bytes(repository)
    counted = {
        "tags": repository.tags.all(),
        "manifests": repository.manifests.all(),
        "stars": repository.stars.all(),
        "watchers": repository.watches.all(),
        "webhooks": repository.webhooks.all(),
    }
    sharers, grants, publishers, moves, promotions, names, *numbers = read_together(
        _sharers(repository, by),
        _grants(repository),
        repository.publishers.all()[:_NAMED],
        repository.moves.filter(state__in=UNFINISHED_MOVES).select_related("source", "target"),
        _promotions(repository)[:_NAMED],
        _names_that_may_stay(repository),
        *map(HowMany, counted.values()),
    )
    return Preview(
        immutable=sum(bool(frozen_by(repository.immutable_tags, name)) for name in names),
        size=size,
        freed=size - kept,
        grants=[f"{name_of(grant.grantee)} ({grant.role})" for grant in grants],
        publishers=[str(one) for one in publishers],
        moves=moves,
        promotions=promotions,
        sharers=[Sharer(name, blobs) for name, blobs in sharers],
        **{name: number for name, [number] in zip(counted, numbers, strict=True)},
    )


def _names_that_may_stay(repository: Repository) -> QuerySet[Any, str]:
    """Return the names of tags where some never change, none elsewhere."""
    tags = repository.tags.all() if repository.immutable_tags else repository.tags.none()
    return tags.values_list("name", flat=True)


def _bytes(repository: Repository) -> tuple[int, int]:
    """Return how much it holds, and how much of that its namespace holds elsewhere too."""
    own = BlobLink.objects.filter(repository=repository)
    held, kept = distinct_bytes(own), distinct_bytes(_of_others(repository))
    return held, min(kept, held)


def _of_others(repository: Repository) -> QuerySet[BlobLink]:
    """Return links of the same namespace, which is what a plan counts, to the same bytes."""
    own = BlobLink.objects.filter(repository=repository).values("digest")
    others = BlobLink.objects.filter(repository__namespace=repository.namespace_id)
    return others.exclude(repository=repository).filter(digest__in=own)


def _sharers(repository: Repository, by: Principal) -> QuerySet[Any, tuple[str, int]]:
    """Return the names of those that the reader may see (case 24), and how much they share."""
    inside = Repository.objects.filter(namespace=repository.namespace_id)
    visible = inside.visible_to(by).values("pk")
    found = _of_others(repository).filter(repository__in=visible).values_list("repository__name")
    return found.annotate(blobs=Count("pk")).order_by("repository__name")[:_NAMED]


def _grants(repository: Repository) -> QuerySet[AccessGrant]:
    related = repository.grants.select_related("user", "team__organization", "robot__namespace")
    return related.order_by("pk")[:_NAMED]


def _promotions(repository: Repository) -> QuerySet[Promotion]:
    undecided = Promotion.objects.filter(state__in=_UNDECIDED)
    return (undecided.filter(source=repository) | undecided.filter(target=repository)).distinct()
