"""Put the people, organizations, repositories and stars of the demo into the database.

Everything is done only where it is not done yet, through the flows that the pages use.
"""

from __future__ import annotations

import copy

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.flows.organizations import create_organization
from accounts.flows.signup import create_user
from accounts.models import Membership, Namespace, Organization, Team, TeamMembership, User
from accounts.principals import Principal
from config.demo.building import write_readme
from config.demo.people import CURATOR
from config.demo.plans import OrganizationPlan, RepositoryPlan, TeamPlan
from config.demo.stages import RELEASED
from index.flows.change_repository import describe_repository
from index.flows.change_topics import change_topics
from index.flows.create_repository import create_repository
from index.flows.grant_access import grant_access
from index.flows.star_repository import star
from index.models import AccessGrant, PlacementRule, Repository, RepositoryState, Star
from index.names import parse_repository_name
from index.roles import Role

_DOMAIN = "example.com"


class NameInUse(Exception):
    """Somebody who is not of the demo has one of its names; `str()` says who."""


def add_person(username: str, *, password: str) -> bool:
    """Create the user with a proven address; return whether there was anything to do."""
    email = f"{username}@{_DOMAIN}"
    holder = Namespace.objects.filter(name=username).select_related("user").first()
    if holder is None:
        user = create_user(username=username, email=email, password=password)
        EmailAddress.objects.filter(user=user).update(verified=True)
        return True
    if holder.user is None or holder.user.email != email:
        raise NameInUse(username)
    return False


def add_organization(plan: OrganizationPlan) -> bool:
    """Create the organization with members and teams; return whether there was anything to do."""
    owner = User.objects.get(username=plan.owner)
    holder = Namespace.objects.filter(name=plan.name).select_related("organization").first()
    if holder is None:
        create_organization(plan.name, owner=owner, display_name=plan.display_name)
    elif holder.organization is None or holder.organization.display_name != plan.display_name:
        raise NameInUse(plan.name)
    organization = Organization.objects.get(name=plan.name)
    teams = [_add_team(organization, team) for team in plan.teams]
    return holder is None or any(teams)


def place_releases() -> None:
    """Let what is promoted live on the registry of the official images, before it is there."""
    official = PlacementRule.objects.filter(pattern="library/*", visibility="", size_class="")
    rule, is_there = official.first(), Repository.objects.filter(name=RELEASED.name).exists()
    if rule and rule.registry and not is_there:
        PlacementRule.objects.get_or_create(
            pattern=RELEASED.name,
            visibility="",
            size_class="",
            defaults={"registry": rule.registry},
        )


def add_repository(plan: RepositoryPlan) -> bool:
    """Create the repository with its README; return whether there was anything to do.

    One that somebody deleted stays deleted.
    """
    if Repository.objects.filter(name=plan.name).exists():
        return False
    owner = owner_of(plan.name)
    repository = create_repository(
        parse_repository_name(plan.name),
        by=owner,
        visibility=plan.visibility,
        description="" if plan.readme_from_image else plan.description,
    )
    if plan.readme_from_image:
        describe_repository(repository, by=owner, description="", readme="", from_image=True)
    else:
        readme = write_readme(plan, host=settings.PUBLIC_HOST)
        describe_repository(repository, by=owner, description=plan.description, readme=readme)
    change_topics(repository, by=owner, topics=plan.topics)
    if plan.is_official:
        grant_access(
            repository, to=User.objects.get(username=plan.pusher), role=Role.WRITER, by=owner
        )
    return True


def add_grants(plan: OrganizationPlan) -> bool:
    """Give the teams their roles; return whether there was anything to do."""
    created = [
        AccessGrant.objects.get_or_create(
            repository=repository,
            team=Team.objects.get(organization__name=plan.name, name=team.name),
            defaults={"role": team.role},
        )[1]
        for team in plan.teams
        for name in team.repositories
        for repository in live(f"{plan.name}/{name}")
    ]
    return any(created)


def add_stars(plan: RepositoryPlan) -> int:
    """Let people star the repository; return how many stars are new."""
    new = 0
    for repository in live(plan.name):
        starred = Star.objects.filter(repository=repository).values_list(
            "user__username", flat=True
        )
        missing = set(plan.stars) - set(starred)
        for user in User.objects.filter(username__in=missing):
            star(repository, by=Principal(user))
        new += len(missing)
    return new


def live(name: str) -> list[Repository]:
    """Return the repository of that name as a list of one, an empty list if it is deleted."""
    return list(Repository.objects.filter(name=name, state=RepositoryState.ACTIVE))


def _add_team(organization: Organization, plan: TeamPlan) -> bool:
    team, created = Team.objects.get_or_create(organization=organization, name=plan.name)
    if created:
        for user in User.objects.filter(username__in=plan.members):
            membership, _ = Membership.objects.get_or_create(organization=organization, user=user)
            TeamMembership.objects.create(team=team, membership=membership)
    return created


def owner_of(name: str) -> Principal:
    """Return who has the say over a repository of that name."""
    if "/" not in name:
        return as_administrator()
    namespace = Namespace.objects.get(name=name.partition("/")[0])
    if namespace.user is not None:
        return Principal(namespace.user)
    return Principal(
        User.objects.get(
            memberships__organization=namespace.organization, memberships__role="owner"
        )
    )


def as_administrator() -> Principal:
    """Return the demo's curator as an administrator, in memory only.

    A real one would use up the link by which the owner of this instance becomes administrator.
    """
    elevated = copy.copy(User.objects.get(username=CURATOR))
    elevated.is_superuser = True
    return Principal(elevated)
