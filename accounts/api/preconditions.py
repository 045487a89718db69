"""Entity tags and what hangs on them (RFC 9110, 8.8.3 and 13.1): nothing sent twice, nothing overwritten unseen.

A tag is made of the answer that this reader gets, after everything that decides whether they get one; so it says
no more than the answer does. A change with `If-Match` compares under a lock, in the transaction of the change.
What stands in the way of the change itself (no right, not there) is answered as without the header.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from hashlib import sha256
from typing import Any, TypeVar, cast

from django.db import transaction
from django.http import Http404
from rest_framework.exceptions import APIException, ParseError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

# One element of the list, perhaps an empty one, and the comma behind it. What compression on the way makes of a
# tag counts as the tag itself: nginx and others make it weak, Apache and Caddy add a word.
_ELEMENT = re.compile(
    r'[ \t]*+(?:(?:W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*+)?(?:,|\Z)', re.ASCII
)
_COMPRESSED = re.compile(r"-{1,2}(?:gzip|br|zstd|deflate)\Z")
_DIGITS = 32
_ANYTHING = frozenset[str]()  # what `*` is read as: no list is empty


class PreconditionFailed(APIException):
    """It is not what the client has seen."""

    status_code = 412
    default_code = "precondition-failed"
    default_detail = "It has changed, or is gone, since it was read: read it again."


class PreconditionUnsupported(APIException):
    """A condition that nobody would look at is refused: whoever sends it relies on it."""

    status_code = 400
    default_code = "precondition-unsupported"


C = TypeVar("C", bound=Callable[..., Response])


def conditional(change: C) -> C:
    """Let a change heed `If-Match`; `hold` of its view refuses whom the change refuses, and locks."""

    @functools.wraps(change)
    def checked(view: Any, request: Request, **address: Any) -> Response:
        header = request.headers.get("If-Match")
        if header is None:
            return change(view, request, **address)
        with transaction.atomic():
            view.hold(request, **address)
            _compare(view, request, read_tags(header), address)
            response = change(view, request, **address)
            if response.data is not None:
                with suppress(Http404, APIException):  # it may have another address now
                    response["ETag"] = f'"{_present(view, request, address)}"'
        return response

    vars(checked)["is_conditional"] = True
    return cast(C, checked)


def is_conditional(view: object, method: str) -> bool:
    """Whether a change by this method heeds `If-Match`."""
    return hasattr(getattr(view, method.lower(), None), "is_conditional")


def check_preconditions(request: Request, view: object) -> None:
    """Refuse conditions that cannot be read, and those that the operation would not look at."""
    method = str(request.method)
    if method == "OPTIONS" or not hasattr(view, method.lower()):
        return
    heeded = {"If-Match": is_conditional(view, method), "If-None-Match": method in SAFE_METHODS}
    for name, is_heeded in heeded.items():
        header = request.headers.get(name)
        if header is not None and not is_heeded:
            message = f"This operation cannot compare what {name} says: send it without."
            raise PreconditionUnsupported(message)
        if header is not None:
            read_tags(header, name)


def tag_answer(request: Request, response: Any, view: Any) -> None:
    """Give what is read a tag as soon as it is written, and 304 to who has it already."""
    is_read = request.method in {"GET", "HEAD"} and response.status_code == 200
    if is_read and view.is_comparable and isinstance(response, Response):
        response.add_post_render_callback(functools.partial(_tag, request, view))


def read_tags(header: str, name: str = "If-Match") -> frozenset[str]:
    """Return the tags of a header, without their quotes; none for `*`, which means whatever is there."""
    if header.strip(" \t") == "*":
        return _ANYTHING
    found, position = [], 0
    while position < len(header):
        element = _ELEMENT.match(header, position)
        if element is None:
            break
        found.append(element["opaque"])
        position = element.end()
    tags = frozenset(_COMPRESSED.sub("", tag) for tag in found if tag is not None)
    if position < len(header) or not tags:
        message = f'{name} has to be * or a list of tags as ETag has them, with their quotes: "…".'
        raise ParseError(message)
    return tags


def _compare(view: Any, request: Request, wanted: frozenset[str], address: Any) -> None:
    try:
        tag = _present(view, request, address)
    except Http404 as error:
        raise PreconditionFailed from error
    if wanted != _ANYTHING and _state(tag) not in map(_state, wanted):
        raise PreconditionFailed


def _present(view: Any, request: Request, address: Any) -> str:
    """Return the tag of what a reader would get now."""
    data = view.get(request, **address).data
    return _tag_of(JSONRenderer().render(data), view, data)


def _tag(request: Request, view: Any, response: Response) -> None:
    tag = _tag_of(response.content, view, response.data)
    response["ETag"] = f'"{tag}"'
    header = request.headers.get("If-None-Match")
    wanted = None if header is None else read_tags(header)
    if wanted is not None and (wanted == _ANYTHING or tag in wanted):
        # The length is that of what would have been sent; nobody else may say 0.
        response["Content-Length"] = str(len(response.content))
        del response["Content-Type"]
        response.status_code, response.content = 304, b""


def _tag_of(content: bytes, view: Any, data: Any) -> str:
    """Return the digest of the bytes, for what can be changed behind that of what changes alone.

    Before the dot is what a change could overwrite: without counts that go on by themselves, and
    however the answer was indented.
    """
    whole = _digest(content)
    if not hasattr(view, "hold"):
        return whole
    state = JSONRenderer().render(_without(data, view.passing))
    return whole if state == content else f"{_digest(state)}.{whole}"


def _state(tag: str) -> str:
    return tag.partition(".")[0]


def _without(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(one, names) for name, one in value.items() if name not in names}
    return [_without(one, names) for one in value] if isinstance(value, list) else value


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGITS]
