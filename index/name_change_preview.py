"""What a rename or a transfer changes and what it leaves, in sentences: told before anybody does it.

The same checks as the flows make come first, so a preview that is shown is one that can be done.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from accounts.models import Namespace, Visibility
from accounts.principals import Principal
from index.flows.end_ties import outsiders
from index.flows.rename_repository import check_rename
from index.flows.take_name import check_name
from index.flows.transfer_repository import check_room, check_transfer
from index.models import AccessGrant, Repository
from index.names import RepositoryName
from index.policy import may_create

_NAMED = 10  # of people, teams and robots each


@dataclass(frozen=True, slots=True)
class NameChange:
    """A rename or a transfer that has not happened."""

    old_name: str
    new_name: str
    at_once: bool  # else somebody else has to take it first
    stays: list[str] = field(default_factory=list)
    goes: list[str] = field(default_factory=list)


def preview_rename(repository: Repository, *, to: RepositoryName, by: Principal) -> NameChange:
    """Raise what the rename would raise."""
    check_rename(repository, to=to, by=by)
    check_name(to, namespace=repository.namespace, owner=repository)
    change = NameChange(repository.name, to.value, at_once=True)
    change.stays.extend(_content(repository))
    change.stays.append("Everybody's roles, webhooks, trusted publishers and settings")
    change.stays.append(
        f"Access tokens that are limited to {repository.name} alone open it as {to}"
    )
    change.goes.append(
        f"Access tokens that are limited to a pattern with * reach it only if the pattern fits {to}"
    )
    return change


def preview_transfer(repository: Repository, *, to: RepositoryName, by: Principal) -> NameChange:
    """Raise what the transfer would raise, as far as it is not for others to decide."""
    target = check_transfer(repository, to=to, by=by)
    to = to.moved_to(target.name)
    at_once = may_create(by, to).role is not None
    if at_once:
        check_name(to, namespace=target, owner=repository)
        check_room(repository, target=target)
    change = NameChange(repository.name, to.value, at_once=at_once)
    change.stays.extend(_content(repository))
    change.stays.extend(_people(repository))
    change.goes.extend(_ends(repository, target))
    return change


def _content(repository: Repository) -> list[str]:
    tags, registry = _count(repository.tags.count(), "tag"), repository.registry
    kept = f"{tags}: nothing is copied, and registry {registry.name} keeps all images as they are"
    return [
        kept,
        f"{_count(repository.star_count, 'star')} and {_count(repository.pull_count, 'pull')}",
        _old_name(repository),
    ]


def _old_name(repository: Repository) -> str:
    address = f"{settings.PUBLIC_HOST}/{repository.name}"
    return f"The name {address}: it leads to the new one, and nobody else gets it"


def _people(repository: Repository) -> list[str]:
    direct = AccessGrant.objects.filter(repository=repository, user__isnull=False)
    names = direct.order_by("user__username").values_list("user__username", flat=True)
    return [f"The roles that people were given themselves: {_listed(list(names))}"] if names else []


def _ends(repository: Repository, target: Namespace) -> list[str]:
    """Return what ends; the repository still stands in its old namespace."""
    told = [f"Owners of {repository.namespace} have no rights by that any more"]
    others = outsiders(repository, namespace=target).select_related("team", "robot")
    teams = sorted(str(grant.team) for grant in others if grant.team)
    robots = sorted(str(grant.robot) for grant in others if grant.robot)
    told += [f"Roles of teams: {_listed(teams)}"] if teams else []
    told += [f"Roles of robots: {_listed(robots)}"] if robots else []
    asked = repository.access_requests.filter(decided_at=None).count()
    for number, noun in (
        (repository.publishers.count(), "trusted publisher"),
        (repository.webhooks.count(), "webhook"),
        (asked, "open access request"),
    ):
        told += [_count(number, noun)] if number else []
    if repository.visibility == Visibility.PRIVATE:
        told.append("Watches of people who may not pull it then")
    told.append("Registry tokens from before; docker fetches new ones by itself")
    told.append(f"Access tokens that are limited to {repository.namespace}/… reach it no more")
    return told


def _listed(names: list[str]) -> str:
    shown, more = names[:_NAMED], len(names) - _NAMED
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
