"""An estate with something of every kind, beside what the demo has."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from PIL import Image

from accounts.flows.pictures import draw
from accounts.models import (
    Announcement,
    DirectoryAccount,
    MailChoice,
    Membership,
    Namespace,
    Organization,
    OrganizationDomain,
    PersonalAccessToken,
    Picture,
    Plan,
    PlanDefault,
    RobotAccount,
    RobotSecret,
    Team,
    User,
    Visibility,
)
from config.demo import filling
from config.demo.catalogue import REPOSITORIES
from config.demo.people import ORGANIZATIONS, PEOPLE
from config.estate.importing import Importer
from config.estate.new_secrets import NewSecrets
from config.estate.report import Outcome, Report
from index.models import (
    AcceptRule,
    AccessGrant,
    DefaultGrant,
    FormerName,
    Hiding,
    RegistryPool,
    Repository,
    RetentionRule,
    TrustedPublisher,
    Watch,
    Webhook,
)
from index.webhooks.secrets import encrypt
from tests.factories import make_registry, make_rule

DAY = datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=UTC)


def make_demo() -> None:
    """Make what `./dev demo` makes without a registry."""
    make_rule("*", make_registry("east"))
    for name in PEOPLE:
        filling.add_person(name, password="demo password")
    for organization in ORGANIZATIONS:
        filling.add_organization(organization)
    for repository in REPOSITORIES:
        filling.add_repository(repository)
    for organization in ORGANIZATIONS:
        filling.add_grants(organization)
    for repository in REPOSITORIES:
        filling.add_stars(repository)


def make_estate() -> None:
    """Make the demo, and one of everything that it lacks."""
    make_demo()
    organization = Organization.objects.earliest("pk")
    person = User.objects.earliest("pk")
    _about_people(person, organization)
    robot = RobotAccount.objects.create(
        namespace=organization.namespace, name="ci", responsible=person, may_create=True
    )
    _secrets(person, robot)
    _about_registries(person)
    _about_repositories(person, organization, robot)


def _about_people(person: User, organization: Organization) -> None:
    Plan.objects.update(default_for=None)
    plan = Plan.objects.create(name="large", members=99, default_for=PlanDefault.USERS)
    Namespace.objects.filter(organization=organization).update(
        plan=plan, default_visibility=Visibility.INTERNAL, is_verified=True, created_at=DAY
    )
    Namespace.objects.create(name="formerly", redirects_to=organization.namespace)
    User.objects.filter(pk=person.pk).update(is_superuser=True, is_staff=True, language="de")
    EmailAddress.objects.create(user=person, email="second@example.com")
    MailChoice.objects.create(user=person, kind="pushes", is_wanted=False)
    SocialAccount.objects.create(user=person, provider="company", uid="4711")
    DirectoryAccount.objects.create(user=person, key="entry-1", login="p1")
    Membership.objects.filter(organization=organization).update(created_at=DAY)
    OrganizationDomain.objects.create(
        organization=organization, name="example.net", challenge="c" * 32, verified_at=DAY
    )
    Announcement.objects.create(text="Moving on Sunday", begins_at=DAY, created_by=person)
    drawn = BytesIO()
    Image.new("RGB", (300, 200), "green").save(drawn, "PNG")
    Picture.objects.create(user=person, image=draw(drawn.getvalue()), digest="d" * 64)
    Organization.objects.create(name="ended", deleted_at=DAY)
    Namespace.objects.create(name="ended", organization=Organization.objects.get(name="ended"))


def _secrets(person: User, robot: RobotAccount) -> None:
    RobotSecret.objects.create(
        robot=robot, label="ci", selector="0" * 16, secret_digest="1" * 64, created_by=person
    )
    PersonalAccessToken.objects.create(
        user=person, name="laptop", selector="2" * 16, secret_digest="3" * 64,
        patterns=["*"], actions=["push"],
    )  # fmt: skip


def _about_registries(person: User) -> None:
    west = make_registry("west")
    pool = RegistryPool.objects.create(name="both")
    pool.members.add(west)
    RegistryPool.objects.get(name="both").placement_rules.create(
        pattern="large/*", size_class="large"
    )
    AcceptRule.objects.create(registry=west, kind="unknown-tag", pattern="*", created_by=person)


def _about_repositories(person: User, organization: Organization, robot: RobotAccount) -> None:
    repository = Repository.objects.filter(namespace=organization.namespace).earliest("pk")
    Repository.objects.filter(pk=repository.pk).update(
        topics=["web", "db"], mode="read-only", immutable_tags=["v*"], pull_count=77,
        stored_name="formerly/app", image_facts={"licenses": "MIT"}, last_pushed_at=DAY,
    )  # fmt: skip
    FormerName.objects.create(name="formerly/app", repository=repository)
    Hiding.objects.create(repository=repository, hidden_by=person, reason="harmful")
    AccessGrant.objects.create(repository=repository, robot=robot, role="writer", granted_by=person)
    team = Team.objects.filter(organization=organization).earliest("pk")
    DefaultGrant.objects.create(namespace=organization.namespace, team=team, role="reader")
    DefaultGrant.objects.create(namespace=organization.namespace, robot=robot, role="writer")
    Watch.objects.create(repository=repository, user=person)
    RetentionRule.objects.create(repository=repository, pattern="nightly-*", keep_newest=3)
    Webhook.objects.create(
        namespace=organization.namespace, repository=repository, name="chat",
        url="https://chat.example.com/hook", kinds=["tag.pushed"], created_by=person,
        encrypted_secret=encrypt("whsec_x"),
    )  # fmt: skip
    TrustedPublisher.objects.create(
        robot=robot, issuer="https://token.actions.githubusercontent.com",
        source_repository="acme/web", ref="refs/heads/main",
    )  # fmt: skip


def take_in(file: Path, *, overwrite: bool = False, secrets: Path | None = None) -> Report:
    """Import the file."""
    report = Report()
    with NewSecrets(secrets) as told:
        Importer(file, by=None, report=report, secrets=told, overwrite=overwrite).run()
    return report


def refusals(report: Report) -> list[str]:
    """Return what was refused, and why."""
    shown = (one for some in report.shown.values() for one in some)
    return [
        f"{one.kind} {one.about}: {one.reason}" for one in shown if one.outcome is Outcome.REFUSED
    ]
