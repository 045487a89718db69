"""What answers look like that sessions alone get: the schemas of the API's description, as in `answers`."""

from __future__ import annotations

from typing import TypedDict


class DeviceLogin(TypedDict):
    """What to show, and what to poll with, until somebody approves (RFC 8628)."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class CommandLineSession(TypedDict):
    """A session; `secret` is what a client takes as token."""

    secret: str
    username: str
    expires_at: str


class Token(TypedDict):
    """An access token, without its secret."""

    id: int
    name: str
    begins_with: str
    repositories: list[str]
    actions: list[str]
    api_parts: list[str]
    networks: list[str]
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    last_used_address: str


class NewToken(TypedDict):
    """A new one; the secret is in no other answer."""

    token: Token
    secret: str
    docker_login: str


class RobotSecret(TypedDict):
    """A robot's secret, without what is secret of it."""

    id: int
    label: str
    begins_with: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    last_used_address: str


class Robot(TypedDict):
    """A robot, with its secrets in use."""

    name: str
    description: str
    responsible: str | None
    may_create: bool
    is_builder: bool
    enabled: bool
    created_at: str
    secrets: list[RobotSecret]


class NewRobotSecret(TypedDict):
    """A new secret of a robot; it is in no other answer."""

    details: RobotSecret
    secret: str
    docker_login: str


class NewRobot(Robot):
    """A new robot, with the secret that was asked for."""

    new_secret: NewRobotSecret | None


class Registry(TypedDict):
    """A registry, as its administrators see it."""

    name: str
    upstream_url: str
    service: str
    stage: str
    writers: str
    description: str
    state: str
    is_healthy: bool | None
    last_heard_at: str | None
    writes_held_until: str | None
    repositories: int
    tags: int
    size: int
    created_at: str


class NewRegistry(Registry):
    """A registry that was just added; the secret of its notifications is in no other answer."""

    events_secret: str


class RegistryCheck(TypedDict):
    """What a look at a registry found: each finding has `check`, `verdict` and `words`."""

    at: str
    is_healthy: bool
    milliseconds: int | None
    findings: list[dict[str, str]]


class Move(TypedDict):
    """A repository on its way between registries."""

    id: int
    repository: str
    old_registry: str
    registry: str
    state: str
    requested_by: str | None
    requested_at: str
    keep_until: str | None
    tags_copied: int
    manifests_copied: int
    bytes_copied: int
    finished_at: str | None
    attempts: int
    last_problem: str


class Walk(TypedDict):
    """A walk through a registry, that takes in what is there."""

    id: int
    started_at: str
    finished_at: str | None
    phase: str
    repositories_seen: int
    tags_seen: int
    last_problem: str
