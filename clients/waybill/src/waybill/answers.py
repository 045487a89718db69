"""What answers look like: the schemas of the API's description under the names people use.

Times are ISO 8601 in UTC, sizes are bytes. A server newer than this may say more.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Account(TypedDict):
    """The person whose token it is."""

    username: str
    display_name: str
    location: str
    link: str
    email: str
    date_joined: str


class Repository(TypedDict):
    """A repository in a list."""

    name: str
    namespace: str
    visibility: str
    mode: str
    description: str
    is_official: bool
    is_verified: bool
    is_automated: bool
    topics: list[str]
    star_count: int
    pull_count: int
    created_at: str
    last_pushed_at: str | None


class WholeRepository(Repository):
    """A repository by itself."""

    immutable_tags: list[str]
    stage: str
    writers: str
    size_class: str
    readme: str
    readme_from_image: bool
    image_facts: dict[str, Any]
    registry: str | None
    actions: list[str]


class Platform(TypedDict):
    """One image of a tag."""

    platform: str
    digest: str
    size: int | None


class Tag(TypedDict):
    """A tag."""

    name: str
    digest: str
    media_type: str
    size: int | None
    platforms: list[Platform]
    pushed_at: str
    pushed_by: str
    pushed_with: str
    pull_count: int
    last_pulled_at: str | None
    immutable_by: str


class TagChange(TypedDict):
    """One line of a tag's history."""

    at: str
    kind: str
    digest: str
    actor: str
    credential: str
    is_current: bool
    is_kept: bool


class RestoredTag(TypedDict):
    """A tag that points back."""

    name: str
    digest: str
    pushed_at: str


class TagVerdict(TypedDict):
    """What deleting a tag does, or did."""

    name: str
    digest: str
    refusal: str
    image_goes: bool
    image_words: str


class TagDeletion(TypedDict):
    """A tag that was deleted."""

    id: int
    tag: str
    digest: str
    state: str
    requested_by_name: str
    rule: str
    requested_at: str
    purge_after: str
    finished_at: str | None
    freed: int
    last_problem: str


class DeletionPreview(TypedDict):
    """What goes with a repository."""

    tags: int
    immutable: int
    manifests: int
    size: int
    freed: int
    stars: int
    watchers: int
    grants: list[str]
    publishers: list[str]
    webhooks: int
    moves: list[str]
    promotions: list[str]
    sharers: list[dict[str, Any]]


class Deletion(TypedDict):
    """A repository in the trash."""

    id: int
    repository: str
    state: str
    requested_by: str
    requested_at: str
    purge_after: str


class NameChange(TypedDict):
    """What a new name does, or did."""

    old_name: str
    new_name: str
    at_once: bool
    stays: list[str]
    goes: list[str]
    done: bool


class Transfer(TypedDict):
    """An offer of a repository that waits for an answer."""

    id: int
    repository: str
    namespace: str
    new_name: str
    offered_by: str
    offered_at: str
    ends_at: str


class Grant(TypedDict):
    """A role that somebody was given directly."""

    kind: str
    grantee: str
    role: str
    until: str | None
    granted_by: str | None
    created_at: str


class Verdict(TypedDict):
    """Whether one action is allowed, and what is in the way."""

    action: str
    allowed: bool
    code: str
    words: str
    remedy: str


class Step(TypedDict):
    """One thing that was looked at."""

    part: str
    code: str
    effect: str
    words: str
    remedy: str


class Why(TypedDict):
    """What somebody may do, and why."""

    name: str
    repository: str
    tag: str
    allowed: bool
    role: str | None
    actions: list[str]
    reason: str
    verdicts: list[Verdict]
    steps: list[Step]
    ways: list[str]
    supposed: list[str]


class Promotion(TypedDict):
    """A promotion, with how far the copying is."""

    id: int
    source_name: str
    source_tag: str
    digest: str
    target_name: str
    target_tag: str
    state: str
    requested_by: str
    requested_at: str
    reason: str
    decided_by: str
    decided_at: str | None
    decision_note: str
    size: int | None
    manifests_copied: int
    referrers_copied: int
    bytes_copied: int
    bytes_mounted: int
    finished_at: str | None
    attempts: int
    last_problem: str


class PromotionPreview(TypedDict):
    """What a promotion would bring."""

    digest: str
    children: int
    referrers: int
    size: int
    mounted: int
    copied: int
    there: int
    needs_approval: bool


class AuditLine(TypedDict):
    """One change; a repository's own audit leaves out where it came from."""

    at: str
    action: str
    actor: str
    credential: str
    target: str
    details: dict[str, Any]


class Organization(TypedDict):
    """An organization, as its members see it."""

    name: str
    display_name: str
    description: str
    location: str
    link: str
    created_at: str
    verified_domains: list[str]
    members_may_create: bool
    requires_second_factor: bool


class DockerCredential(TypedDict):
    """What docker logs in with, and until when."""

    username: str
    secret: str
    expires_at: str
