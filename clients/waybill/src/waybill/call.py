"""A call of the API before anybody sends it, so that every transport can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from waybill.errors import BadName

T = TypeVar("T")

Query = Mapping[str, "str | int | bool | None"]


@dataclass(frozen=True)
class Call(Generic[T]):
    """One question with one answer of type `T`; the path stands below `/api/v1/`.

    `leaves_nothing`: done twice it is no more than done once, so the server need not remember it.
    """

    method: str
    path: str
    query: Query = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    if_match: str = ""  # the tag of what was seen: refused with `Changed` if it is another by now
    leaves_nothing: bool = False


@dataclass(frozen=True)
class Seen(Generic[T]):
    """An answer and its tag, by which a change says that it is meant for this one."""

    answer: T
    etag: str


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list of `T` that comes in pages."""

    path: str
    query: Query = field(default_factory=dict)


def get(path: str, **query: str | int | bool | None) -> Call[Any]:
    """Return a question."""
    return Call("GET", path, query)


def post(path: str, **body: Any) -> Call[Any]:
    """Return what starts or makes something."""
    return Call("POST", path, body=body)


def patch(path: str, *, if_match: str = "", **body: Any) -> Call[Any]:
    """Return a change of the fields that are named."""
    return Call("PATCH", path, body=body, if_match=if_match)


def put(path: str, **body: Any) -> Call[Any]:
    """Return what puts something in its place."""
    return Call("PUT", path, body=body)


def delete(path: str, *, if_match: str = "") -> Call[Any]:
    """Return what takes something away."""
    return Call("DELETE", path, if_match=if_match)


def segments(name: str) -> str:
    """Return a repository's name as part of a path; raise BadName if it would lead elsewhere.

    `-` separates the name from what follows it, and dots would climb out of it.
    """
    for segment in name.split("/"):
        if segment in {"", ".", "..", "-"}:
            message = f"{name!a} is no name"
            raise BadName(message)
    return quote(name, safe="/")


def segment(name: str) -> str:
    """Return any other name as one segment of a path."""
    if name in {"", ".", ".."}:
        message = f"{name!a} is no name"
        raise BadName(message)
    return quote(name, safe="")
