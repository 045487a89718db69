"""Portus 2.4 and 2.5: a dump of its database (schema read: db/schema.mysql.rb of 2019-03-14, version 2.5)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import (
    Address,
    Namespace,
    Organization,
    Person,
    Robot,
    Team,
    TeamMember,
)
from config.estate.records.repositories import DefaultGrant, Star, Webhook
from config.estate.sources import schemas
from config.estate.sources.errors import NotTaken
from config.estate.sources.moving import Moving, described, line, moment
from config.estate.sources.names import Kind
from config.estate.sources.tables import is_true
from index.models import ActivityKind
from index.roles import Role

_ITSELF = "portus"  # the account by which Portus talks to its registry
_NO_EQUAL = "Waybill has nothing like it"

_VISIBILITIES = {
    "0": Visibility.PRIVATE,
    "1": Visibility.INTERNAL,  # "protected": any signed-in user
    "2": Visibility.PUBLIC,
}
# Of the roles viewer, contributor and owner; owners own the organization, so they need no team.
_TEAMS = {"0": ("viewers", Role.READER), "1": ("contributors", Role.WRITER)}
_OWNER = "2"
_COUNTED = {
    "comments": _NO_EQUAL,
    "tags": "the registry is asked for them: manage.py reconcile",
    "webhook_headers": "headers of one's own are not sent by Waybill",
}
_MEMBERS = """
SELECT u.username, u.bot, u.enabled, m.user_id, m.role,
       coalesce(t.name, 'team ' || m.team_id) AS team, n.id AS namespace,
       n.name AS namespace_name, n.global AS is_global
FROM team_users m
LEFT JOIN users u ON u.id = m.user_id
LEFT JOIN teams t ON t.id = m.team_id
LEFT JOIN namespaces n ON n.team_id = m.team_id
ORDER BY m.rowid
"""


def read(moving: Moving) -> None:
    """Turn the tables into records."""
    _Portus(moving).read()


class _Portus:
    """One reading: who and what was taken over so far, by Portus's numbers."""

    def __init__(self, moving: Moving) -> None:
        self._moving, self._ask = moving, moving.tables.ask
        self._people: dict[str, str] = {}
        self._namespaces: dict[str, str] = {}  # "" is the one of official images
        self._repositories: dict[str, str] = {}
        owners = self._ask("SELECT id, username, namespace_id FROM users WHERE namespace_id > ''")
        self._personal_of = {row["namespace_id"]: row for row in owners}

    def read(self) -> None:
        for user in self._ask("SELECT * FROM users ORDER BY CAST(id AS INTEGER)"):
            self._person(user)
        for namespace in self._ask("SELECT * FROM namespaces ORDER BY CAST(id AS INTEGER)"):
            self._namespace(namespace)
        for member in self._ask(_MEMBERS):
            self._member(member)
        for repository in self._ask("SELECT * FROM repositories ORDER BY CAST(id AS INTEGER)"):
            self._repository(repository)
        self._stars_and_webhooks()
        self._rest()

    def _person(self, user: sqlite3.Row) -> None:
        old = user["username"]
        if old == _ITSELF:
            self._moving.leave(
                "person", old, "Portus itself; Waybill talks to registries otherwise"
            )
            return
        if is_true(user["bot"]):
            return  # a robot, where its teams have namespaces
        try:
            name = self._moving.names.take(Kind.PERSON, old)
        except NotTaken as why:
            self._moving.leave("person", old, str(why))
            return
        self._people[user["id"]] = name
        addresses = (Address(email=user["email"], primary=True),) if user["email"] else ()
        hashed = user["encrypted_password"]
        self._moving.add(
            Person(
                username=name,
                addresses=addresses,
                display_name=line(user["display_name"], 80),
                is_active=is_true(user["enabled"]),
                is_administrator=is_true(user["admin"]),
                joined_at=moment(user["created_at"]),
                password=self._moving.password(hashed or ""),
            )
        )
        if user["provider"]:
            self._moving.leave(
                "log-in", f"{old} by {user['provider']}", "log-ins by providers are set up here"
            )

    def _namespace(self, namespace: sqlite3.Row) -> None:
        number, old = namespace["id"], namespace["name"]
        if is_true(namespace["global"]):
            self._namespaces[number] = ""
            return
        if number in self._personal_of:
            self._personal(namespace, self._personal_of[number])
            return
        try:
            name = self._moving.names.take(Kind.ORGANIZATION, old)
            self._moving.only_one(Organization, name)  # each registry has namespaces of its own
        except NotTaken as why:
            self._moving.leave("namespace", old, str(why))
            return
        self._namespaces[number] = name
        self._moving.add(
            Organization(
                name=name,
                description=line(namespace["description"]),
                created_at=moment(namespace["created_at"]),
            )
        )
        self._moving.add(Namespace(name=name, default_visibility=_visibility(namespace)))

    def _personal(self, namespace: sqlite3.Row, owner: sqlite3.Row) -> None:
        name = self._people.get(owner["id"])
        if name is None:
            reason = f"it belongs to {owner['username']}, who does not move along"
            self._moving.leave("namespace", namespace["name"], reason)
            return
        self._namespaces[namespace["id"]] = name
        self._moving.add(Namespace(name=name, default_visibility=_visibility(namespace)))

    def _member(self, member: sqlite3.Row) -> None:
        said = f"{member['username']} in {member['team']}, for {member['namespace_name']}"
        if member["namespace"] is None:
            self._moving.leave("member", said, "the team has no namespace")
        elif is_true(member["bot"]):
            self._bot(member, said)
        elif member["user_id"] not in self._people or member["namespace"] not in self._namespaces:
            self._moving.leave("member", said, "the person or the namespace does not move along")
        elif is_true(member["is_global"]):
            reason = "official images have no members here: administrators keep them"
            self._moving.leave("member", said, reason)
        elif member["namespace"] not in self._personal_of:
            self._in_organization(member, said)
        elif self._people[member["user_id"]] != self._namespaces[member["namespace"]]:
            self._moving.leave("member", said, "somebody's own namespace has no members here")

    def _in_organization(self, member: sqlite3.Row, said: str) -> None:
        organization = self._namespaces[member["namespace"]]
        person = self._people[member["user_id"]]
        if member["role"] == _OWNER:
            self._moving.member(organization, person, OrganizationRole.OWNER)
            return
        if member["role"] not in _TEAMS:
            self._moving.leave("member", said, f"its role {member['role']} is not known")
            return
        self._moving.member(organization, person, OrganizationRole.MEMBER)
        name, role = _TEAMS[member["role"]]
        team = f"{organization}/{name}"
        text = line(f"{name.capitalize()} of the team {member['team']} in Portus")
        self._moving.add(Team(organization=organization, name=name, description=text))
        self._moving.add(DefaultGrant(namespace=organization, team=team, role=role))
        self._moving.add(TeamMember(team=team, person=person))

    def _bot(self, member: sqlite3.Row, said: str) -> None:
        namespace = self._namespaces.get(member["namespace"])
        role = {"0": Role.READER, "1": Role.WRITER, _OWNER: Role.WRITER}.get(member["role"])
        if not namespace or role is None:
            self._moving.leave("bot", said, "there is no namespace here that it could belong to")
            return
        try:
            name = self._moving.names.legal(Kind.ROBOT, member["username"])
        except NotTaken as why:
            self._moving.leave("bot", said, str(why))
            return
        disabled = None if is_true(member["enabled"]) else self._moving.written_at
        self._moving.add(Robot(namespace=namespace, name=name, disabled_at=disabled))
        self._moving.add(DefaultGrant(namespace=namespace, robot=f"{namespace}+{name}", role=role))

    def _repository(self, repository: sqlite3.Row) -> None:
        asked = "SELECT * FROM namespaces WHERE id = ?"
        home = next(self._ask(asked, repository["namespace_id"]), None)
        namespace = self._namespaces.get(repository["namespace_id"])
        if home is None or namespace is None:
            where = home["name"] if home else f"namespace {repository['namespace_id']}"
            reason = "its namespace does not move along"
            self._moving.leave("repository", f"{where}/{repository['name']}", reason)
            return
        old = repository["name"] if namespace == "" else f"{home['name']}/{repository['name']}"
        try:
            name, stored = self._moving.kept_in(namespace, old)
        except NotTaken as why:
            self._moving.leave("repository", old, str(why))
            return
        self._repositories[repository["id"]] = name
        one = described(name, self._moving.registry, repository["description"])
        self._moving.add(
            replace(
                one,
                stored_name=stored,
                visibility=_visibility(home),
                created_at=moment(repository["created_at"]),
            )
        )
        self._moving.grant_defaults(namespace, name)

    def _stars_and_webhooks(self) -> None:
        for star in self._ask(
            "SELECT s.*, u.username FROM stars s LEFT JOIN users u ON u.id = s.user_id"
        ):
            person = self._people.get(star["user_id"])
            repository = self._repositories.get(star["repository_id"])
            if person and repository:
                since = moment(star["created_at"])
                self._moving.add(Star(repository=repository, person=person, since=since))
            else:
                reason = "the person or the repository does not move along"
                said = f"{star['username']} on repository {star['repository_id']}"
                self._moving.leave("star", said, reason)
        for webhook in self._ask("SELECT * FROM webhooks"):
            self._webhook(webhook)

    def _webhook(self, webhook: sqlite3.Row) -> None:
        said = f"{webhook['name']} ({webhook['url']})"
        namespace = self._namespaces.get(webhook["namespace_id"])
        if not namespace:
            self._moving.leave("webhook", said, "its namespace does not move along")
            return
        one = Webhook(
            namespace=namespace,
            name=webhook["name"],
            url=webhook["url"],
            kinds=(ActivityKind.PUSHED.value,),
        )
        self._moving.webhook(one, schemas.PORTUS.product)
        if webhook["username"]:
            reason = "passwords do not move: receivers check Waybill's signature instead"
            self._moving.leave("password of a webhook", said, reason)

    def _rest(self) -> None:
        asked = (
            "SELECT t.application, u.username FROM application_tokens t "
            "LEFT JOIN users u ON u.id = t.user_id"
        )
        for token in self._ask(asked):
            said = f"{token['application']} of {token['username']}"
            self._moving.leave("application token", said, "secrets do not move: make a new one")
        for registry in self._ask("SELECT name, hostname FROM registries"):
            said = f"{registry['name']} ({registry['hostname']})"
            reason = (
                "it is added here, trusting Waybill's tokens; see docs/operations/registries.md"
            )
            self._moving.leave("registry", said, reason)
        for table, reason in _COUNTED.items():
            [count] = next(self._ask(f"SELECT count(*) FROM {table}"))  # noqa: S608 - names of ours
            if count:
                self._moving.leave(table.replace("_", " "), f"{count} rows", reason)


def _visibility(namespace: sqlite3.Row) -> Visibility:
    return _VISIBILITIES.get(namespace["visibility"], Visibility.PRIVATE)
