"""Organizations with members, teams and domains, and the settings of namespaces."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.domain_names import check_domain_name
from accounts.flows.organizations import Profile
from accounts.models import (
    Membership,
    Namespace,
    Organization,
    OrganizationDomain,
    Team,
    TeamMembership,
)
from accounts.names import check_organization_name, check_team_name
from accounts.profile_text import LONGEST_DESCRIPTION, check_line
from config.estate.kind import Kind, Refused
from config.estate.known import Known, full_name
from config.estate.records import people as records


class Organizations(Kind[records.Organization]):
    """Organizations; each has the namespace of its name."""

    record = records.Organization
    model = Organization
    fixed = frozenset({"deleted_at"})

    def check(self, record: records.Organization) -> None:
        """Hold name and texts to the grammar."""
        check_organization_name(record.name)
        texts = (record.display_name, record.description, record.location, record.link)
        Profile(*texts).check()

    def obstacles(
        self, records: Sequence[records.Organization], known: Known
    ) -> dict[tuple[str, ...], str]:
        """Find names that are taken."""
        names = Namespace.objects.filter(name__in=[one.name for one in records])
        taken = set(names.values_list("name", flat=True))
        return {
            one.key: f"the name {one.name} is taken by a person, or is a name of the past"
            for one in records
            if one.name in taken
        }

    def create(self, records: Sequence[records.Organization], known: Known) -> None:
        """Make them and their namespaces; owners come with members."""
        made = [self.build(one, known) for one in records]
        self.insert(Organization, made)
        self.insert(Namespace, [Namespace(name=one.name, organization=one) for one in made])

    def affairs(self, record: records.Organization) -> tuple[str, str]:
        """Return its own namespace."""
        return record.name, ""


class Members(Kind[records.Member]):
    """People in organizations."""

    record = records.Member
    model = Membership
    paths: ClassVar[Mapping[str, Any]] = {
        "organization": "organization__name", "person": "user__username", "since": "created_at",
    }  # fmt: skip
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "organization": ("organization_id", "organization"),
        "person": ("user_id", "person"),
    }
    find_by = ("organization", "person")
    fixed = frozenset({"role", "is_managed"})


class Teams(Kind[records.Team]):
    """Teams."""

    record = records.Team
    model = Team
    paths: ClassVar[Mapping[str, Any]] = {"organization": "organization__name"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "organization": ("organization_id", "organization")
    }
    find_by = ("organization", "name")
    fixed = frozenset({"external_group"})

    def check(self, record: records.Team) -> None:
        """Hold name and text to the grammar."""
        check_team_name(record.name)
        check_line(record.description, what="The description", longest=LONGEST_DESCRIPTION)
        check_line(record.external_group, what="The group", longest=LONGEST_DESCRIPTION)


class TeamMembers(Kind[records.TeamMember]):
    """Members in teams; who is none of the organization is in none of its teams."""

    record = records.TeamMember
    model = TeamMembership
    paths: ClassVar[Mapping[str, Any]] = {
        "team": full_name("organization", "/", of="team"),
        "person": "membership__user__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {"team": ("team_id", "team")}
    fixed = frozenset({"is_maintainer"})

    def names(self, record: records.TeamMember) -> Iterator[tuple[str, str]]:
        """Yield the team, the person, and the place in the organization that this hangs on."""
        yield "team", record.team
        yield "person", record.person
        yield "membership", _place(record)

    def existing(
        self, records: Sequence[records.TeamMember]
    ) -> dict[tuple[str, ...], tuple[int, records.TeamMember]]:
        """Return those of the same people in the same teams."""
        people = {one.person for one in records}
        teams = {one.team.partition("/")[2] for one in records}
        rows = self.rows().filter(membership__user__username__in=people, team__name__in=teams)
        return self.by_key(rows)

    def columns(self, record: records.TeamMember, known: Known, only: Any = None) -> dict[str, Any]:
        """Return the values of columns."""
        return {
            "team_id": known.key("team", record.team),
            "membership_id": known.key("membership", _place(record)),
            "is_maintainer": record.is_maintainer,
        }


class Domains(Kind[records.Domain]):
    """Domains; one that is proven is looked at again by its record, as any."""

    record = records.Domain
    model = OrganizationDomain
    paths: ClassVar[Mapping[str, Any]] = {"organization": "organization__name"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "organization": ("organization_id", "organization")
    }
    find_by = ("organization", "name")
    fixed = frozenset({"verified_at"})

    def check(self, record: records.Domain) -> None:
        """Hold the name to the grammar."""
        check_domain_name(record.name)
        check_line(record.challenge, what="The challenge", longest=64)
        if record.verified_at and not record.challenge:
            message = "what has no challenge cannot be looked at again: leave verified_at out"
            raise Refused(message)

    def obstacles(
        self, records: Sequence[records.Domain], known: Known
    ) -> dict[tuple[str, ...], str]:
        """Find those that another organization has proven."""
        names = [one.name for one in records if one.verified_at]
        held = OrganizationDomain.objects.filter(name__in=names, verified_at__isnull=False)
        holders = dict(held.values_list("name", "organization__name"))
        return {
            one.key: f"{holders[one.name]} has proven {one.name}"
            for one in records
            if one.verified_at and one.name in holders
        }

    def columns(self, record: records.Domain, known: Known, only: Any = None) -> dict[str, Any]:
        """Return the values of columns; without a challenge it gets one."""
        values = super().columns(record, known, only)
        return values | {"challenge": record.challenge or secrets.token_hex(16)}


class Namespaces(Kind[records.Namespace]):
    """Settings of namespaces, which came with their holders: those of an untouched one are taken over."""

    record = records.Namespace
    model = Namespace
    paths: ClassVar[Mapping[str, Any]] = {"plan": "plan__name"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {"plan": ("plan_id", "plan")}

    def rows(self) -> QuerySet[Namespace]:
        """Return those of today."""
        return Namespace.objects.filter(redirects_to=None)

    def check(self, record: records.Namespace) -> None:
        """Hold the reason to the grammar."""
        check_line(record.frozen_reason, what="The reason", longest=200)

    def names(self, record: records.Namespace) -> Iterator[tuple[str, str]]:
        """Yield the plan, and the namespace itself, which must be there."""
        yield "namespace", record.name
        if record.plan:
            yield "plan", record.plan

    def is_untouched(self, there: records.Namespace) -> bool:
        """Whether nobody has changed any of its settings."""
        fresh = records.Namespace(name=there.name, created_at=there.created_at)
        return there == fresh

    def take_over(self, key: int, record: records.Namespace, known: Known) -> None:
        """Make it so; its moment stays where the record has none."""
        only = {one.name for one in fields(record)} - {"name"}
        if record.created_at is None:
            only -= {"created_at"}
        Namespace.objects.filter(pk=key).update(**self.columns(record, known, only))


class FormerNamespaces(Kind[records.FormerNamespace]):
    """Names of the past, which lead to the namespace of today."""

    record = records.FormerNamespace
    model = Namespace
    paths: ClassVar[Mapping[str, Any]] = {"leads_to": "redirects_to__name", "since": "created_at"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {"leads_to": ("redirects_to_id", "namespace")}
    fixed = frozenset({"leads_to"})

    def rows(self) -> QuerySet[Namespace]:
        """Return those of the past."""
        return Namespace.objects.filter(redirects_to__isnull=False)

    def check(self, record: records.FormerNamespace) -> None:
        """Hold the name to the grammar of organizations, which alone are renamed."""
        check_organization_name(record.name)

    def obstacles(
        self, records: Sequence[records.FormerNamespace], known: Known
    ) -> dict[tuple[str, ...], str]:
        """Find names that somebody has today."""
        names = Namespace.objects.filter(name__in=[one.name for one in records])
        taken = set(names.values_list("name", flat=True))
        return {one.key: f"the name {one.name} is taken" for one in records if one.name in taken}


def _place(record: records.TeamMember) -> str:
    return f"{record.team.partition('/')[0]}/{record.person}"
