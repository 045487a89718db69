"""The REST API from its own description: grouped, with fields in words and a call to copy."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from config.api_description import described
from config.guide.schemas import Field, Schemas, words

_PREFIX = "/api/v1/"
_METHODS = ("get", "post", "put", "patch", "delete")
_OF_ADMINISTRATORS = frozenset({"manage", "registries", "placement", "moves", "plans"})
_MOST_FOUND = 12
_TOLD_ONCE = (
    300  # statuses from here on, and headers, mean the same everywhere: the guide has them once
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that means yes, and its body."""

    status: str
    fields: list[Field]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address. `part` is what an access token needs, "" where none helps."""

    anchor: str
    group: str
    topic: str
    method: str
    path: str
    summary: str
    description: SafeString
    part: str
    takes_any_token: bool
    is_open: bool
    parameters: list[Field]
    body: list[Field]
    answers: list[Answer]
    curl: str

    @property
    def tail(self) -> str:
        """Its address without what all of its group have."""
        return self.path.removeprefix(_PREFIX + self.group) or "/"

    @property
    def curl_id(self) -> str:
        """What the button that copies looks for."""
        return f"curl-{self.anchor}"


@dataclass(frozen=True, eq=False)
class Group:
    """The operations on one kind of thing; equal to itself alone, as a chapter is."""

    name: str
    operations: list[Operation]

    @property
    def title(self) -> str:
        """Its name as a heading."""
        return self.name.replace("-", " ").capitalize()

    @property
    def is_for_administrators(self) -> bool:
        """Whether only administrators of the site get anything but refusals from it."""
        return self.name in _OF_ADMINISTRATORS


@lru_cache(maxsize=1)
def reference() -> list[Group]:
    """Return all of it; nobody may change it."""
    groups: dict[str, list[Operation]] = {}
    for operation in _operations():
        groups.setdefault(operation.group, []).append(operation)
    ordered = [
        Group(name, sorted(found, key=lambda one: one.topic)) for name, found in groups.items()
    ]
    return sorted(ordered, key=lambda group: (group.is_for_administrators, group.name))


def operations_with(query: str) -> list[Operation]:
    """Return the operations that say all of the words; none for words of which none is long."""
    wanted = [word for word in query.casefold().split() if word]
    found = (
        operation
        for group in reference()
        for operation in group.operations
        if all(word in f"{operation.summary} {operation.path}".casefold() for word in wanted)
    )
    return [operation for operation, _ in zip(found, range(_MOST_FOUND), strict=False)]


def _operations() -> Iterator[Operation]:
    description = described()
    schemas = Schemas(description["components"]["schemas"])
    for path, methods in description["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield _operation(path, method, methods[method], schemas)


def _operation(path: str, method: str, told: dict[str, Any], schemas: Schemas) -> Operation:
    body = _content(told.get("requestBody", {}))
    return Operation(
        anchor=told["operationId"].replace("_", "-"),
        group=told["tags"][0],
        topic=_topic(path),
        method=method.upper(),
        path=path,
        summary=told["summary"].replace("`", ""),
        description=words(_rest(told)),
        part=told.get("x-waybill-part", ""),
        takes_any_token={"accessToken": []} in told["security"],
        is_open=told.get("x-waybill-open", False),
        parameters=[
            _parameter(one, schemas) for one in told.get("parameters", ()) if one["in"] != "header"
        ],
        body=list(schemas.fields(body)),
        answers=[
            _answer(status, answer, schemas)
            for status, answer in sorted(told["responses"].items())
            if int(status) < _TOLD_ONCE
        ],
        curl=_curl(path, method, told, schemas),
    )


def _rest(told: dict[str, Any]) -> str:
    """Return the description without the sentence that is the summary already."""
    whole: str = told.get("description", "")
    first = told["summary"]
    return whole.removeprefix(first).lstrip(". \n") if whole.startswith(first) else whole


def _topic(path: str) -> str:
    """Return what stands behind the thing itself in the address: `members`, `tags`."""
    steps = [step for step in path.removeprefix(_PREFIX).split("/")[1:] if step != "-"]
    return next((step for step in steps if not step.startswith("{")), "")


def _content(told: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body of JSON; an empty one where there is none."""
    found: dict[str, Any] = told.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _parameter(told: dict[str, Any], schemas: Schemas) -> Field:
    return Field(
        told["name"],
        schemas.kind(told.get("schema", {})),
        bool(told.get("required")),
        words(told.get("description")),
    )


def _answer(status: str, told: dict[str, Any], schemas: Schemas) -> Answer:
    body = _content(told)
    is_list = body.get("type") == "array"
    return Answer(status, list(schemas.fields(body["items"] if is_list else body)), is_list)


def _curl(path: str, method: str, told: dict[str, Any], schemas: Schemas) -> str:
    """Return a call for a shell: with what must be in it, names in braces left to fill in."""
    lines = ["curl" if method == "get" else f"curl -X {method.upper()}"]
    ways = told["security"]
    takes_any = {"registrySecret": []} in ways or {"accessToken": []} in ways
    if told.get("x-waybill-part") or takes_any:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    elif not told.get("x-waybill-open"):  # a browser's session, as a script has it from a log-in
        lines.append('-b cookies.txt -H "X-CSRFToken: $CSRF"')
    content = told.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        body = content["application/json"]
        example = json.dumps(body.get("example") or schemas.example(body["schema"]))
        lines += ['-H "Content-Type: application/json"', f"-d {shlex.quote(example)}"]
    elif content:
        lines += ['-H "Content-Type: image/png"', "--data-binary @picture.png"]
    needed = [
        one["name"]
        for one in told.get("parameters", ())
        if one["in"] == "query" and one.get("required")
    ]
    asked = "?" + "&".join(f"{name}=…" for name in needed) if needed else ""
    lines.append(f"'{settings.PUBLIC_URL}{path}{asked}'")
    return " \\\n  ".join(lines)
