"""Quay's API 1: what it answered becomes the tables that a dump has (read: endpoints/api of quay/quay, August 2026)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from config.estate.sources import schemas
from config.estate.sources.answers import Answer, Answers, part, put
from config.estate.sources.moving import Moving

_STATES = {"NORMAL": "0", "READ_ONLY": "1", "MIRROR": "2", "MARKED_FOR_DELETION": "3", "ORG_MIRROR": "4"}  # fmt: skip
_NAMED = {  # tables of words, and where they are spoken of
    "teamrole": ("admin", "creator", "member"),
    "repositorykind": ("image", "application"),
    "visibility": ("public", "private"),
    "role": ("admin", "write", "read"),
}
_NOT_TOLD = (
    "Quay's API tells nobody of it: stars, passwords, when accounts were made, and robots of people that have "
    "no permission and are in no team; nor, without FEATURE_SUPERUSERS_FULL_ACCESS, of people's private "
    "repositories"
)


def fill(answers: Answers, moving: Moving) -> None:
    """Put all answers into the tables of Quay's schema; raise Unusable."""
    _Filling(answers, moving).fill()
    moving.leave("what is not in the export", "Quay", _NOT_TOLD)


class _Filling:
    """One reading. The API has names, tables have numbers, which are given here."""

    def __init__(self, answers: Answers, moving: Moving) -> None:
        self._of, self._each, self._moving = answers.of, answers.each, moving
        self._numbers: dict[tuple[str, ...], str] = {}

    def fill(self) -> None:
        for table, words in _NAMED.items():
            for word in words:
                self._put(table, {}, id=word, name=word)
        for user in self._of("users", "username"):
            self._user(user["username"], user)
        for one in self._of("organizations", "name"):
            self._user(one["name"], {}, organization=True)
        self._robots()
        for name, needed, take in (
            ("teams", ("organization", "name", "role"), self._team),
            ("members", ("organization", "team"), self._member),
            ("prototypes", ("organization", "role", "delegate"), self._prototype),
            ("repositories", ("namespace", "name"), self._repository),
            ("permissions", ("repository", "kind", "name", "role"), self._permission),
            ("notifications", ("repository", "event", "method"), self._notification),
        ):
            for one in self._each(name, *needed):
                take(one)

    def _user(self, name: str, answer: Answer, **other: object) -> None:
        number = self._number("user", name)
        more = {"organization": False, "robot": False, "enabled": True, **answer, **other}
        self._put("user", more, id=number, username=name)

    def _robots(self) -> None:
        """Organizations tell their robots; those of people are known by where they are named alone."""
        for robot in self._each("robots", "name"):
            self._user(robot["name"], {}, robot=True)
            number = self._number("user", robot["name"])
            self._put("robotaccountmetadata", robot, robot_account_id=number)
        for name in self._named_robots():
            if ("user", name) not in self._numbers:
                self._user(name, {}, robot=True)

    def _named_robots(self) -> Iterator[str]:
        for one in chain(self._each("permissions"), self._each("members")):
            if one.get("is_robot") is True and isinstance(one.get("name"), str):
                yield one["name"]

    def _team(self, team: Answer) -> None:
        number = self._number("team", team["organization"], team["name"])
        self._put(
            "team", team, id=number, role_id=team["role"],
            organization_id=self._number("user", team["organization"]),
        )  # fmt: skip
        if team.get("is_synced") is True:
            self._put("teamsync", {}, team_id=number, config="synchronized")

    def _member(self, member: Answer) -> None:
        team = self._number("team", member["organization"], member["team"])
        user = self._number("user", member["name"]) if member.get("name") else None
        invited = member.get("invited") is True or user is None
        self._put(
            "teammemberinvite" if invited else "teammember", member, team_id=team, user_id=user
        )

    def _prototype(self, one: Answer) -> None:
        delegate, activating = part(one, "delegate"), part(one, "activating_user")
        name, is_team = delegate.get("name"), delegate.get("kind") == "team"
        self._put(
            "permissionprototype", {}, role_id=one["role"],
            org_id=self._number("user", one["organization"]),
            delegate_team_id=self._number("team", one["organization"], name) if is_team else None,
            delegate_user_id=None if is_team else self._number("user", name),
            activating_user_id=self._number("user", activating.get("name")) if activating else None,
        )  # fmt: skip

    def _repository(self, one: Answer) -> None:
        number = self._number("repository", f"{one['namespace']}/{one['name']}")
        state = one.get("state") or "NORMAL"
        self._put(
            "repository", one, id=number, namespace_user_id=self._number("user", one["namespace"]),
            visibility_id="public" if one.get("is_public") is True else "private",
            kind_id=one.get("kind") or "image", state=_STATES.get(str(state), state),
        )  # fmt: skip

    def _permission(self, one: Answer) -> None:
        organization, is_team = str(one["repository"]).partition("/")[0], one["kind"] == "team"
        self._put(
            "repositorypermission", {}, role_id=one["role"],
            repository_id=self._number("repository", one["repository"]),
            team_id=self._number("team", organization, one["name"]) if is_team else None,
            user_id=None if is_team else self._number("user", one["name"]),
        )  # fmt: skip

    def _notification(self, one: Answer) -> None:
        event, method = (
            self._word("externalnotificationevent", one["event"]),
            self._word("externalnotificationmethod", one["method"]),
        )
        self._put(
            "repositorynotification", one, event_id=event, method_id=method,
            repository_id=self._number("repository", one["repository"]), config_json=one.get("config"),
        )  # fmt: skip

    def _word(self, table: str, word: str) -> str:
        if (table, word) not in self._numbers:
            self._put(table, {}, id=self._number(table, word), name=word)
        return self._number(table, word)

    def _number(self, *name: object) -> str:
        return self._numbers.setdefault(tuple(map(str, name)), str(len(self._numbers) + 1))

    def _put(self, table: str, answer: Answer, **other: object) -> None:
        put(self._moving.tables, schemas.QUAY, table, {**answer, **other})
