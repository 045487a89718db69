"""docker_auth 1: its configuration, and what it keeps in MongoDB (format read: examples/reference.yml, March 2026).

Its rules are about patterns of names, grants are about repositories. So each repository that is known, from the
registry's catalog or spelled out in a rule, is given what the rules certainly allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from accounts.models import Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from config.estate.records.people import Organization, Person
from config.estate.records.repositories import Grant, Repository
from config.estate.sources.docker_acl import (
    EVERYTHING,
    Account,
    Entry,
    certain,
    read_entries,
)
from config.estate.sources.errors import NotTaken, Unusable
from config.estate.sources.moving import Moving, role_of_actions
from config.estate.sources.names import Kind

_CONFIGURATION = ("config.yml", "config.yaml", "auth_config.yml")
_ELSEWHERE = ("google_auth", "github_auth", "gitlab_auth", "oidc_auth", "ldap_auth")
_OWN = ("mongo_auth", "xorm_auth", "ext_auth", "plugin_authn")
_OTHER_RULES = ("acl_xorm", "ext_authz", "plugin_authz", "casbin_authz")
_ANYBODY = Account("", is_anybody=True)


def read(path: Path, moving: Moving) -> None:
    """Read a folder, or a configuration alone."""
    configuration = _configuration(path)
    folder = path if path.is_dir() else None
    users = {**_users(configuration.get("users")), **_mongo_users(folder)}
    entries = read_entries(configuration.get("acl") or []) + _mongo_entries(folder)
    if not entries and not users:
        message = (
            "There are neither users nor an acl in it: is this a configuration of docker_auth?"
        )
        raise Unusable(message)
    _DockerAuth(moving, users, entries).read(_catalog(folder))
    for name in (*_ELSEWHERE, *_OWN):
        if name in configuration:
            reason = (
                "people of a provider or a directory come at their first log-in: single-sign-on.md"
            )
            moving.leave("people", name, reason if name in _ELSEWHERE else _alone(name))
    for name in _OTHER_RULES:
        if name in configuration:
            moving.leave("rules", name, "a program or a database decides there: give roles by hand")


class _DockerAuth:
    """One reading."""

    def __init__(
        self, moving: Moving, users: Mapping[str, Mapping[str, Any]], entries: Sequence[Entry]
    ) -> None:
        self._moving, self._users, self._entries = moving, users, entries
        self._people: dict[str, str] = {}
        self._accounts = {name: Account(name, _labels(one)) for name, one in users.items()}

    def read(self, catalog: set[str]) -> None:
        for name, one in self._users.items():
            if name:
                self._person(name, one)
        spelled_out = {entry.names_one for entry in self._entries} - {""}
        for repository in sorted(catalog | spelled_out):
            self._repository(repository)
        for entry in self._entries:
            if reason := self._missing(entry):
                self._moving.leave("acl entry", f"{entry.place} ({entry.said})", reason)
        if not catalog:
            reason = "without catalog.json only repositories that rules spell out are known"
            self._moving.leave("catalog", "of the registry", reason)

    def _person(self, old: str, one: Mapping[str, Any]) -> None:
        try:
            name = self._moving.names.take(Kind.PERSON, old)
        except NotTaken as why:
            self._moving.leave("person", old, str(why))
            return
        self._people[old] = name
        password = self._moving.password(str(one.get("password") or ""))
        self._moving.add(
            Person(username=name, password=password, addresses=self._moving.addresses(old))
        )
        if one.get("labels"):
            self._moving.leave("labels", old, "what rules give by labels is given to the person")

    def _repository(self, old: str) -> None:
        may = {name: certain(self._entries, one, old) for name, one in self._accounts.items()}
        try:
            name, stored = self._place(old, may)
        except NotTaken as why:
            self._moving.leave("repository", old, str(why))
            return
        visibility = self._visibility(old, may)
        self._moving.add(
            Repository(
                name=name, stored_name=stored, registry=self._moving.registry, visibility=visibility
            )
        )
        for account, actions in may.items():
            role = role_of_actions(pull="pull" in actions, push="push" in actions)
            is_theirs = self._people.get(account) == name.partition("/")[0]
            if account in self._people and role and not is_theirs:
                self._moving.grant(Grant(repository=name, role=role, person=self._people[account]))

    def _place(self, old: str, may: Mapping[str, frozenset[str]]) -> tuple[str, str]:
        """Return its name here and there; a person's namespace only for whoever may do everything in it."""
        namespace, slash, _ = old.partition("/")
        if not slash or namespace == ROOT_NAMESPACE:
            return self._moving.kept_in("", old)
        if namespace in self._people:
            if not may[namespace] >= EVERYTHING:
                message = f"in the namespace of {namespace} it would be theirs, and they may not do everything with it"
                raise NotTaken(message)
            return self._moving.kept_in(self._people[namespace], old)
        holder = self._moving.names.take(Kind.ORGANIZATION, namespace)
        self._moving.add(Organization(name=holder))
        return self._moving.kept_in(holder, old)

    def _visibility(self, old: str, may: Mapping[str, frozenset[str]]) -> Visibility:
        if "pull" in may.get("", ()):
            return Visibility.PUBLIC
        everybody = [actions for name, actions in may.items() if name]
        everybody.append(certain(self._entries, _ANYBODY, old))
        if all("pull" in actions for actions in everybody):
            return Visibility.INTERNAL
        return Visibility.PRIVATE

    def _missing(self, entry: Entry) -> str:
        """Return what of an entry is not said here, "" where all of it is."""
        if entry.conditions.get("type", "repository") != "repository":
            return "only administrators and tokens of theirs list the catalog here"
        if unsure := sorted({"ip", "service"} & entry.conditions.keys()):
            return f"grants do not ask for {unsure[0]}: it counts only where it takes away"
        if not entry.actions:
            return "who is given nothing has nothing: keep to that when you give roles by patterns"
        if not entry.names_one:
            return (
                "it became roles on the repositories that are known now; what comes later has the default "
                "permissions of its organization"
            )
        if "delete" in entry.actions:
            return "pull and push are taken over; deletion comes with the role Admin here: give it by hand"
        return ""


def _alone(name: str) -> str:
    return f"{name} keeps them itself: export it as users.json, or invite them here"


def _labels(user: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    told = user.get("labels")
    labels = told if isinstance(told, dict) else {}
    return {str(name): [str(one) for one in values or ()] for name, values in labels.items()}


def _configuration(path: Path) -> dict[str, Any]:
    if path.is_dir():
        found = [path / name for name in _CONFIGURATION if (path / name).is_file()]
        if not found:
            message = f"There is no {_CONFIGURATION[0]} in {path.name}: copy docker_auth's there."
            raise Unusable(message)
        path = found[0]
    try:
        told = yaml.safe_load(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as trouble:
        message = f"{path.name} is not UTF-8 text: {trouble}."
        raise Unusable(message) from trouble
    except yaml.YAMLError as trouble:
        message = f"{path.name} is no YAML that can be read: {' '.join(str(trouble).split())}."
        raise Unusable(message) from trouble
    if not isinstance(told, dict):
        message = f"{path.name} is no configuration of docker_auth: it has no sections."
        raise Unusable(message)
    return told


def _users(told: object) -> dict[str, Mapping[str, Any]]:
    if told is not None and not isinstance(told, dict):
        message = "users are no names with passwords: is this a configuration of docker_auth?"
        raise Unusable(message)
    users = told or {}
    return {str(name): one if isinstance(one, dict) else {} for name, one in users.items()}


def _mongo_users(folder: Path | None) -> dict[str, Mapping[str, Any]]:
    return {str(one.get("username") or ""): one for one in _lines(folder, "users.json")}


def _mongo_entries(folder: Path | None) -> list[Entry]:
    """Return the rules in their order; docker_auth leaves out those that say none."""
    numbered = [(_number(one.get("seq")), one) for one in _lines(folder, "acl.json")]
    known = [(seq, one) for seq, one in numbered if seq is not None]
    return read_entries([one for _, one in sorted(known, key=lambda pair: pair[0])], "acl.json")


def _number(told: object) -> int | None:
    """Return a number of mongoexport, which writes `{"$numberInt": "7"}` on demand."""
    text = str(next(iter(told.values()), "") if isinstance(told, dict) else told)
    return int(text) if text.isdecimal() else None


def _catalog(folder: Path | None) -> set[str]:
    return {
        str(one) for page in _lines(folder, "catalog.json") for one in page["repositories"] or ()
    }


def _lines(folder: Path | None, name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, one a line, as `mongoexport` writes them and pages of a catalog come."""
    if folder is None or not (folder / name).is_file():
        return
    with (folder / name).open("rb") as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                told = json.loads(text)
                json.dumps(told, ensure_ascii=False).encode()  # half of a character is none
            except ValueError:
                told = None
            if not isinstance(told, dict) or ("catalog" in name and "repositories" not in told):
                message = f"Line {number} of {name} is not what was to be there: export it again, one object a line."
                raise Unusable(message)
            yield told
