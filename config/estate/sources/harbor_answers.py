"""Harbor's API 2.0: what it answered becomes the tables that a dump has (read: api/v2.0/swagger.yaml as of v2.16.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from config.estate.sources import schemas
from config.estate.sources.answers import Answer, Answers, part, put, told
from config.estate.sources.moving import Moving

# A robot is told as `robot$acme+ci`; what stands before is set by the administrator.
_ROBOT_NAME = re.compile(r"[a-z0-9._+-]*\Z")
_NOT_TOLD = (
    "Harbor's API was not asked for them: replications and the registries of them, preheating, scans and "
    "their allowlists, deleted people and projects"
)


def fill(answers: Answers, moving: Moving) -> None:
    """Put all answers into the tables of Harbor's schema; raise Unusable."""
    _Filling(answers, moving).fill()
    for one in answers.some("differences"):
        reason = f"Harbor counts {one.get('counted')} and listed {one.get('listed')}: export again"
        moving.leave("rows of a list", str(one.get("list")), reason)
    moving.leave("what is not in the export", "Harbor", _NOT_TOLD)


class _Filling:
    """One reading."""

    def __init__(self, answers: Answers, moving: Moving) -> None:
        self._of, self._each, self._moving = answers.of, answers.each, moving
        self._projects: dict[str, str] = {}
        self._users: set[str] = set()
        self._groups: set[str] = set()
        self._rights = 0

    def fill(self) -> None:
        for user in self._of("users", "user_id", "username"):
            self._users.add(told(user["user_id"]) or "")
            self._put("harbor_user", user, deleted="f")
            if oidc := part(user, "oidc_user_meta"):
                self._put("oidc_user", oidc, user_id=user["user_id"])
        for project in self._of("projects", "project_id", "name"):
            self._project(project)
        for one in self._of("repositories", "id", "project_id", "name"):
            self._put("repository", one, repository_id=one["id"])
        for robot in chain(self._of("robots", "id", "name"), self._each("robots", "id", "name")):
            self._robot(robot)
        self._members()
        self._settings()

    def _members(self) -> None:
        for group in self._of("usergroups", "id", "group_name"):
            self._group(group["id"], group["group_name"])
        for one in self._each("members", "project_id", "entity_id", "entity_type", "role_id"):
            self._put("project_member", one, role=one["role_id"])
            if one["entity_type"] == "g":
                self._group(one["entity_id"], one.get("entity_name"))
            else:
                self._former(one["entity_id"], one.get("entity_name"))

    def _project(self, project: Answer) -> None:
        self._projects[project["name"]] = told(project["project_id"]) or ""
        self._put("project", project, deleted=project.get("deleted") or False)
        for name, value in part(project, "metadata").items():
            self._put(
                "project_metadata", {}, project_id=project["project_id"], name=name, value=value
            )

    def _group(self, number: object, name: object) -> None:
        """Keep a group once; members name those too that the list is silent about."""
        key = told(number) or ""
        if key not in self._groups:
            self._groups.add(key)
            self._put("user_group", {}, id=number, group_name=name)

    def _former(self, number: object, name: object) -> None:
        """Keep whom members name and the list does not: who is deleted, and the administrator that Harbor brings."""
        key = told(number) or ""
        if key not in self._users:
            self._users.add(key)
            self._put("harbor_user", {}, user_id=number, username=name, deleted="t")

    def _robot(self, robot: Answer) -> None:
        found = _ROBOT_NAME.search(str(robot["name"]))
        name = found[0] if found else ""
        self._put(
            "robot", robot, name=name or robot["name"], disabled=robot.get("disable"),
            expiresat=robot.get("expires_at"),
        )  # fmt: skip
        for scope, access in self._accesses(robot):
            self._rights += 1
            self._put("permission_policy", access, id=self._rights, scope=scope)
            self._put(
                "role_permission", {}, role_id=robot["id"], role_type="robotaccount",
                permission_policy_id=self._rights,
            )  # fmt: skip

    def _accesses(self, robot: Answer) -> Iterator[tuple[str, Answer]]:
        for permission in _objects(robot.get("permissions")):
            where = told(permission.get("namespace")) or ""
            scope = f"/project/{self._projects.get(where, where)}"
            if permission.get("kind") != "project":
                scope = f"/{permission.get('kind')}"
            for access in _objects(permission.get("access")):
                yield scope, access

    def _settings(self) -> None:
        for one in self._of("quotas", "hard"):
            about = part(one, "ref").get("id")
            self._put("quota", one, reference="project", reference_id=about)
        for one in self._each("immutable", "project_id"):
            disabled = one.get("disabled") or False
            self._put("immutable_tag_rule", one, tag_filter=one, disabled=disabled)
        for one in self._each("retentions", "id"):
            scope = part(one, "scope")
            self._put(
                "retention_policy", one, scope_level=scope.get("level"),
                scope_reference=scope.get("ref"), data=one,
            )  # fmt: skip
        for one in chain(self._of("labels", "name"), self._each("labels", "name")):
            self._put("harbor_label", one, deleted="f")
        for one in self._each("webhooks", "name", "project_id"):
            self._put("notification_policy", one)

    def _put(self, table: str, answer: Answer, **other: object) -> None:
        """Add a row: what the answer calls like a column, and what is called otherwise."""
        put(self._moving.tables, schemas.HARBOR, table, {**answer, **other})


def _objects(value: object) -> list[Answer]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
