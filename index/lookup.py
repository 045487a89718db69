"""Find a repository by any name that leads to it: the only place that knows how names are followed.

A repository answers to today's name, to the name its registry stores it under, to each name that it had
before, and to all of these as they were before a namespace was renamed. What its name of today is, is
asked first: no name of the past and no stored name is ever given to another one (`index.flows.take_name`).

Names of the past (`FormerName`) are written as their namespace is called today.
"""

from __future__ import annotations

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Concat

from accounts.models import Namespace
from index.errors import NameInvalid
from index.models import FormerName, Repository, RepositoryState
from index.models.repository import RepositoryQuerySet
from index.names import RepositoryName


def find_repository(among: RepositoryQuerySet, name: RepositoryName) -> Repository | None:
    """Return the one of `among` that the name leads to: one query, three if no name of today is it.

    Begin with `visible_to` where somebody asks: what is hidden then costs as much as what is not there.
    """
    return find_by_todays_name(among, name.value).first() or find_by_another_name(among, name)


def find_by_todays_name(among: RepositoryQuerySet, name: str) -> RepositoryQuerySet:
    """Return the one of `among` that is called so today."""
    return among.by_name(name).select_related("namespace", "registry")


def the_one_called(among: RepositoryQuerySet, name: RepositoryName) -> RepositoryQuerySet:
    """Return the one that `find_repository` finds, as a part of another statement.

    Where it does not matter who asks: one statement costs as much for what is hidden as for no name.
    """
    today = [Q(name=name.value)]
    if not name.is_official:
        rest = name.value.removeprefix(name.namespace)
        renamed = Namespace.objects.filter(old_names__name=name.namespace)
        today.append(Q(name__in=renamed.values_list(Concat("name", Value(rest)))))
    # Each way by its index: an OR of them walks through all repositories there are.
    ways = [Repository.objects.filter(one) for one in [*today, Q(stored_name=name.value)]]
    former = [FormerName.objects.filter(one).order_by().values("repository") for one in today]
    leading = former[0].union(*former[1:], *(way.values("pk") for way in ways))
    found = among.filter(pk__in=leading)
    nearness = Case(When(name=name.value, then=0), When(stored_name=name.value, then=1), default=2)
    return found.exclude(state=RepositoryState.DELETED).order_by(nearness, "pk")[:1]


def todays_name(name: RepositoryName) -> RepositoryName:
    """Return the name as it is since its namespace was renamed; the same if it was not."""
    renamed = Namespace.objects.filter(old_names__name=name.namespace)
    today = renamed.values_list("name", flat=True).first()
    try:
        return name.moved_to(today) if today else name
    except NameInvalid:  # too long by now, so there is none
        return name


def leads_to(name: RepositoryName, repository: Repository) -> bool:
    """Whether it is one of the repository's names."""
    if name.value in {repository.name, repository.stored_name}:
        return True
    today = todays_name(name).value
    return today == repository.name or repository.former_names.filter(name=today).exists()


def find_by_another_name(among: RepositoryQuerySet, name: RepositoryName) -> Repository | None:
    """Return the one of `among` that the name, which is none of today, leads to: two queries."""
    today = todays_name(name).value
    # Three ways, each by its index: an OR of them walks through all repositories there are.
    called = Repository.objects.filter(name=today)
    stored = Repository.objects.filter(stored_name=name.value)
    former = FormerName.objects.filter(name=today).order_by()
    leading = called.values("pk").union(stored.values("pk"), former.values("repository"))
    found = among.filter(pk__in=leading).exclude(state=RepositoryState.DELETED)
    found = found.select_related("namespace", "registry")
    return min(found, key=lambda repository: repository.stored_name != name.value, default=None)
