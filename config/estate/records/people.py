"""Records about people, organizations and machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from accounts.models import (
    AnnouncementAudience,
    AnnouncementLevel,
    OrganizationRole,
    PlanDefault,
    Visibility,
)
from config.estate.records.record import Record, credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Record):
    """Limits of namespaces; none is no limit."""

    KIND: ClassVar[str] = "plan"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    private_repositories: int | None = None
    members: int | None = None
    storage_bytes: int | None = None
    default_for: PlanDefault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An e-mail address of a person."""

    email: str
    verified: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Whom an identity provider knows the person as."""

    provider: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """Which entry of the company's directory the person is."""

    key: str
    login: str
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Record):
    """An account, and the namespace of the same name."""

    KIND: ClassVar[str] = "person"
    KEY: ClassVar[tuple[str, ...]] = ("username",)

    username: str
    addresses: tuple[Address, ...] = ()
    display_name: str = ""
    location: str = ""
    link: str = ""
    language: str = ""
    is_active: bool = True
    is_administrator: bool = False
    joined_at: datetime | None = None
    closed_at: datetime | None = None
    mails: dict[str, bool] = field(default_factory=dict)
    logins: tuple[Login, ...] = ()
    directory: DirectoryEntry | None = None
    password: str = credential()  # as Django writes hashes: `bcrypt$$2b$…`


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Record):
    """An organization, and the namespace of the same name."""

    KIND: ClassVar[str] = "organization"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    display_name: str = ""
    description: str = ""
    location: str = ""
    link: str = ""
    requires_second_factor: bool = False
    members_may_create: bool = False
    created_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Record):
    """A person in an organization. An organization keeps its owners first in the file."""

    KIND: ClassVar[str] = "member"
    KEY: ClassVar[tuple[str, ...]] = ("organization", "person")

    organization: str
    person: str
    role: OrganizationRole = OrganizationRole.MEMBER
    is_managed: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team(Record):
    """A team; elsewhere it is called `organization/name`."""

    KIND: ClassVar[str] = "team"
    KEY: ClassVar[tuple[str, ...]] = ("organization", "name")

    organization: str
    name: str
    description: str = ""
    external_group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember(Record):
    """A member in a team of the organization."""

    KIND: ClassVar[str] = "team-member"
    KEY: ClassVar[tuple[str, ...]] = ("team", "person")

    team: str  # `acme/developers`
    person: str
    is_maintainer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain(Record):
    """A domain that an organization claims, and perhaps has proven."""

    KIND: ClassVar[str] = "domain"
    KEY: ClassVar[tuple[str, ...]] = ("organization", "name")

    organization: str
    name: str
    challenge: str = ""
    created_at: datetime | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace(Record):
    """Settings of a namespace that came with a person or an organization."""

    KIND: ClassVar[str] = "namespace"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    default_visibility: Visibility = Visibility.PRIVATE
    plan: str = ""
    is_verified: bool = False
    refuses_public_secrets: bool = True
    frozen_at: datetime | None = None
    frozen_reason: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerNamespace(Record):
    """A name of the past that leads to a namespace."""

    KIND: ClassVar[str] = "former-namespace"
    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    leads_to: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Record):
    """The picture of the holder of a namespace."""

    KIND: ClassVar[str] = "picture"
    KEY: ClassVar[tuple[str, ...]] = ("namespace",)

    namespace: str
    image: str  # a WebP, as base64


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotSecret:
    """The kept form of a secret of a robot."""

    selector: str
    digest: str
    label: str = ""
    created_at: datetime | None = None
    created_by: str = ""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot(Record):
    """A robot; elsewhere it is called `namespace+name`. Without secrets it is given a new one."""

    KIND: ClassVar[str] = "robot"
    KEY: ClassVar[tuple[str, ...]] = ("namespace", "name")

    namespace: str
    name: str
    description: str = ""
    responsible: str = ""
    may_create: bool = False
    is_builder: bool = False
    created_at: datetime | None = None
    disabled_at: datetime | None = None
    secrets: tuple[RobotSecret, ...] = credential(())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken(Record):
    """A personal access token: only in files with credentials."""

    KIND: ClassVar[str] = "access-token"
    KEY: ClassVar[tuple[str, ...]] = ("selector",)

    selector: str
    person: str
    name: str
    digest: str = credential()
    patterns: tuple[str, ...] = ("*",)
    actions: tuple[str, ...] = ()
    api_parts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    created_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Record):
    """A banner of the administrators."""

    KIND: ClassVar[str] = "announcement"
    KEY: ClassVar[tuple[str, ...]] = ("begins_at", "text")

    text: str
    begins_at: datetime
    ends_at: datetime | None = None
    level: AnnouncementLevel = AnnouncementLevel.INFO
    audience: AnnouncementAudience = AnnouncementAudience.EVERYBODY
    is_dismissible: bool = True
    created_by: str = ""


PEOPLE: tuple[type[Record], ...] = (
    Plan,
    Person,
    Organization,
    Member,
    Team,
    TeamMember,
    Domain,
    Namespace,
    FormerNamespace,
    Picture,
    Robot,
    AccessToken,
    Announcement,
)
