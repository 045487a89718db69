"""Robots of Harbor, of projects and of the whole site, with what they may pull and push."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from config.estate.records.people import Robot
from config.estate.records.repositories import DefaultGrant
from config.estate.sources.errors import NotTaken
from config.estate.sources.moving import Moving, line, role_of_actions
from config.estate.sources.names import Kind
from config.estate.sources.tables import is_true

_ROBOTS = "SELECT * FROM robot ORDER BY CAST(id AS INTEGER)"
_RIGHTS = """
SELECT p.scope, p.resource, p.action FROM role_permission r
JOIN permission_policy p ON p.id = r.permission_policy_id
WHERE r.role_id = ? AND r.role_type = 'robotaccount' AND coalesce(p.effect, '') IN ('', 'allow')
"""
_TAKEN = {("repository", "pull"), ("repository", "push")}


class Robots:
    """Robots become robots of each organization that they have rights in; secrets are new."""

    def __init__(self, moving: Moving, projects: Mapping[str, str]) -> None:
        """Take the projects that move along, by Harbor's numbers."""
        self._moving = moving
        self._projects = {f"/project/{number}": name for number, name in projects.items()}

    def read(self) -> None:
        """Turn all of them into records."""
        for robot in self._moving.tables.ask(_ROBOTS):
            rights: dict[str, set[tuple[str, str]]] = {}
            for row in self._moving.tables.ask(_RIGHTS, robot["id"]):
                rights.setdefault(row["scope"], set()).add((row["resource"], row["action"]))
            if not rights:
                reason = "it has no rights, or it is of a Harbor before 2.2"
                self._moving.leave("robot", robot["name"], reason)
            for scope, actions in sorted(rights.items()):
                self._robot(robot, scope, actions)

    def _robot(self, robot: sqlite3.Row, scope: str, actions: set[tuple[str, str]]) -> None:
        said, project = f"{robot['name']} in {scope}", self._projects.get(scope)
        if others := sorted(f"{resource}:{action}" for resource, action in actions - _TAKEN):
            reason = f"robots here pull and push; not taken over: {', '.join(others)}"
            self._moving.leave("rights of a robot", said, reason)
        role = role_of_actions(
            pull=("repository", "pull") in actions, push=("repository", "push") in actions
        )
        if not project or role is None:
            reason = "robots here belong to one organization, and pull what they push"
            self._moving.leave("robot", said, reason)
            return
        try:
            name = self._moving.names.legal(Kind.ROBOT, robot["name"].rpartition("+")[2])
            self._moving.only_one(Robot, project, name)
        except NotTaken as why:
            self._moving.leave("robot", said, str(why))
            return
        ends = int(robot["expiresat"] or -1)
        is_over = is_true(robot["disabled"]) or 0 < ends < self._moving.written_at.timestamp()
        self._moving.add(
            Robot(
                namespace=project,
                name=name,
                description=line(robot["description"]),
                disabled_at=self._moving.written_at if is_over else None,
            )
        )
        self._moving.add(DefaultGrant(namespace=project, robot=f"{project}+{name}", role=role))
