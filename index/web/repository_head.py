"""What the head of each of a repository's pages shows: read with the repository, in one statement."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.db.models import Count, Exists, IntegerField, Model, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.principals import Principal
from index.models import Repository, Star, Tag, Watch
from index.models.repository import RepositoryQuerySet
from index.policy import allowed_actions
from index.rules import Decision

_NOTED = "_noted_decision"
_HEAD = ("head_tags", "head_watches", "head_starred", "head_watched")  # in the order of `Numbers`


class Numbers(NamedTuple):
    """How many tags and watches it has, and whether the star and a watch are the reader's."""

    tags: int
    watches: int
    is_starred: bool
    is_watched: bool


def with_numbers(among: RepositoryQuerySet, user: User | None) -> RepositoryQuerySet:
    """Return the same repositories; each carries its `Numbers` for whoever reads."""
    return among.annotate(
        head_tags=_count(Tag),
        head_watches=_count(Watch),
        head_starred=_is_mine(Star, user),
        head_watched=_is_mine(Watch, user),
    )


def numbers_of(repository: Repository, user: User | None) -> Numbers:
    """Return them as they were read, or now: one query, once for each repository that was read."""
    if not hasattr(repository, _HEAD[0]):
        among: RepositoryQuerySet = Repository.objects.filter(pk=repository.pk)
        found = with_numbers(among, user).values_list(*_HEAD).first() or (0, 0, False, False)
        vars(repository).update(zip(_HEAD, found, strict=True))
    return Numbers(*(getattr(repository, name) for name in _HEAD))


def decision_about(repository: Repository, principal: Principal) -> Decision:
    """Return what the principal may do; asked once for each repository that was read."""
    noted: tuple[Principal, Decision] | None = getattr(repository, _NOTED, None)
    if noted is None or noted[0] != principal:
        decision = allowed_actions(principal, repository)
        note_decision(repository, principal, decision)
        return decision
    return noted[1]


def note_decision(repository: Repository, principal: Principal, decision: Decision) -> None:
    """Keep what was decided already, with others maybe."""
    setattr(repository, _NOTED, (principal, decision))


@cache
def _count(model: type[Model]) -> Coalesce:
    rows = model._default_manager.filter(repository=OuterRef("pk")).order_by()
    counted = rows.values("repository").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _is_mine(model: type[Model], user: User | None) -> Exists | Value:
    if user is None:
        return Value(value=False)
    return Exists(model._default_manager.filter(repository=OuterRef("pk"), user=user))
