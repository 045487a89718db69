"""Close an account: what happens to everything that hangs on it, and the doing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import AccountInUse
from accounts.figures import counts
from accounts.flows import close_account as accounts_half
from accounts.flows.memberships import owned_alone
from accounts.models import Organization, RobotAccount, User
from accounts.people_only import check_person
from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.flows.quotas import lock_namespace
from index.models import AccessGrant, Denial, Repository, RepositoryState, Star, Watch, Webhook


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the page says before anybody closes anything."""

    repositories: list[Repository]
    trash: int  # of more that lie there
    in_the_way: list[Organization]
    organizations: list[Organization]
    robots: list[RobotAccount]
    grants: int
    stars: int


def consequences_of_closing(user: User) -> Consequences:
    """Return what will be deleted, left and ended."""
    in_the_way = list(owned_alone(user).order_by("name"))
    left = Organization.objects.filter(memberships__user=user, deleted_at=None)
    kept = _repositories(user, RepositoryState.ACTIVE, RepositoryState.TRASHED).only(
        "name", "state"
    )
    live = [one for one in kept if one.state == RepositoryState.ACTIVE]
    return Consequences(
        repositories=live,
        trash=len(kept) - len(live),
        in_the_way=in_the_way,
        organizations=list(left.exclude(pk__in=[one.pk for one in in_the_way]).order_by("name")),
        robots=list(RobotAccount.objects.filter(namespace__user=user).select_related("namespace")),
        **counts(
            grants=AccessGrant.objects.filter(user=user), stars=Star.objects.filter(user=user)
        ),
    )


def close_account(*, by: Principal, typed: str) -> None:
    """Delete the person's repositories, end all credentials and erase what is personal.

    `typed` is the user name once more. Raises MachineRefused and AccountInUse.
    """
    user = check_person(by)
    if typed != user.username:
        message = _("Type your user name, %(username)s, to close the account.") % {
            "username": user.username
        }
        raise AccountInUse(message)
    with transaction.atomic():
        lock_namespace(user.namespace.pk)  # no repository begins at the same moment
        _hold_what_changes(user)
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        accounts_half.check_nothing_in_the_way(locked)
        for repository in _repositories(locked, RepositoryState.ACTIVE, RepositoryState.TRASHED):
            request_deletion(repository, by=by, at_once=True)  # nobody is left to have it back
        AccessGrant.objects.filter(user=locked).delete()
        _take_back_stars(locked)
        Watch.objects.filter(user=locked).delete()
        Webhook.objects.filter(namespace__user=locked).delete()
        Denial.objects.filter(subject=by.subject).delete()
        accounts_half.close(locked, by=by)


def _hold_what_changes(user: User) -> None:
    """Hold all repositories that are deleted, or lose a star: in one order, and none later."""
    starred = Star.objects.filter(user=user).values("repository")
    touched = Repository.objects.locked().filter(Q(namespace__user=user) | Q(pk__in=starred))
    list(touched.order_by("pk").values_list("pk"))


def _repositories(user: User, *states: RepositoryState) -> QuerySet[Repository]:
    found = Repository.objects.filter(namespace__user=user, state__in=states)
    return found.order_by("name")


def _take_back_stars(user: User) -> None:
    starred = Star.objects.filter(user=user)
    Repository.objects.filter(pk__in=starred.values("repository")).update(
        star_count=F("star_count") - 1
    )
    starred.delete()
