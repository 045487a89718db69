"""What the pages show, beside the repositories of `search_data`: large where pages list something.

The names stand in the list of pages that the browser tests open (tests/e2e/pages.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from accounts.models import Namespace, Organization, User
    from index.models import Manifest, Repository

PERSON, CHIEF, ORGANIZATION, EMPTY, MEMBER = "paula", "chief", "paulas", "paulas-empty", "person001"
STANDS_FOR = {
    "ALICE": PERSON, "CHIEF": CHIEF, "ACME": ORGANIZATION, "EMPTY": EMPTY, "MIA": MEMBER,
    "ORG": ORGANIZATION, "/registries/east": "/registries/bench", "chief-works": ORGANIZATION,
}  # fmt: skip
TAGS = 5_000
REPOSITORIES = 2_000  # of the person, and of the organization
PEOPLE, TEAMS, ROBOTS, STARS = 500, 50, 50, 1_000
_BATCH = 1_000
_NO_LOG_IN = "!"
_LOG_IN = "correct horse battery staple"  # of the two who ask
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_LONG_NAME = "a-name-that-goes-on-and-on-and-on/and-further-down-still"
_IMAGE = "application/vnd.oci.image.manifest.v1+json"


def fill() -> None:
    """Make people, an organization, repositories with tags, and what hangs on them."""
    with transaction.atomic():  # all of it or none; thousands of commits would wait for the disk
        _fill()


def _fill() -> None:
    from django.contrib.auth.hashers import make_password

    from accounts.models import Announcement, RobotAccount

    password = make_password(_LOG_IN)
    person = _user(PERSON, password=password)
    chief = _user(CHIEF, password=password, is_superuser=True, is_staff=True)
    people = [_user(f"person{number:03}") for number in range(PEOPLE)]
    namespace = _organization(ORGANIZATION, person, people)
    _organization(EMPTY, person, [])
    _repositories(person.namespace, "several", "empty")
    _repositories(namespace, "app", _LONG_NAME)
    _tags(person.namespace, "several", person)
    _tags(namespace, "app", person)
    _rights(namespace, people)
    _stars(person)
    _office(chief)
    RobotAccount.objects.bulk_create(
        RobotAccount(namespace=person.namespace, name=name) for name in ("ci", "empty")
    )
    Announcement.objects.create(text="Soon", begins_at=_BEGINNING)


def _user(name: str, **fields: Any) -> User:
    from allauth.account.models import EmailAddress

    from accounts.models import Namespace, User

    fields = {"password": _NO_LOG_IN} | fields
    user = User.objects.create(username=name, email=f"{name}@example.com", **fields)
    Namespace.objects.create(name=name, user=user)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def _organization(name: str, owner: User, people: list[User]) -> Namespace:
    from accounts.models import Membership, Namespace, Organization, OrganizationRole

    organization = Organization.objects.create(name=name)
    Membership.objects.create(organization=organization, user=owner, role=OrganizationRole.OWNER)
    Membership.objects.bulk_create(
        Membership(organization=organization, user=user, role=OrganizationRole.MEMBER)
        for user in people
    )
    if people:
        _teams(organization)
    return Namespace.objects.create(name=name, organization=organization)


def _teams(organization: Organization) -> None:
    from accounts.models import Team, TeamMembership

    names = ["builders", *(f"team{number:02}" for number in range(1, TEAMS))]
    teams = Team.objects.bulk_create(Team(organization=organization, name=name) for name in names)
    members = list(organization.memberships.order_by("pk"))
    TeamMembership.objects.bulk_create(
        TeamMembership(team=team, membership=member)
        for number, team in enumerate(teams)
        for member in members[number : number + 60]
    )


def _repositories(namespace: Namespace, *names: str) -> None:
    from accounts.models import Visibility
    from index.models import Registry, Repository

    registry = Registry.objects.order_by("pk")[0]
    every = [*names, *(f"r{number:04}" for number in range(REPOSITORIES))]
    made = (
        Repository(
            namespace=namespace,
            name=f"{namespace.name}/{name}",
            stored_name=f"{namespace.name}/{name}",
            registry=registry,
            visibility=Visibility.PUBLIC if number % 2 == 0 else Visibility.PRIVATE,
            description=f"What number {number} is for",
            last_pushed_at=_BEGINNING + timedelta(hours=number),
        )
        for number, name in enumerate(every)
    )
    Repository.objects.bulk_create(made, batch_size=_BATCH)


def _tags(namespace: Namespace, name: str, by: User) -> None:
    """Give it so many tags on as many images; one tag is an index of two of them."""
    from index.models import Manifest, Repository, Tag

    repository = Repository.objects.get(name=f"{namespace.name}/{name}")
    names = ["multi", "amd64", "arm64", *(f"1.{number}.0" for number in range(TAGS - 3))]
    manifests = Manifest.objects.bulk_create(
        (_image(repository, number) for number in range(TAGS)), batch_size=_BATCH
    )
    _documents(manifests[:3])
    Tag.objects.bulk_create(
        (
            Tag(
                repository=repository,
                name=tag,
                manifest=manifest,
                pushed_at=_BEGINNING + timedelta(minutes=number),
                pushed_by=by,
            )
            for number, (tag, manifest) in enumerate(zip(names, manifests, strict=True))
        ),
        batch_size=_BATCH,
    )


def _image(repository: Repository, number: int) -> Manifest:
    from index.models import ContentState, Manifest

    digest = hashlib.sha256(f"{repository.pk} {number}".encode()).hexdigest()
    return Manifest(
        repository=repository,
        digest=f"sha256:{digest}",
        media_type=_IMAGE,
        size=5_000_000 + number,
        largest=5_000_000 + number,
        platform="linux/amd64",
        contents=ContentState.KEPT if number < 3 else ContentState.UNREAD,
        described_at=_BEGINNING,
        pushed_at=_BEGINNING + timedelta(minutes=number),
    )


def _documents(manifests: list[Manifest]) -> None:
    from index.models import ManifestContent

    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 1_000_000}
    for number, manifest in enumerate(manifests):
        digests = [hashlib.sha256(f"{number} {n}".encode()).hexdigest() for n in range(100)]
        document = {
            "schemaVersion": 2,
            "mediaType": _IMAGE,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 9_000,
                       "digest": f"sha256:{digests[0]}"},
            "layers": [layer | {"digest": f"sha256:{one}"} for one in digests],
        }  # fmt: skip
        steps = [
            {"created": "2026-01-02T03:04:05Z", "created_by": f"RUN make {n}"} for n in range(100)
        ]
        config = {
            "os": "linux",
            "architecture": "amd64",
            "config": {"Env": ["A=1"]},
            "history": steps,
        }
        ManifestContent.objects.create(
            manifest=manifest,
            document=json.dumps(document).encode(),
            config=json.dumps(config).encode(),
        )


def _rights(namespace: Namespace, people: list[User]) -> None:
    """Let every person, team and robot have a role somewhere; on `app` all of them have."""
    from accounts.models import AuditEvent, RobotAccount, Team
    from index.models import AccessGrant, Repository
    from index.roles import Role

    robots = RobotAccount.objects.bulk_create(
        RobotAccount(namespace=namespace, name=name)
        for name in ("ci", "empty", *(f"robot{number:02}" for number in range(ROBOTS)))
    )
    app = Repository.objects.get(name=f"{namespace.name}/app")
    others = list(Repository.objects.filter(namespace=namespace).exclude(pk=app.pk)[:STARS])
    teams = list(Team.objects.filter(organization=namespace.organization))
    grants = [AccessGrant(repository=app, user=user, role=Role.READER) for user in people]
    grants += [AccessGrant(repository=app, team=team, role=Role.WRITER) for team in teams]
    grants += [AccessGrant(repository=app, robot=robot, role=Role.WRITER) for robot in robots]
    grants += [AccessGrant(repository=one, team=teams[0], role=Role.WRITER) for one in others]
    AccessGrant.objects.bulk_create(grants, batch_size=_BATCH)
    AuditEvent.objects.bulk_create(
        (
            AuditEvent(action="organization:member:joined", namespace=namespace, user=user)
            for user in people * 10
        ),
        batch_size=_BATCH,
    )


def _stars(person: User) -> None:
    from index.models import Repository, Star, Watch

    chosen = list(Repository.objects.order_by("pk")[:STARS])
    Star.objects.bulk_create(Star(repository=one, user=person) for one in chosen)
    Watch.objects.bulk_create(Watch(repository=one, user=person) for one in chosen)


def _office(chief: User) -> None:
    """What an administrator has to do with: two factors, reports, a registry that differs."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from index.models import Difference, Reconciliation, Registry, Report, Repository

    TOTP.activate(chief, generate_totp_secret())
    RecoveryCodes.activate(chief)
    reported = Repository.objects.order_by("pk")[:STARS]
    Report.objects.bulk_create(
        Report(repository=one, repository_name=one.name, kind="spam", text="Spam.", reporter=chief)
        for one in reported
    )
    registry = Registry.objects.order_by("pk")[0]
    Reconciliation.objects.create(registry=registry, finished_at=_BEGINNING)
    Difference.objects.bulk_create(
        Difference(registry=registry, kind="unknown-repository", name=f"old/{number}", tag_count=3)
        for number in range(STARS)
    )


def pages() -> Iterator[tuple[str, str, str]]:
    """Yield, of every page, its name, who asks for it, and its address."""
    from tests.e2e import pages as listed

    of: list[tuple[dict[str, str], str]] = [
        (listed.OF_EVERYBODY, ""),
        (listed.OF_ALICE, PERSON),
        (listed.OF_AN_ORGANIZATION, PERSON),
        (listed.OF_MACHINES, PERSON),
        (listed.OF_AN_ADMINISTRATOR_WITH_AN_APP, CHIEF),
    ]
    for names, who in of:
        for name, path in names.items():
            yield name, who, _filled_in(path)


def _filled_in(path: str) -> str:
    for word, name in STANDS_FOR.items():
        path = path.replace(word, name)
    return path
