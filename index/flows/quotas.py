"""How much of its plan a namespace uses, and the refusal of what would be more.

Whatever is there stays when a plan gets smaller; only what is new is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership, Namespace, Plan, Visibility
from accounts.plans import plan_of, plans_of
from index.blob_sizes import distinct_bytes
from index.errors import OverQuota
from index.models import BlobLink, Repository, RepositoryState

STORAGE = "storage"
_PRIVATE, _MEMBERS = "private repositories", "members"
_OF_LIMIT = {
    STORAGE: gettext_lazy("%(used)s of %(limit)s storage"),
    _PRIVATE: gettext_lazy("%(used)s of %(limit)s private repositories"),
    _MEMBERS: gettext_lazy("%(used)s of %(limit)s members"),
}
_LONGEST_SENTENCE = 200  # docker prints one line


@dataclass(frozen=True, slots=True)
class Usage:
    """One thing that a plan may limit."""

    noun: str  # in the plural
    used: int
    limit: int | None

    @property
    def is_full(self) -> bool:
        """Whether nothing new goes in."""
        return self.limit is not None and self.used >= self.limit

    @property
    def sentence(self) -> str:
        """As people read it: "1 of 1 private repositories", "3 members, no limit"."""
        if self.limit is None:
            return self._without_limit
        if self.noun == STORAGE:
            used, limit = _bytes(self.used), _bytes(self.limit)
        else:
            used, limit = str(self.used), str(self.limit)
        return _OF_LIMIT[self.noun] % {"used": used, "limit": limit}

    @property
    def _without_limit(self) -> str:
        used = {"used": self.used}
        if self.noun == _PRIVATE:
            return (
                ngettext(
                    "%(used)s private repository, no limit",
                    "%(used)s private repositories, no limit",
                    self.used,
                )
                % used
            )
        if self.noun == _MEMBERS:
            return (
                ngettext("%(used)s member, no limit", "%(used)s members, no limit", self.used)
                % used
            )
        return _("%(used)s storage, no limit") % {"used": _bytes(self.used)}


def lock_namespace(namespace_id: int) -> Namespace:
    """Return the namespace as it is now; who creates, renames or counts in it waits for the commit.

    The one order of locks: namespaces by number, repositories by number (`locked`, which guard their
    offers, tags and grants, too), the organization or person. Who holds one asks for none before it.
    Changing a namespace's name, which is a key, waits for whoever refers to it, and they for it: all
    the rest is held before.
    """
    related = Namespace.objects.select_related("user", "organization", "plan")
    return related.select_for_update(of=("self",), no_key=True).get(pk=namespace_id)


def lock_namespaces(*namespace_ids: int) -> dict[int, Namespace]:
    """Return several by number, each as `lock_namespace` does."""
    return {number: lock_namespace(number) for number in sorted(set(namespace_ids))}


class Room(NamedTuple):
    """What a namespace may hold, and how many repositories of it are not public."""

    plan: Plan | None
    private: int


def room_of(namespace: Namespace) -> Room:
    """Return it as it is now."""
    return Room(plan_of(namespace), private_ones(namespace).count())


def private_repositories(room: Room) -> Usage:
    """Return how many repositories are not public."""
    plan, private = room
    return Usage(_PRIVATE, private, plan.private_repositories if plan else None)


def private_ones(namespace: Namespace) -> QuerySet[Repository]:
    """Return repositories that are not public; those that are being deleted do not count.

    What lies in the trash does: else there might be no room for it when it is taken out again.
    """
    return _hidden().filter(namespace=namespace)


def _hidden() -> QuerySet[Repository]:
    kept = (RepositoryState.ACTIVE, RepositoryState.TRASHED)
    return Repository.objects.filter(state__in=kept).exclude(visibility=Visibility.PUBLIC)


def storage(namespace: Namespace, plan: Plan | None) -> Usage:
    """Return the bytes of distinct blobs, as far as they are known: see `recount_storage`."""
    return Usage(STORAGE, namespace.storage_used, plan.storage_bytes if plan else None)


@dataclass(frozen=True, slots=True)
class Used:
    """A plan, and everything that a plan of such a namespace may limit."""

    plan: Plan | None
    usages: list[Usage]


def used_by(namespaces: Iterable[Namespace]) -> dict[int, Used]:
    """Return it of several, by the numbers of the namespaces: two queries, however many."""
    listed = list(namespaces)
    plans = plans_of(listed)
    hidden = _hidden().filter(namespace=OuterRef("pk")).order_by().values("namespace")
    joined = Membership.objects.filter(organization=OuterRef("organization")).order_by()
    counted = Namespace.objects.filter(pk__in=plans).values_list(
        "pk",
        Coalesce(Subquery(hidden.annotate(number=Count("pk")).values("number")), 0),
        Coalesce(
            Subquery(joined.values("organization").annotate(number=Count("pk")).values("number")), 0
        ),
    )
    numbers = {pk: (private, people) for pk, private, people in counted}
    return {one.pk: _used(one, plans[one.pk], *numbers[one.pk]) for one in listed}


def rooms_of(namespaces: Iterable[Namespace]) -> list[tuple[Namespace, Usage]]:
    """Return the namespaces that are limited in private repositories, each with how many it has."""
    listed = list(namespaces)
    used = used_by(listed)
    pairs = [(one, used[one.pk].usages[0]) for one in listed]
    return [(one, usage) for one, usage in pairs if usage.limit is not None]


def _used(namespace: Namespace, plan: Plan | None, private: int, people: int) -> Used:
    found = [Usage(_PRIVATE, private, plan.private_repositories if plan else None)]
    if namespace.organization_id:
        found.append(Usage(_MEMBERS, people, plan.members if plan else None))
    return Used(plan, [*found, storage(namespace, plan)])


def check_private_repositories(namespace: Namespace, room: Room | None = None) -> None:
    """Raise OverQuota unless there is room for one more; the namespace's row must be locked (F15)."""
    usage = private_repositories(room or room_of(namespace))
    if usage.is_full:
        remedy = _("Make one public, delete one, or ask an administrator")
        raise OverQuota(_refusal(namespace, usage, remedy))


def check_storage(namespace: Namespace, *, limit: int | None) -> None:
    """Raise OverQuota when the namespace holds as much as it may; no query for one without a limit.

    What is under way is not counted yet, so a push that begins below the limit may end above it.
    """
    if limit is None or namespace.storage_used < limit:
        return
    usage = Usage(STORAGE, namespace.storage_used, limit)
    remedy = _("Delete repositories, or ask an administrator")
    raise OverQuota(_refusal(namespace, usage, remedy))


def check_room(namespace: Namespace, sizes: Mapping[str, int]) -> None:
    """Raise OverQuota unless these blobs have room; those that the namespace has already take none."""
    limit = storage(namespace, plan_of(namespace)).limit
    if limit is None:
        return
    held = BlobLink.objects.filter(repository__namespace=namespace, digest__in=list(sizes))
    there = set(held.values_list("digest", flat=True))
    adding = sum(size for digest, size in sizes.items() if digest not in there)
    if adding and namespace.storage_used + adding > limit:
        usage = Usage(STORAGE, namespace.storage_used, limit)
        remedy = _("This brings %(adding)s: delete repositories, or ask an administrator") % {
            "adding": _bytes(adding)
        }
        raise OverQuota(_refusal(namespace, usage, remedy))


def recount_storage(namespace_id: int) -> None:
    """Write down the bytes of all distinct blobs of the namespace; in tasks, after each change.

    Counted anew each time, so nothing can drift. A digest counts once, however many repositories
    and images of the namespace share it. Left out are manifests themselves, some kilobytes each.
    """
    with transaction.atomic():
        lock_namespace(namespace_id)  # of two who count, the later one has seen more
        total = _distinct_bytes(namespace_id)
        Namespace.objects.filter(pk=namespace_id).update(storage_used=total)


def _distinct_bytes(namespace_id: int) -> int:
    return distinct_bytes(BlobLink.objects.filter(repository__namespace=namespace_id))


def _bytes(size: int) -> str:
    units = [(10**3, "kB"), (10**6, "MB")] if size else []
    unit, name = next((one for one in units if size < one[0] * 10**3), (10**9, "GB"))
    return f"{size / unit:.2f}".rstrip("0").rstrip(".") + f" {name}"


def _refusal(namespace: Namespace, usage: Usage, remedy: str) -> str:
    """Return one line of ASCII: the plan, how much of it is used, what to do and where."""
    address = f"/o/{namespace}/-/settings" if namespace.organization_id else "/settings/namespace"
    used = f"{namespace} (plan {plan_of(namespace)}): {usage.sentence} used. {remedy}"
    full = f"{used}: {settings.PUBLIC_URL}{address}"
    return full if len(full) <= _LONGEST_SENTENCE else used
