"""What administrators set up: plans, announcements, registries, pools, and where new repositories go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings

from accounts import announcements
from accounts.audit import AuditAction
from accounts.flows.announce import Wording
from accounts.flows.plans import Limits, check_plan
from accounts.models import Announcement, AuditEvent, Plan
from accounts.opaque_tokens import digest_of
from config.estate.kind import Kind, Refused
from config.estate.known import Known
from config.estate.new_secrets import NewSecrets
from config.estate.records import people, repositories
from index.flows.decide_differences import check_accept_pattern
from index.flows.place_repositories import check_pattern, check_pool_name
from index.flows.registries import make_events_secret
from index.models import AcceptRule, PlacementRule, Registry, RegistryPool, RegistryState
from index.registry_settings import RegistrySettings, check_settings

_LAST_DAY, _LAST_HOUR = 6, 23
_ABOUT_PLANS = (
    AuditAction.PLAN_CREATED,
    AuditAction.PLAN_CHANGED,
    AuditAction.PLAN_DELETED,
    AuditAction.PLAN_ASSIGNED,
)


class Plans(Kind[people.Plan]):
    """Plans."""

    record = people.Plan
    model = Plan
    fixed = frozenset({"default_for"})

    def check(self, record: people.Plan) -> None:
        """Hold name and limits to the grammar."""
        check_plan(
            record.name,
            Limits(record.private_repositories, record.members, record.storage_bytes),
        )

    def obstacles(self, records: Sequence[people.Plan], known: Known) -> dict[tuple[str, ...], str]:
        """Find those that would be a second default, where administrators have said which is."""
        if self._are_untouched():
            return {}
        held = Plan.objects.filter(default_for__isnull=False)
        defaults = dict(held.values_list("default_for", "name"))
        return {
            one.key: f"{defaults[one.default_for]} is the default of {one.default_for} already"
            for one in records
            if one.default_for in defaults
        }

    def is_untouched(self, there: people.Plan) -> bool:
        """Whether no administrator has said anything about plans here."""
        return self._are_untouched()

    def take_over(self, key: int, record: people.Plan, known: Known) -> None:
        """Make it so, and nothing else the default of the same."""
        self._make_room([record])
        super().take_over(key, record, known)

    def create(self, records: Sequence[people.Plan], known: Known) -> None:
        """Make them."""
        self._make_room(records)
        super().create(records, known)

    @staticmethod
    def _are_untouched() -> bool:
        return not AuditEvent.objects.filter(action__in=_ABOUT_PLANS).exists()

    @staticmethod
    def _make_room(records: Sequence[people.Plan]) -> None:
        wanted = [one.default_for for one in records if one.default_for]
        Plan.objects.filter(default_for__in=wanted).update(default_for=None)


class Announcements(Kind[people.Announcement]):
    """Banners."""

    record = people.Announcement
    model = Announcement
    paths: ClassVar[Mapping[str, Any]] = {"created_by": "created_by__username"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {"created_by": ("created_by_id", "person")}
    find_by = ("text",)
    fixed = frozenset({"level", "audience", "ends_at", "is_dismissible"})

    def check(self, record: people.Announcement) -> None:
        """Hold it to what administrators may say."""
        Wording(
            record.text, record.level, record.audience,
            record.begins_at, record.ends_at, record.is_dismissible,
        ).check()  # fmt: skip

    def create(self, records: Sequence[people.Announcement], known: Known) -> None:
        """Make them; pages remember what is shown."""
        super().create(records, known)
        announcements.forget()


class Registries(Kind[repositories.Registry]):
    """Registries; their names are names of hosts in the gateway's configuration."""

    record = repositories.Registry
    model = Registry
    fixed = frozenset({"upstream_url", "service", "key_format", "stage", "writers", "state"})

    def check(self, record: repositories.Registry) -> None:
        """Hold it to what the flow takes."""
        to_be = RegistrySettings(
            record.upstream_url, record.service, description=record.description
        )
        check_settings(record.name, to_be)
        day = record.collects_on_day
        if (day is not None and day > _LAST_DAY) or record.collects_at_hour > _LAST_HOUR:
            message = "days are 0 (Monday) to 6, hours 0 to 23"
            raise Refused(message)

    def columns(
        self, record: repositories.Registry, known: Known, only: Any = None
    ) -> dict[str, Any]:
        """Return the values of columns."""
        values = super().columns(record, known, only)
        if "service" in values:
            values["service"] = record.service or settings.SERVICE
        return values

    def give_secrets(self, records: Sequence[repositories.Registry], secrets: NewSecrets) -> None:
        """Let those without a digest sign in with a new secret."""
        for one in records:
            if not one.events_secret_digest and one.state != RegistryState.RETIRED:
                secret = make_events_secret()
                secrets.tell(one, secret)
                found = Registry.objects.filter(name=one.name)
                found.update(events_secret_digest=digest_of(secret))


class Pools(Kind[repositories.Pool]):
    """Pools."""

    record = repositories.Pool
    model = RegistryPool
    apart = frozenset({"members"})

    def names(self, record: repositories.Pool) -> Iterator[tuple[str, str]]:
        """Yield the members."""
        for name in record.members:
            yield "registry", name

    def complete(self, rows: Mapping[int, dict[str, Any]]) -> None:
        """Read the members."""
        for row in rows.values():
            row["members"] = []
        pairs = RegistryPool.members.through.objects.filter(registrypool__in=rows).order_by("pk")
        for pool, name in pairs.values_list("registrypool_id", "registry__name"):
            rows[pool]["members"].append(name)

    def check(self, record: repositories.Pool) -> None:
        """Hold the name to the grammar."""
        check_pool_name(record.name)
        if not record.members:
            message = "a pool has at least one member"
            raise Refused(message)

    def create(self, records: Sequence[repositories.Pool], known: Known) -> None:
        """Make them with their members."""
        through = RegistryPool.members.through
        made = [RegistryPool(name=one.name) for one in records]
        self.insert(RegistryPool, made)
        pairs = [
            through(registrypool=pool, registry_id=known.key("registry", name))
            for one, pool in zip(records, made, strict=True)
            for name in one.members
        ]
        self.insert(through, pairs)


class PlacementRules(Kind[repositories.PlacementRule]):
    """Placement rules."""

    record = repositories.PlacementRule
    model = PlacementRule
    paths: ClassVar[Mapping[str, Any]] = {"registry": "registry__name", "pool": "pool__name"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "registry": ("registry_id", "registry"),
        "pool": ("pool_id", "pool"),
    }

    def check(self, record: repositories.PlacementRule) -> None:
        """Hold the pattern to the grammar, and the rule to one place."""
        check_pattern(record.pattern)
        if bool(record.registry) == bool(record.pool):
            message = "a rule names either a registry or a pool"
            raise Refused(message)


class AcceptRules(Kind[repositories.AcceptRule]):
    """Rules by which differences are accepted."""

    record = repositories.AcceptRule
    model = AcceptRule
    paths: ClassVar[Mapping[str, Any]] = {
        "registry": "registry__name", "difference": "kind", "created_by": "created_by__username",
    }  # fmt: skip
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "registry": ("registry_id", "registry"),
        "created_by": ("created_by_id", "person"),
    }
    find_by = ("registry", "pattern")

    def check(self, record: repositories.AcceptRule) -> None:
        """Hold the pattern to the grammar."""
        check_accept_pattern(record.pattern)
