"""Docker Hub: a folder of answers of its API 2-beta and the organization's members as CSV (as documented in 2026)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import Address, Organization, Person, Team, TeamMember
from config.estate.records.repositories import Repository
from config.estate.sources.answers import check_complete
from config.estate.sources.errors import NotTaken, Unusable
from config.estate.sources.moving import Moving, line, moment, titled
from config.estate.sources.names import Kind
from config.estate.sources.told import Told

_MEMBERS = "members.csv"
_COLUMNS = {"Name", "Username", "Email", "Type", "Teams"}
_OWNERS = "owners"  # the team whose members own the organization
_ROLES = {"owner": OrganizationRole.OWNER, "member": OrganizationRole.MEMBER}


def read(path: Path, moving: Moving) -> None:
    """Read the folder that the recipe in docs/operations/moving-in.md writes."""
    if not path.is_dir() or not any(path.glob("repositories-*.json")):
        message = (
            f"{path.name} is no folder with repositories-1.json in it: write it with the recipe in "
            "docs/operations/moving-in.md."
        )
        raise Unusable(message)
    check_complete(path, "hub")
    _Hub(path, moving).read()


class _Hub:
    """One reading."""

    def __init__(self, folder: Path, moving: Moving) -> None:
        self._folder, self._moving = folder, moving
        self._is_organization = (folder / _MEMBERS).is_file()
        self._holders: dict[str, str | None] = {}
        self._teams: set[str] = set()

    def read(self) -> None:
        for one in self._results("repositories-*.json"):
            self._repository(one)
        if not self._is_organization:
            return
        organizations = [name for name in self._holders.values() if name]
        if len(self._holders) > 1:
            message = "The repositories are of several namespaces: write a folder for each."
            raise Unusable(message)
        for group in self._results("groups-*.json"):
            self._team(organizations, group.text("name"), group.text("description"))
        for row in self._members():
            self._member(organizations, row)

    def _holder(self, namespace: str) -> str:
        """Return whose repositories these are; raise NotTaken."""
        if namespace not in self._holders:
            self._holders[namespace] = None
            if self._is_organization:
                name = self._moving.names.take(Kind.ORGANIZATION, namespace)
                self._moving.add(Organization(name=name))
            else:
                name = self._moving.names.take(Kind.PERSON, namespace)
                self._moving.add(Person(username=name, password=self._moving.password("")))
            self._holders[namespace] = name
        holder = self._holders[namespace]
        if holder is None:
            message = "its namespace does not move along"
            raise NotTaken(message)
        return holder

    def _repository(self, told: Told) -> None:
        old = f"{told.text('namespace')}/{told.text('name')}"
        try:
            name = self._moving.repository_in(self._holder(told.text("namespace")), old)
        except NotTaken as why:
            self._moving.leave("repository", old, str(why))
            return
        details = self._details(told.text("name"))
        short, readme = titled(told.text("description"))
        self._moving.add(
            Repository(
                name=name,
                registry=self._moving.registry,
                visibility=Visibility.PUBLIC if told.is_no("is_private") else Visibility.PRIVATE,
                description=short,
                readme=details.text("full_description") or readme,
                immutable_tags=self._immutable(details, old),
                created_at=moment(told.text("date_registered")),
                pull_count=max(0, told.number("pull_count", 0)),
            )
        )
        if stars := told.number("star_count", 0):
            self._moving.leave("stars", f"{stars} of {old}", "Docker Hub does not tell whose")

    def _details(self, name: str) -> Told:
        path = self._folder / f"repository-{name}.json"
        return _told(path) if path.is_file() else Told("{}")

    def _immutable(self, details: Told, old: str) -> tuple[str, ...]:
        rules = details.several("immutable_tags_settings", "rules")
        if not details.is_yes("immutable_tags_settings", "enabled"):
            return ()
        if all(rule == ".*" for rule in rules):
            return ("*",)
        said = f"{', '.join(map(str, rules))} of {old}"
        self._moving.leave("immutable tags", said, "expressions are not read: say patterns here")
        return ()

    def _team(self, organizations: list[str], old: str, description: str) -> None:
        if old == _OWNERS:
            return
        try:
            name = self._moving.names.legal(Kind.TEAM, old)
        except NotTaken as why:
            self._moving.leave("team", old, str(why))
            return
        self._teams.add(old)
        for organization in organizations:
            one = Team(organization=organization, name=name, description=line(description))
            self._moving.add(one)
        reason = "which repositories a team may use is not in Docker Hub's documented API"
        self._moving.leave("permissions of a team", old, reason)

    def _member(self, organizations: list[str], row: dict[str, str]) -> None:
        old = row["Username"] or row["Email"]
        if row["Type"] != "User" or not row["Username"]:
            self._moving.leave("invitation", old, "invite them here")
            return
        try:
            name = self._moving.names.take(Kind.PERSON, old)
        except NotTaken as why:
            self._moving.leave("person", old, str(why))
            return
        addresses = (Address(email=row["Email"], primary=True),) if row["Email"] else ()
        self._moving.add(
            Person(
                username=name,
                display_name=line(row["Name"], 80),
                addresses=addresses,
                password=self._moving.password(""),
            )
        )
        said = row.get("Role") or row.get("Permission") or ""
        if said.lower() not in _ROLES:
            self._moving.leave("role", f"{said} of {old}", "here they are a member")
        role = _ROLES.get(said.lower(), OrganizationRole.MEMBER)
        for organization in organizations:
            self._moving.member(organization, name, role)
            self._in_teams(organization, name, row["Teams"])

    def _in_teams(self, organization: str, person: str, teams: str | None) -> None:
        for old in filter(None, (one.strip() for one in (teams or "").split(","))):
            if old not in self._teams | {_OWNERS}:
                self._team([organization], old, "")
            if old in self._teams:
                team = f"{organization}/{self._moving.names.legal(Kind.TEAM, old)}"
                self._moving.add(TeamMember(team=team, person=person))
            elif old != _OWNERS:
                self._moving.leave("member", f"{person} in {old}", "the team does not move along")

    def _members(self) -> Iterator[dict[str, str]]:
        try:
            with (self._folder / _MEMBERS).open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                if missing := sorted(_COLUMNS - set(rows.fieldnames or ())):
                    message = f"{_MEMBERS} has no column {missing[0]}: export the members again."
                    raise Unusable(message)
                for row in rows:
                    yield {name: (row.get(name) or "").strip() for name in rows.fieldnames or ()}
        except (UnicodeDecodeError, csv.Error) as trouble:
            message = f"{_MEMBERS} cannot be read as CSV in UTF-8: {trouble}."
            raise Unusable(message) from trouble

    def _results(self, pattern: str) -> Iterator[Told]:
        pages = sorted(self._folder.glob(pattern), key=lambda one: (len(one.name), one.name))
        for place, path in enumerate(pages, 1):
            page = _told(path)
            if not page.has("results"):
                message = (
                    f"{path.name} has no results: look what Docker Hub answered, and ask again."
                )
                raise Unusable(message)
            if page.text("next") and place == len(pages):
                message = f"{path.name} says that there are more pages: the recipe was stopped."
                raise Unusable(message)
            for one in page.several("results"):
                yield Told(json.dumps(one))


def _told(path: Path) -> Told:
    try:
        return Told(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as trouble:
        message = f"{path.name} is not UTF-8 text: {trouble}."
        raise Unusable(message) from trouble
