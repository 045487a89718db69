"""What a rename or a transfer changes and what it leaves, in sentences: told before anybody does it.

The same checks as the flows make come first, so a preview that is shown is one that can be done.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from accounts.models import Namespace, Visibility
from accounts.plans import first_plan
from accounts.principals import Principal
from accounts.together import HowMany, read_together
from accounts.words import listed
from index.flows.end_ties import outsiders
from index.flows.quotas import Room, private_ones
from index.flows.rename_repository import check_rename
from index.flows.take_name import check_name, old_names_of
from index.flows.transfer_repository import check_room, check_transfer
from index.models import AccessGrant, Repository
from index.names import RepositoryName
from index.policy import may_create_in
from index.rules import Decision

_NAMED = 10  # of people, teams and robots each

_NOUNS = {
    "tag": ngettext_lazy("%(number)s tag", "%(number)s tags", "number"),
    "star": ngettext_lazy("%(number)s star", "%(number)s stars", "number"),
    "pull": ngettext_lazy("%(number)s pull", "%(number)s pulls", "number"),
    "trusted publisher": ngettext_lazy(
        "%(number)s trusted publisher", "%(number)s trusted publishers", "number"
    ),
    "webhook": ngettext_lazy("%(number)s webhook", "%(number)s webhooks", "number"),
    "open access request": ngettext_lazy(
        "%(number)s open access request", "%(number)s open access requests", "number"
    ),
}


@dataclass(frozen=True, slots=True)
class NameChange:
    """A rename or a transfer that has not happened."""

    old_name: str
    new_name: str
    at_once: bool  # else somebody else has to take it first
    stays: list[str] = field(default_factory=list)
    goes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Ties:
    """What a repository has that a transfer keeps, and what it ends."""

    people: list[str]  # with roles of their own
    teams: list[str]  # of the old namespace, as the robots
    robots: list[str]
    room: Room  # in the new namespace
    old_names: list[str]  # of the new namespace
    tags: int
    publishers: int
    webhooks: int
    requests: int


def preview_rename(
    repository: Repository, *, to: RepositoryName, by: Principal, decision: Decision, tags: int
) -> NameChange:
    """Raise what the rename would raise; the decision and the number of tags are at hand."""
    check_rename(repository, to=to, by=by, decision=decision)
    check_name(to, namespace=repository.namespace, owner=repository)
    change = NameChange(repository.name, to.value, at_once=True)
    change.stays.extend(_content(repository, tags))
    change.stays.append(_("Everybody's roles, webhooks, trusted publishers and settings"))
    change.stays.append(
        _("Access tokens that are limited to %(name)s alone open it as %(to)s")
        % {"name": repository.name, "to": to}
    )
    change.goes.append(
        _(
            "Access tokens that are limited to a pattern with * reach it only if the "
            "pattern fits %(to)s"
        )
        % {"to": to}
    )
    return change


def preview_transfer(
    repository: Repository, *, to: RepositoryName, by: Principal, decision: Decision | None = None
) -> NameChange:
    """Raise what the transfer would raise, as far as it is not for others to decide."""
    target = check_transfer(repository, to=to, by=by, decision=decision)
    to = to.moved_to(target.name)
    at_once = may_create_in(target, by, to).role is not None
    tied = _ties(repository, target)
    if at_once:
        check_name(to, namespace=target, owner=repository, old_names=tied.old_names)
        check_room(repository, target=target, room=tied.room)
    change = NameChange(repository.name, to.value, at_once=at_once)
    change.stays.extend(_content(repository, tied.tags))
    change.stays.extend(_people(tied.people))
    change.goes.extend(_ends(repository, tied))
    return change


def _content(repository: Repository, tags: int) -> list[str]:
    kept = _("%(tags)s: nothing is copied, and registry %(name)s keeps all images as they are") % {
        "tags": _count(tags, "tag"),
        "name": repository.registry.name,
    }
    return [
        kept,
        _("%(stars)s and %(pulls)s")
        % {
            "stars": _count(repository.star_count, "star"),
            "pulls": _count(repository.pull_count, "pull"),
        },
        _old_name(repository),
    ]


def _old_name(repository: Repository) -> str:
    address = f"{settings.PUBLIC_HOST}/{repository.name}"
    return _("The name %(address)s: it leads to the new one, and nobody else gets it") % {
        "address": address
    }


def _ties(repository: Repository, target: Namespace) -> _Ties:
    """Read them in one query."""
    direct = AccessGrant.objects.filter(repository=repository, user__isnull=False)
    people, others, plans, [private], old_names, *numbers = read_together(
        direct.order_by("user__username").values_list("user__username", flat=True),
        outsiders(repository, namespace=target).select_related("team", "robot__namespace"),
        first_plan(target),
        HowMany(private_ones(target)),
        old_names_of(target),
        HowMany(repository.tags.all()),
        HowMany(repository.publishers.all()),
        HowMany(repository.webhooks.all()),
        HowMany(repository.access_requests.filter(decided_at=None)),
    )
    teams = sorted(str(grant.team) for grant in others if grant.team)
    robots = sorted(str(grant.robot) for grant in others if grant.robot)
    room = Room(target.plan or next(iter(plans), None), private)
    return _Ties(people, teams, robots, room, old_names, *(number for (number,) in numbers))


def _people(names: list[str]) -> list[str]:
    kept = _("The roles that people were given themselves: %(names)s")
    return [kept % {"names": _listed(names)}] if names else []


def _ends(repository: Repository, tied: _Ties) -> list[str]:
    """Return what ends; the repository still stands in its old namespace."""
    told = [
        _("Owners of %(namespace)s have no rights by that any more")
        % {"namespace": repository.namespace}
    ]
    if tied.teams:
        told.append(_("Roles of teams: %(teams)s") % {"teams": _listed(tied.teams)})
    if tied.robots:
        told.append(_("Roles of robots: %(robots)s") % {"robots": _listed(tied.robots)})
    for number, noun in (
        (tied.publishers, "trusted publisher"),
        (tied.webhooks, "webhook"),
        (tied.requests, "open access request"),
    ):
        told += [_count(number, noun)] if number else []
    if repository.visibility == Visibility.PRIVATE:
        told.append(_("Watches of people who may not pull it then"))
    told.append(_("Registry tokens from before; docker fetches new ones by itself"))
    told.append(
        _("Access tokens that are limited to %(namespace)s/… reach it no more")
        % {"namespace": repository.namespace}
    )
    return told


def _listed(names: list[str]) -> str:
    shown, more = names[:_NAMED], len(names) - _NAMED
    return listed(shown, more)


def _count(number: int, noun: str) -> str:
    return _NOUNS[noun] % {"number": number}
