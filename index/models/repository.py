"""Repositories, and the SQL twin of the policy."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace, Visibility
from accounts.principals import Principal
from index.models.access_grant import AccessGrant, Ids, united
from index.models.orders import IS_ARCHIVED, LATEST_FIRST, LISTED
from index.models.registry import Registry
from index.names import RepositoryName
from index.topics import is_topic


class RepositoryState(models.TextChoices):
    """Where in its life a repository is."""

    ACTIVE = "active"
    TRASHED = "trashed"
    DELETING = "deleting"
    DELETED = "deleted"


class RepositoryMode(models.TextChoices):
    """Whether it takes pushes. Settings and deletion stay open to its admins."""

    OPEN = "open", _("Open: takes pushes")
    READ_ONLY = "read-only", _("Read-only: can be pulled, takes no pushes for now")
    ARCHIVED = "archived", _("Archived: kept as it is, and nobody works on it any more")


class SizeClass(models.TextChoices):
    """How large its images are said to be: placement rules may look at it."""

    ORDINARY = "ordinary", _("Ordinary")
    LARGE = "large", _("Large: images of many gigabytes, like models and data sets")


class RepositoryQuerySet(models.QuerySet["Repository"]):
    """Every list and every look-up starts with visible_to."""

    def locked(self) -> RepositoryQuerySet:
        """Hold the rows until the commit. What is held before and after: `quotas.lock_namespace`.

        Nobody changes their keys, so rows that refer to them may be written meanwhile.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def live(self) -> RepositoryQuerySet:
        """Return those that are neither deleted nor on the way there."""
        return self.filter(state=RepositoryState.ACTIVE)

    def visible_to(self, principal: Principal, now: datetime | None = None) -> RepositoryQuerySet:
        """Return those the principal may pull: exactly where `policy.decide` allows it.

        A property test holds the two together. A statement that is prepared says what time it is.
        """
        live = self.live()
        if principal.is_administrator and principal.limits is None:
            return live
        return live.filter(
            Q(visibility=Visibility.PUBLIC) | (_reach(principal, now) & _within_limits(principal))
        )

    def taken_part_in(self, principal: Principal, *also: Ids) -> RepositoryQuerySet:
        """Return what `visible_to` has of the principal's own, of what was given to it, and of others by ids."""
        ways = (way.values("pk") for way in Repository.objects.ways_in(principal, *also))
        return self.filter(pk__in=united([*ways]))

    def ways_in(
        self, principal: Principal, *also: Ids, now: datetime | None = None
    ) -> list[RepositoryQuerySet]:
        """Return the same way by way, some in several: for whoever wants the first of each.

        Each goes by its index: the OR in `visible_to` walks through all repositories.
        """
        user, live, seen = principal.user, self.live(), self.visible_to(principal, now)
        if user is None or principal.limits is not None:
            live = seen  # what is one's own may be out of a credential's reach
        elif not user.is_superuser:
            seen = live.exclude(visibility=Visibility.PRIVATE)
        own = [live.filter(namespace__in=Namespace.objects.ids_held_by(user))] if user else []
        given = live.filter(pk__in=AccessGrant.objects.repositories_reaching(principal, now=now))
        return [*own, given, *(seen.filter(pk__in=one) for one in also)]

    def within_limits(self, principal: Principal) -> RepositoryQuerySet:
        """Return those that the limits of the principal's credential reach."""
        return self.filter(_within_limits(principal))

    def listed_for(self, principal: Principal) -> RepositoryQuerySet:
        """Return what is visible, less what is declared public or internal and still empty (case 28).

        Whoever has a part in an empty one finds it; a private one is seen by its people alone.
        """
        visible = self.visible_to(principal)
        if principal.is_administrator and principal.limits is None:
            return visible
        own = Q(visibility=Visibility.PRIVATE) | (_part(principal) & _within_limits(principal))
        return visible.filter(Q(last_pushed_at__isnull=False) | own)

    def about(self, topic: str) -> RepositoryQuerySet:
        """Return those that have the topic; nothing for what is none."""
        if not is_topic(topic):
            return self.none()
        # As text: SQLite knows no containment. A topic has no quotes in it, so this is exact.
        written = self.annotate(topics_text=Cast("topics", models.TextField()))
        return written.filter(topics_text__contains=f'"{topic}"')

    def archived_last(self, *order: Any) -> RepositoryQuerySet:
        """Return them in that order, and what nobody works on any more after all others."""
        return self.order_by(IS_ARCHIVED, *order)

    def latest_first(self) -> RepositoryQuerySet:
        """Return what was pushed last before what was pushed earlier or never; the archived after all others."""
        return self.archived_last(*LATEST_FIRST)

    def by_name(self, name: str) -> RepositoryQuerySet:
        """Return the one of that name today, not deleted; `index.lookup` knows names of the past."""
        return self.filter(name=name).exclude(state=RepositoryState.DELETED)

    def stored_as(self, name: RepositoryName) -> RepositoryQuerySet:
        """Return the one that a registry keeps under that name."""
        return self.filter(stored_name=name.value).exclude(state=RepositoryState.DELETED)


def _reach(principal: Principal, now: datetime | None) -> Q:
    """What is not public and yet the principal's to pull, limits aside."""
    if principal.is_administrator:
        return Q(pk__isnull=False)
    if principal.user or principal.robot:
        return _part(principal, now) | Q(visibility=Visibility.INTERNAL)
    return _part(principal, now)


def _part(principal: Principal, now: datetime | None = None) -> Q:
    """What the principal has something to do with: its own, and what was given to it."""
    if principal.is_administrator:
        return Q(pk__isnull=False)
    part = Q(pk__in=AccessGrant.objects.repositories_reaching(principal, now=now))
    if principal.workload:
        part |= Q(pk=principal.workload.repository_id)
    if principal.user:
        part |= Q(namespace__in=Namespace.objects.ids_held_by(principal.user))
    return part


def part_of(principal: Principal) -> Part:
    """Return the principal's part by ids, for whoever looks them up by an index; not of administrators.

    The same as `_part`.
    """
    namespaces = Namespace.objects.held_by(principal.user) if principal.user else None
    granted = AccessGrant.objects.reaching(principal).values_list("repository", "expires_at")
    repositories = [repository for repository, _ in granted]
    if principal.workload:
        repositories.append(principal.workload.repository_id)
    return Part(
        tuple(namespaces.values_list("pk", flat=True)) if namespaces is not None else (),
        tuple(repositories),
        min((until for _, until in granted if until), default=None),
    )


def _within_limits(principal: Principal) -> Q:
    """What the token that proved who this is may pull."""
    limits = principal.limits
    if limits is None:
        return Q()
    reached = Q(name__in=limits.exact_names())
    for prefix in limits.prefixes():
        reached |= Q(name__startswith=prefix)
    return reached


class Part(NamedTuple):
    """What somebody has something to do with: whole namespaces and single repositories, by their ids."""

    namespaces: tuple[int, ...]
    repositories: tuple[int, ...]
    until: datetime | None  # when the first of it ends


class Repository(models.Model):
    """A named collection of manifests, blobs and tags, kept by one registry.

    Rows of deleted repositories stay as tombstones. Statistics are updated by tasks alone.
    """

    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="repositories")
    name = models.CharField(max_length=200, db_index=True)
    # What the registry calls it: the name of its first day, whatever it is called since.
    stored_name = models.CharField(max_length=200, db_index=True)
    registry = models.ForeignKey(Registry, on_delete=models.PROTECT, related_name="repositories")
    visibility = models.CharField(max_length=10, choices=Visibility)
    description = models.CharField(max_length=100, blank=True)
    readme = models.TextField(blank=True)
    # Whether the README follows what the newest image says of itself, until somebody writes one here.
    readme_from_image = models.BooleanField(default=False, db_default=False)
    # What the newest image says beside its texts: source, documentation, licences (index.image_says).
    image_facts: models.JSONField[Any, Any] = models.JSONField(default=dict, db_default={})
    topics: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])
    size_class = models.CharField(
        max_length=10,
        choices=SizeClass,
        default=SizeClass.ORDINARY,
        db_default=SizeClass.ORDINARY,
    )
    state = models.CharField(max_length=10, choices=RepositoryState, default=RepositoryState.ACTIVE)
    mode = models.CharField(
        max_length=10,
        choices=RepositoryMode,
        default=RepositoryMode.OPEN,
        db_default=RepositoryMode.OPEN,
    )
    # Patterns of tags that never change once they are pushed: `*`, `v*`, `1.2.3`.
    immutable_tags = models.JSONField(default=list, db_default=[])
    # When what was called so changed hands: no token from before opens it (F2).
    tokens_not_before = models.DateTimeField(null=True)
    # While a move copies the last of it: pushes are told to come again.
    writes_held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True)
    last_pushed_at = models.DateTimeField(null=True)
    pull_count = models.PositiveBigIntegerField(default=0)
    star_count = models.PositiveIntegerField(default=0)
    # Every tag was pushed by a trusted publisher, so for each it is known how it was built.
    is_automated = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Repository]] = RepositoryQuerySet.as_manager()

    class Meta:
        """A name once among those that are not deleted."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(state="deleted"), name="repository_name_once"
            ),
            models.UniqueConstraint(
                fields=["registry", "stored_name"],
                condition=~Q(state="deleted"),
                name="repository_stored_once",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                "namespace",
                "state",
                IS_ARCHIVED,
                *LATEST_FIRST,
                name="repository_latest_of_each",
            ),
            models.Index(fields=["namespace", "name"], name="repository_names"),
            models.Index(
                IS_ARCHIVED,
                F("star_count").desc(),
                "name",
                condition=LISTED,
                name="repository_by_stars",
            ),
            models.Index(
                IS_ARCHIVED,
                F("last_pushed_at").desc(),
                "name",
                condition=LISTED,
                name="repository_by_push",
            ),
        ]
        verbose_name_plural = "repositories"

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def is_official(self) -> bool:
        """Whether it is an official image: in the root namespace."""
        return "/" not in self.name

    @cached_property
    def move_under_way(self) -> Any:
        """The move to another registry that has not flipped yet, if there is one."""
        return self.moves.filter(state__in=["copying", "closing"]).select_related("target").first()

    @property
    def short_name(self) -> str:
        """The name without its namespace."""
        return self.name if self.is_official else self.name.partition("/")[2]
