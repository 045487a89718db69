"""The client says what the API's description says: no operation and no field is made up."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_type_hints

import pytest
from waybill import Call, Listing, answers, calls, session_answers

from config.api_description import described

_MODULES = [getattr(calls, name) for name in calls.__all__]
_SCHEMAS = {
    "Account": "OwnAccountOutput",
    "Repository": "RepositoryOutput",
    "WholeRepository": "OneRepositoryOutput",
    "Platform": "PlatformOutput",
    "Tag": "TagOutput",
    "TagChange": "HistoryOutput",
    "RestoredTag": "RestoredOutput",
    "TagVerdict": "TagVerdictOutput",
    "TagDeletion": "TagDeletionOutput",
    "DeletionPreview": "DeletionPreviewOutput",
    "Deletion": "TrashOutput",
    "NameChange": "NameChangeOutput",
    "Transfer": "TransferOutput",
    "Grant": "GrantOutput",
    "Verdict": "VerdictOutput",
    "Step": "StepOutput",
    "Why": "WhyOutput",
    "Promotion": "PromotionOutput",
    "PromotionPreview": "PromotionPreviewOutput",
    "AuditLine": "AuditOutput",
    "Organization": "OrganizationOutputForMembers",
    "DockerCredential": "DockerCredentialOutput",
    "DeviceLogin": "DeviceOutput",
    "CommandLineSession": "NewSessionOutput",
    "Token": "TokenOutput",
    "NewToken": "NewTokenOutput",
    "Robot": "RobotOutput",
    "NewRobot": "NewRobotOutput",
    "RobotSecret": "RobotSecretOutput",
    "NewRobotSecret": "NewSecretOutput",
    "Registry": "RegistryOutput",
    "NewRegistry": "NewRegistryOutput",
    "RegistryCheck": "RegistryCheckOutput",
    "Move": "MoveOutput",
    "Walk": "WalkOutput",
}
_ANSWERS = (answers, session_answers)


def functions() -> Iterator[tuple[str, Any]]:
    for module in _MODULES:
        assert isinstance(module, ModuleType)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__}.{name}", function


def example(function: Any) -> Call[Any] | Listing[Any]:
    """Return what it makes of some argument for each parameter that it wants."""
    given: dict[str, Any] = {
        name: 7 if parameter.annotation == "int" else "X"
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    made: Call[Any] | Listing[Any] = function(**given)
    return made


@pytest.mark.parametrize("function", [pytest.param(it, id=name) for name, it in functions()])
def test_every_call_is_an_operation_with_these_parameters_that_opens_as_is_said(
    function: Any,
) -> None:
    made = example(function)
    method = made.method if isinstance(made, Call) else "GET"
    operation = find(method.lower(), f"/api/v1/{made.path}")
    is_of_sessions = inspect.getmodule(function) in calls.OF_SESSIONS
    ways = {name for way in operation["security"] for name in way}
    assert not ways or ("commandLine" in ways and ("accessToken" in ways) != is_of_sessions)
    known = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    assert set(made.query) - {"page_size"} <= known


def find(method: str, path: str) -> Any:
    """Return the operation whose path matches; one without parameters is the better match."""
    known_paths = described()["paths"]
    paths = sorted(known_paths, key=lambda known: known.count("{"))
    for known in paths:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(known))
        if re.fullmatch(pattern, path) and method in known_paths[known]:
            return known_paths[known][method]
    pytest.fail(f"there is no {method} {path}")


@pytest.mark.parametrize(("ours", "theirs"), _SCHEMAS.items())
def test_every_answer_has_these_fields(ours: str, theirs: str) -> None:
    fields = set(described()["components"]["schemas"][theirs]["properties"])
    assert set(get_type_hints(_type(ours))) - fields == set()


def _type(name: str) -> Any:
    return next(getattr(module, name) for module in _ANSWERS if hasattr(module, name))


def test_every_answer_is_looked_up_here() -> None:
    mine = {
        name
        for module in _ANSWERS
        for name, it in vars(module).items()
        if getattr(it, "__module__", "") == module.__name__
    }
    assert mine == set(_SCHEMAS)
