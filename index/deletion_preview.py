"""What the deletion of a repository takes along, and what it leaves: read before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from accounts.figures import counts
from accounts.principals import Principal
from index.blob_sizes import distinct_bytes
from index.grantees import name_of
from index.models import (
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
    sharers = _sharers(repository, by)
    return Preview(
        immutable=_immutable(repository),
        size=size,
        freed=size - kept,
        grants=_grants(repository),
        publishers=[str(one) for one in repository.publishers.all()[:_NAMED]],
        moves=list(
            repository.moves.filter(state__in=UNFINISHED_MOVES).select_related("source", "target")
        ),
        promotions=list(_promotions(repository)[:_NAMED]),
        sharers=sharers,
        **counts(
            tags=repository.tags.all(),
            manifests=repository.manifests.all(),
            stars=repository.stars.all(),
            watchers=repository.watches.all(),
            webhooks=repository.webhooks.all(),
        ),
    )


def _immutable(repository: Repository) -> int:
    patterns = repository.immutable_tags
    if not patterns:
        return 0
    names = repository.tags.values_list("name", flat=True)
    return sum(bool(frozen_by(patterns, name)) for name in names)


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


def _sharers(repository: Repository, by: Principal) -> list[Sharer]:
    """Return those that the reader may see (case 24)."""
    visible = Repository.objects.visible_to(by).values("pk")
    found = _of_others(repository).filter(repository__in=visible).values("repository__name")
    counted = found.annotate(blobs=Count("pk")).order_by("repository__name")
    return [Sharer(row["repository__name"], row["blobs"]) for row in counted[:_NAMED]]


def _grants(repository: Repository) -> list[str]:
    related = repository.grants.select_related("user", "team__organization", "robot__namespace")
    return [f"{name_of(grant.grantee)} ({grant.role})" for grant in related.order_by("pk")[:_NAMED]]


def _promotions(repository: Repository) -> QuerySet[Promotion]:
    undecided = Promotion.objects.filter(state__in=_UNDECIDED)
    return (undecided.filter(source=repository) | undecided.filter(target=repository)).distinct()
