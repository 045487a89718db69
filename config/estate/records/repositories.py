"""Records about registries and repositories."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from accounts.models import Visibility
from config.estate.records.record import Record, credential
from index.models import (
    DifferenceKind,
    KeyFormat,
    RegistryState,
    RepositoryMode,
    SizeClass,
    Stage,
    Writers,
)
from index.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry(Record):
    """A registry. Without a digest it is given a new secret for its notifications."""

    KIND: ClassVar[str] = "registry"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    upstream_url: str
    service: str = ""  # empty is the one of this Waybill's gateway
    key_format: KeyFormat = KeyFormat.X5C
    stage: Stage = Stage.NONE
    writers: Writers = Writers.ANYONE
    needs_approval: bool = False
    state: RegistryState = RegistryState.IN_USE
    description: str = ""
    collects_on_day: int | None = None
    collects_at_hour: int = 3
    created_at: datetime | None = None
    events_secret_digest: str = credential()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(Record):
    """Registries that share new names."""

    KIND: ClassVar[str] = "pool"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRule(Record):
    """Which registry or pool keeps new repositories; exactly one of the two."""

    KIND: ClassVar[str] = "placement-rule"
    KEY: ClassVar[tuple[str, ...]] = ("pattern", "visibility", "size_class")

    pattern: str
    visibility: Visibility | None = None
    size_class: SizeClass | None = None
    registry: str = ""
    pool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRule(Record):
    """Differences in a registry that are accepted by themselves."""

    KIND: ClassVar[str] = "accept-rule"
    KEY: ClassVar[tuple[str, ...]] = ("registry", "difference", "pattern")

    registry: str
    difference: DifferenceKind
    pattern: str
    created_by: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository(Record):
    """A repository; its content stays in the registry, under its stored name."""

    KIND: ClassVar[str] = "repository"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    visibility: Visibility = Visibility.PRIVATE
    registry: str = ""  # empty is what the placement rules say
    stored_name: str = ""  # empty is the name
    description: str = ""
    readme: str = ""
    readme_from_image: bool = False
    image_facts: dict[str, Any] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    size_class: SizeClass = SizeClass.ORDINARY
    mode: RepositoryMode = RepositoryMode.OPEN
    immutable_tags: tuple[str, ...] = ()
    created_at: datetime | None = None
    created_by: str = ""
    last_pushed_at: datetime | None = None
    pull_count: int = 0
    is_automated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerName(Record):
    """A name that a repository had: it leads there."""

    KIND: ClassVar[str] = "former-name"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    repository: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiding(Record):
    """That administrators have hidden a repository."""

    KIND: ClassVar[str] = "hiding"
    KEY: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str
    reason: str
    hidden_at: datetime | None = None
    hidden_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Record):
    """A role on a repository, of exactly one of the three."""

    KIND: ClassVar[str] = "grant"
    KEY: ClassVar[tuple[str, ...]] = ("repository", "person", "team", "robot")

    repository: str
    role: Role
    person: str = ""
    team: str = ""  # `acme/developers`
    robot: str = ""  # `acme+ci`
    granted_by: str = ""
    expires_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultGrant(Record):
    """A role on new repositories of a namespace, of exactly one of the two."""

    KIND: ClassVar[str] = "default-grant"
    KEY: ClassVar[tuple[str, ...]] = ("namespace", "team", "robot")

    namespace: str
    role: Role
    team: str = ""
    robot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Star(Record):
    """That a person likes a repository."""

    KIND: ClassVar[str] = "star"
    KEY: ClassVar[tuple[str, ...]] = ("repository", "person")

    repository: str
    person: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Record):
    """That a person is mailed what happens in a repository."""

    KIND: ClassVar[str] = "watch"
    KEY: ClassVar[tuple[str, ...]] = ("repository", "person")

    repository: str
    person: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule(Record):
    """Which tags of a repository are deleted by themselves."""

    KIND: ClassVar[str] = "retention-rule"
    KEY: ClassVar[tuple[str, ...]] = ("repository", "pattern")

    repository: str
    pattern: str
    keep_newest: int | None = None
    keep_pushed_days: int | None = None
    keep_pulled_days: int | None = None
    created_by: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Record):
    """Where activities are sent, of one repository or of a namespace. It is given a new secret."""

    KIND: ClassVar[str] = "webhook"
    KEY: ClassVar[tuple[str, ...]] = ("namespace", "repository", "name", "url")

    namespace: str
    name: str
    url: str
    repository: str = ""
    kinds: tuple[str, ...] = ()  # empty is all
    created_by: str = ""
    created_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPublisher(Record):
    """CI jobs that a repository or a robot trusts; exactly one of the two."""

    KIND: ClassVar[str] = "trusted-publisher"
    KEY: ClassVar[tuple[str, ...]] = (
        *("repository", "robot", "issuer"),
        *("source_repository", "workflow", "ref", "environment"),
    )

    issuer: str
    source_repository: str
    repository: str = ""
    robot: str = ""
    workflow: str = ""
    ref: str = ""
    environment: str = ""
    source_owner_id: str = ""
    source_id: str = ""
    created_by: str = ""
    created_at: datetime | None = None


REPOSITORIES: tuple[type[Record], ...] = (
    Registry,
    Pool,
    PlacementRule,
    AcceptRule,
    Repository,
    FormerName,
    Hiding,
    Grant,
    DefaultGrant,
    Star,
    Watch,
    RetentionRule,
    Webhook,
    TrustedPublisher,
)
