"""Quay 3: a dump of its database (schema read: data/database.py of quay/quay, August 2026; names as of 3.0)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import Address, Organization, Person, Robot, Team, TeamMember
from config.estate.records.repositories import DefaultGrant, Grant, Star, Webhook
from config.estate.sources import schemas
from config.estate.sources.errors import NotTaken
from config.estate.sources.moving import Moving, described, line, moment
from config.estate.sources.names import Kind
from config.estate.sources.tables import is_true
from config.estate.sources.told import Told
from index.models import ActivityKind, RepositoryMode
from index.roles import Role

_ROLES = {"read": Role.READER, "write": Role.WRITER, "admin": Role.ADMIN}
_STATES = {
    "0": RepositoryMode.OPEN,
    "1": RepositoryMode.READ_ONLY,
    "2": RepositoryMode.READ_ONLY,  # mirrors, filled by Quay alone
    "4": RepositoryMode.READ_ONLY,
}
_GOING = "3"
_EVENTS = {"repo_push": ActivityKind.PUSHED}
_TEAMS = """
SELECT t.*, r.name AS role, o.username AS organization FROM team t
LEFT JOIN teamrole r ON r.id = t.role_id LEFT JOIN "user" o ON o.id = t.organization_id
ORDER BY CAST(t.id AS INTEGER)
"""
_MEMBERS = """
SELECT m.*, u.username, truth(u.robot) AS is_robot FROM teammember m
LEFT JOIN "user" u ON u.id = m.user_id ORDER BY m.rowid
"""
_REPOSITORIES = """
SELECT r.*, v.name AS visibility, k.name AS kind, n.username AS namespace FROM repository r
LEFT JOIN visibility v ON v.id = r.visibility_id LEFT JOIN repositorykind k ON k.id = r.kind_id
LEFT JOIN "user" n ON n.id = r.namespace_user_id ORDER BY CAST(r.id AS INTEGER)
"""
_PERMISSIONS = """
SELECT p.*, r.name AS role, coalesce(u.username, t.name) AS who FROM repositorypermission p
LEFT JOIN role r ON r.id = p.role_id LEFT JOIN "user" u ON u.id = p.user_id
LEFT JOIN team t ON t.id = p.team_id ORDER BY p.rowid
"""
_DEFAULTS = """
SELECT p.*, r.name AS role, o.username AS organization, coalesce(u.username, t.name) AS who
FROM permissionprototype p LEFT JOIN role r ON r.id = p.role_id
LEFT JOIN "user" o ON o.id = p.org_id LEFT JOIN "user" u ON u.id = p.delegate_user_id
LEFT JOIN team t ON t.id = p.delegate_team_id ORDER BY p.rowid
"""
_NOTIFICATIONS = """
SELECT n.*, e.name AS event, m.name AS method FROM repositorynotification n
LEFT JOIN externalnotificationevent e ON e.id = n.event_id
LEFT JOIN externalnotificationmethod m ON m.id = n.method_id ORDER BY n.rowid
"""


def read(moving: Moving) -> None:
    """Turn the tables into records."""
    _Quay(moving).read()


class _Quay:
    """One reading: who and what was taken over so far, by Quay's numbers."""

    def __init__(self, moving: Moving) -> None:
        self._moving, self._ask = moving, moving.tables.ask
        self._people: dict[str, str] = {}
        self._organizations: dict[str, str] = {}
        self._robots: dict[str, str] = {}  # full names
        self._teams: dict[str, str] = {}  # full names
        self._owners: dict[str, str] = {}  # teams whose members own the organization of that name
        self._in_team: dict[str, list[str]] = {}  # robots
        self._repositories: dict[str, str] = {}

    def read(self) -> None:
        asked = 'SELECT * FROM "user" ORDER BY truth(robot), CAST(id AS INTEGER)'
        for user in self._ask(asked):
            self._user(user)
        for team in self._ask(_TEAMS):
            self._team(team)
        for member in self._ask(_MEMBERS):
            self._member(member)
        for one in self._ask(_DEFAULTS):
            self._default(one)
        for repository in self._ask(_REPOSITORIES):
            self._repository(repository)
        for permission in self._ask(_PERMISSIONS):
            self._permission(permission)
        self._rest()

    def _user(self, user: sqlite3.Row) -> None:
        old = user["username"]
        try:
            if is_true(user["robot"]):
                self._robot(user)
            elif is_true(user["organization"]):
                name = self._moving.names.take(Kind.ORGANIZATION, old)
                self._organizations[user["id"]] = name
                made = moment(user["creation_date"])
                self._moving.add(Organization(name=name, created_at=made))
            else:
                self._person(user, self._moving.names.take(Kind.PERSON, old))
        except NotTaken as why:
            kind = "organization" if is_true(user["organization"]) else "person"
            self._moving.leave("robot" if is_true(user["robot"]) else kind, old, str(why))

    def _person(self, user: sqlite3.Row, name: str) -> None:
        self._people[user["id"]] = name
        proven = is_true(user["verified"])
        hashed = user["password_hash"]
        self._moving.add(
            Person(
                username=name,
                addresses=(Address(email=user["email"], primary=True, verified=proven),),
                display_name=line(f"{user['given_name'] or ''} {user['family_name'] or ''}", 80),
                location=line(user["location"], 80),
                is_active=is_true(user["enabled"]),
                joined_at=moment(user["creation_date"]),
                password=self._moving.password(hashed or ""),
            )
        )

    def _robot(self, user: sqlite3.Row) -> None:
        namespace, _, short = user["username"].partition("+")
        asked = 'SELECT id FROM "user" WHERE username = ?'
        row = next(self._ask(asked, namespace), None)
        holder = self._holder(row["id"] if row else "")
        if not holder:
            message = "its namespace does not move along"
            raise NotTaken(message)
        name = self._moving.names.legal(Kind.ROBOT, short)
        self._moving.only_one(Robot, holder, name)
        asked = "SELECT description FROM robotaccountmetadata WHERE robot_account_id = ?"
        about = next(self._ask(asked, user["id"]), None)
        self._robots[user["id"]] = f"{holder}+{name}"
        text = line(about["description"] if about else "")
        self._moving.add(Robot(namespace=holder, name=name, description=text))

    def _holder(self, number: str | None) -> str:
        return self._organizations.get(number or "") or self._people.get(number or "", "")

    def _team(self, team: sqlite3.Row) -> None:
        said = f"{team['organization']}/{team['name']}"
        organization = self._organizations.get(team["organization_id"])
        if organization is None:
            self._moving.leave("team", said, "its organization does not move along")
            return
        if team["role"] == "admin":
            self._owners[team["id"]] = organization
            return
        if team["role"] == "creator":
            reason = "its members created repositories; here owners do, or say that all members may"
            self._moving.leave("right to create", said, reason)
        try:
            name = self._moving.names.legal(Kind.TEAM, team["name"])
            self._moving.only_one(Team, organization, name)
        except NotTaken as why:
            self._moving.leave("team", said, str(why))
            return
        self._teams[team["id"]] = f"{organization}/{name}"
        text = line(team["description"])
        self._moving.add(Team(organization=organization, name=name, description=text))

    def _member(self, member: sqlite3.Row) -> None:
        team, owned = self._teams.get(member["team_id"]), self._owners.get(member["team_id"])
        person = self._people.get(member["user_id"])
        said = f"{member['username']} in {team or owned or 'team ' + member['team_id']}"
        if member["is_robot"] and team and member["user_id"] in self._robots:
            self._in_team.setdefault(member["team_id"], []).append(self._robots[member["user_id"]])
        elif member["is_robot"] and owned:
            reason = "no robot owns an organization: give it roles on repositories"
            self._moving.leave("robot in a team", said, reason)
        elif person and owned:
            self._moving.member(owned, person, OrganizationRole.OWNER)
        elif person and team:
            self._moving.member(team.partition("/")[0], person, OrganizationRole.MEMBER)
            self._moving.add(TeamMember(team=team, person=person))
        else:
            reason = "the person, the robot or the team does not move along"
            self._moving.leave("member", said, reason)

    def _default(self, one: sqlite3.Row) -> None:
        said = f"{one['who']} on new repositories of {one['organization']}"
        namespace, role = self._holder(one["org_id"]), _ROLES.get(one["role"] or "")
        team = self._teams.get(one["delegate_team_id"] or "", "")
        robot = self._robots.get(one["delegate_user_id"] or "", "")
        if one["activating_user_id"] or not (namespace and role and (team or robot)):
            reason = "defaults here are of a team or a robot, whoever creates the repository"
            self._moving.leave("default permission", said, reason)
            return
        self._moving.add(DefaultGrant(namespace=namespace, role=role, team=team, robot=robot))

    def _repository(self, repository: sqlite3.Row) -> None:
        old = f"{repository['namespace']}/{repository['name']}"
        namespace = self._holder(repository["namespace_user_id"])
        if repository["state"] == _GOING or repository["kind"] != "image":
            reason = "it is being deleted in Quay, or holds no images"
            self._moving.leave("repository", old, reason)
            return
        if not namespace:
            self._moving.leave("repository", old, "its namespace does not move along")
            return
        try:
            name = self._moving.repository_in(namespace, old)
        except NotTaken as why:
            self._moving.leave("repository", old, str(why))
            return
        self._repositories[repository["id"]] = name
        is_public = repository["visibility"] == "public"
        mode = _STATES.get(repository["state"] or "0", RepositoryMode.READ_ONLY)
        one = described(name, self._moving.registry, repository["description"])
        visibility = Visibility.PUBLIC if is_public else Visibility.PRIVATE
        self._moving.add(replace(one, visibility=visibility, mode=mode))

    def _permission(self, permission: sqlite3.Row) -> None:
        name = self._repositories.get(permission["repository_id"])
        role = _ROLES.get(permission["role"] or "")
        person = self._people.get(permission["user_id"] or "", "")
        robot = self._robots.get(permission["user_id"] or "", "")
        team = self._teams.get(permission["team_id"] or "", "")
        if (permission["team_id"] or "") in self._owners:
            return  # owners may do everything
        if not (name and role and (person or robot or team)):
            said = f"{permission['who']} on {name or 'repository ' + permission['repository_id']}"
            self._moving.leave(
                "permission", said, "the repository, or who has it, does not move along"
            )
            return
        self._moving.grant(Grant(repository=name, role=role, person=person, robot=robot, team=team))
        for one in self._in_team.get(permission["team_id"] or "", []):  # teams here have no robots
            self._moving.grant(Grant(repository=name, role=role, robot=one))

    def _rest(self) -> None:
        for star in self._ask("SELECT * FROM star"):
            person = self._people.get(star["user_id"])
            repository = self._repositories.get(star["repository_id"])
            if person and repository:
                since = moment(star["created"])
                self._moving.add(Star(repository=repository, person=person, since=since))
            else:
                said = f"user {star['user_id']} on repository {star['repository_id']}"
                reason = "the person or the repository does not move along"
                self._moving.leave("star", said, reason)
        for one in self._ask(_NOTIFICATIONS):
            self._notification(one)
        for sync in self._ask("SELECT * FROM teamsync"):
            said = f"{self._teams.get(sync['team_id'], sync['team_id'])}: {sync['config']}"
            reason = "say which group it is on the team's page: docs/operations/single-sign-on.md"
            self._moving.leave("group of a team", said, reason)
        for invite in self._ask("SELECT * FROM teammemberinvite"):
            said = f"{invite['email'] or 'user ' + (invite['user_id'] or '?')}"
            self._moving.leave("invitation", said, "invite them here")

    def _notification(self, one: sqlite3.Row) -> None:
        repository, kind = self._repositories.get(one["repository_id"]), _EVENTS.get(one["event"])
        said = f"{one['title'] or one['event']} of {repository or one['repository_id']}"
        if not repository or kind is None or one["method"] != "webhook" or "/" not in repository:
            reason = "the repository does not move along, or Waybill sends nothing like it"
            self._moving.leave("notification", said, reason)
            return
        url = Told(one["config_json"]).text("url")
        hook = Webhook(
            namespace=repository.partition("/")[0],
            repository=repository,
            name=one["title"] or json.dumps(one["event"]),
            url=url,
            kinds=(kind.value,),
        )
        self._moving.webhook(hook, schemas.QUAY.product)
