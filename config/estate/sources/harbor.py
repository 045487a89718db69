"""Harbor 2.2 to 2.16: a dump of its database (schema read: make/migrations/postgresql as of v2.16.0)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import (
    Address,
    Namespace,
    Organization,
    Person,
    Plan,
    Team,
    TeamMember,
)
from config.estate.records.repositories import DefaultGrant, Grant, Webhook
from config.estate.sources import schemas
from config.estate.sources.errors import NotTaken
from config.estate.sources.harbor_robots import Robots
from config.estate.sources.harbor_rules import Rules
from config.estate.sources.moving import Moving, described, line, moment
from config.estate.sources.names import Kind
from config.estate.sources.tables import is_true
from config.estate.sources.told import Told
from index.models import ActivityKind
from index.roles import Role

_BUILT_IN = {"admin", "anonymous"}
_OFFICIAL = "library"
_PROJECT_ADMIN, _LIMITED_GUEST = "1", "5"
# What a role carries at most. Maintainers delete in Harbor; here that comes with settings, so it does not.
_TEAMS = {
    _PROJECT_ADMIN: ("project-admins", Role.ADMIN),  # of groups; people become owners
    "4": ("maintainers", Role.WRITER),
    "2": ("developers", Role.WRITER),
    "3": ("guests", Role.READER),
}
_OF_ROLES = {name for name, _ in _TEAMS.values()}
_EVENTS = {"PUSH_ARTIFACT": ActivityKind.PUSHED, "DELETE_ARTIFACT": ActivityKind.TAG_DELETED}
_MEMBERS = """
SELECT m.*, p.name AS project, u.username, g.group_name
FROM project_member m
LEFT JOIN project p ON p.project_id = m.project_id
LEFT JOIN harbor_user u ON m.entity_type = 'u' AND u.user_id = m.entity_id
LEFT JOIN user_group g ON m.entity_type = 'g' AND g.id = m.entity_id
ORDER BY m.rowid
"""
_GIB = 2**30


def read(moving: Moving) -> None:
    """Turn the tables into records."""
    _Harbor(moving).read()


class _Harbor:
    """One reading: who and what was taken over so far, by Harbor's numbers."""

    def __init__(self, moving: Moving) -> None:
        self._moving, self._ask = moving, moving.tables.ask
        self._people: dict[str, str] = {}
        self._projects: dict[str, str] = {}  # "" is the one of official images
        self._public: set[str] = set()
        self._limited: dict[str, list[str]] = {}
        self._rules = Rules(moving)

    def read(self) -> None:
        for user in self._ask("SELECT * FROM harbor_user ORDER BY CAST(user_id AS INTEGER)"):
            self._person(user)
        asked = "SELECT project_id FROM project_metadata WHERE name = 'public' AND truth(value)"
        self._public = {row["project_id"] for row in self._ask(asked)}
        for project in self._ask("SELECT * FROM project ORDER BY CAST(project_id AS INTEGER)"):
            self._project(project)
        for member in self._ask(_MEMBERS):
            self._member(member)
        Robots(self._moving, self._projects).read()
        self._rules.read(self._projects)
        for one in self._ask("SELECT * FROM repository ORDER BY CAST(repository_id AS INTEGER)"):
            self._repository(one)
        self._rest()

    def _person(self, user: sqlite3.Row) -> None:
        old = user["username"] or f"number {user['user_id']}"
        if old in _BUILT_IN or is_true(user["deleted"]):
            reason = "it comes with Harbor" if old in _BUILT_IN else "it is deleted in Harbor"
            self._moving.leave("person", old, reason)
            return
        try:
            name = self._moving.names.take(Kind.PERSON, old)
        except NotTaken as why:
            self._moving.leave("person", old, str(why))
            return
        self._people[user["user_id"]] = name
        addresses = (Address(email=user["email"], primary=True),) if user["email"] else ()
        self._moving.add(
            Person(
                username=name,
                addresses=addresses,
                display_name=line(user["realname"], 80),
                is_administrator=is_true(user["sysadmin_flag"]),
                joined_at=moment(user["creation_time"]),
                password=self._moving.password(""),  # PBKDF2 of 16 bytes: Harbor's own
            )
        )

    def _project(self, project: sqlite3.Row) -> None:
        number, old = project["project_id"], project["name"]
        if is_true(project["deleted"]):
            self._moving.leave("project", old, "it is deleted in Harbor")
            return
        if int(project["registry_id"] or 0):
            reason = "it is a cache of another registry, and Waybill keeps none"
            self._moving.leave("project", old, reason)
            return
        if old == _OFFICIAL:
            self._projects[number] = ""
            return
        try:
            name = self._moving.names.take(Kind.ORGANIZATION, old)
        except NotTaken as why:
            self._moving.leave("project", old, str(why))
            return
        self._projects[number] = name
        made = moment(project["creation_time"])
        self._moving.add(Organization(name=name, created_at=made))
        self._moving.add(
            Namespace(
                name=name, default_visibility=self._visibility(number), plan=self._plan(number)
            )
        )

    def _plan(self, project: str) -> str:
        asked = "SELECT hard FROM quota WHERE reference_id = ? AND reference = 'project'"
        row = next(self._ask(asked, project), None)
        limits = Told(row["hard"]) if row else Told("{}")
        storage = limits.number("storage", -1)
        if storage < 0:
            return ""
        said = f"{storage // _GIB}-gib" if storage and not storage % _GIB else str(storage)
        self._moving.add(Plan(name=f"harbor-{said}", storage_bytes=storage))
        return f"harbor-{said}"

    def _member(self, member: sqlite3.Row) -> None:
        who = member["username"] or member["group_name"] or f"number {member['entity_id']}"
        said = f"{who} in {member['project']}"
        project = self._projects.get(member["project_id"])
        if not project:
            reason = (
                "its project does not move along"
                if project is None
                else "official images have no members here: administrators keep them"
            )
            self._moving.leave("member", said, reason)
        elif member["role"] not in {*_TEAMS, _LIMITED_GUEST}:
            self._moving.leave("member", said, f"its role {member['role']} is not known")
        elif member["entity_type"] == "g":
            self._group(project, member, said)
        elif member["entity_id"] not in self._people:
            self._moving.leave("member", said, "the person does not move along")
        else:
            self._person_in(project, self._people[member["entity_id"]], member["role"])

    def _person_in(self, project: str, person: str, role: str) -> None:
        if role == _PROJECT_ADMIN:
            self._moving.member(project, person, OrganizationRole.OWNER)
        elif role == _LIMITED_GUEST:  # who does not see who else is in it: no member
            self._limited.setdefault(project, []).append(person)
        else:
            self._moving.member(project, person, OrganizationRole.MEMBER)
            self._team(project, *_TEAMS[role])
            self._moving.add(TeamMember(team=f"{project}/{_TEAMS[role][0]}", person=person))

    def _group(self, project: str, member: sqlite3.Row, said: str) -> None:
        group = member["group_name"]
        if member["role"] == _LIMITED_GUEST or not group:
            reason = "a team here sees who else is in the organization, limited guests do not"
            self._moving.leave("group", said, reason)
            return
        try:
            name = self._moving.names.legal(Kind.TEAM, group)
        except NotTaken as why:
            self._moving.leave("group", said, str(why))
            return
        if name in _OF_ROLES or self._moving.find(Team, project, name):
            reason = (
                f"there is another team {name} here: map it, like team:{group}={name[:24]}-group"
            )
            self._moving.leave("group", said, reason)
            return
        self._team(project, name, _TEAMS[member["role"]][1], group)

    def _team(self, project: str, name: str, role: Role, group: str = "") -> None:
        self._moving.add(Team(organization=project, name=name, external_group=group))
        self._moving.add(DefaultGrant(namespace=project, team=f"{project}/{name}", role=role))

    def _repository(self, repository: sqlite3.Row) -> None:
        old, project = repository["name"], self._projects.get(repository["project_id"])
        if project is None:
            self._moving.leave("repository", old, "its project does not move along")
            return
        try:
            name = self._moving.repository_in(project, old)
        except NotTaken as why:
            self._moving.leave("repository", old, str(why))
            return
        one = described(name, self._moving.registry, repository["description"])
        self._moving.add(
            replace(
                one,
                visibility=self._visibility(repository["project_id"]),
                created_at=moment(repository["creation_time"]),
                pull_count=max(0, int(repository["pull_count"] or 0)),
                immutable_tags=self._rules.immutable(repository["project_id"], old),
            )
        )
        self._moving.grant_defaults(project, name)
        for person in self._limited.get(project, []):
            self._moving.grant(Grant(repository=name, role=Role.READER, person=person))

    def _visibility(self, project: str) -> Visibility:
        return Visibility.PUBLIC if project in self._public else Visibility.PRIVATE

    def _rest(self) -> None:
        for hook in self._ask("SELECT * FROM notification_policy"):
            self._webhooks(hook)
        for label in self._ask("SELECT * FROM harbor_label WHERE NOT truth(deleted)"):
            said = label["name"] if label["scope"] == "g" else f"{label['name']} of a project"
            self._moving.leave("label", said, "Waybill has topics of repositories, no labels")
        asked = "SELECT username FROM oidc_user o JOIN harbor_user u ON u.user_id = o.user_id"
        for user in self._ask(asked):
            reason = "the provider is set up here, and tells who it is at the first log-in"
            self._moving.leave("log-in", user["username"], reason)

    def _webhooks(self, hook: sqlite3.Row) -> None:
        project, events = (
            self._projects.get(hook["project_id"]),
            Told(hook["event_types"]).several(),
        )
        kinds = tuple(sorted({_EVENTS[one].value for one in events if one in _EVENTS}))
        for told in Told(hook["targets"]).several():
            target = Told(json.dumps(told))
            said = f"{hook['name']} ({target.text('address')})"
            if not project or not kinds or target.text("type") != "http":
                reason = "its project does not move along, or Waybill sends nothing like it"
                self._moving.leave("webhook", said, reason)
                continue
            url = target.text("address")
            one = Webhook(namespace=project, name=hook["name"], url=url, kinds=kinds)
            self._moving.webhook(one, schemas.HARBOR.product)
            if target.text("auth_header"):
                reason = "secrets do not move: receivers check Waybill's signature instead"
                self._moving.leave("header of a webhook", said, reason)
