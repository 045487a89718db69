"""JSON bodies of the v1 protocol: one reader, with limits, whose refusals are sentences (F16)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from index.v1.errors import InputRefused

MAXIMUM_IMAGES = 5_000
MAXIMUM_EMAIL = 254  # what the column holds
_MAXIMUM_DEPTH = 4
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")  # PostgreSQL refuses a NUL, UTF-8 a half pair
_IMAGE_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CHECKSUM = re.compile(r"[\x21-\x7e]{0,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccountInput:
    """The fields of an account that were sent; None for each that was not."""

    username: str | None
    email: str | None
    password: str | None

    def __repr__(self) -> str:
        """Hide the password."""
        return f"AccountInput({self.username!r}, {self.email!r}, ***)"


def read_account(request: HttpRequest) -> AccountInput:
    """Read username, email and password, of which each may be missing."""
    body = _read_json(request)
    if not isinstance(body, dict):
        message = "the body must be a JSON object"
        raise InputRefused(message)
    fields = {name: body.get(name) for name in ("username", "email", "password")}
    for name, value in fields.items():
        if not isinstance(value, str | None):
            message = f"{name} must be a string"
            raise InputRefused(message)
    if len(fields["email"] or "") > MAXIMUM_EMAIL:
        message = f"an e-mail address has at most {MAXIMUM_EMAIL} characters"
        raise InputRefused(message)
    return AccountInput(**fields)


def read_images(request: HttpRequest) -> dict[str, str]:
    """Read `[{"id": …, "checksum": …}]` as id → checksum, "" where there is none.

    An image that carries several tags is listed several times; a checksum once seen is kept.
    """
    entries = _read_json(request)
    if not isinstance(entries, list) or len(entries) > MAXIMUM_IMAGES:
        message = f"the body must be a JSON list of at most {MAXIMUM_IMAGES} images"
        raise InputRefused(message)
    images: dict[str, str] = {}
    for image_id, checksum in map(_read_image, entries):
        images[image_id] = checksum or images.get(image_id, "")
    return images


def is_image_id(text: object) -> bool:
    """Whether this is the id of a v1 image."""
    return isinstance(text, str) and _IMAGE_ID.fullmatch(text) is not None


def _read_image(entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict) or not is_image_id(entry.get("id")):
        message = "an image is an object whose id has 64 hexadecimal digits"
        raise InputRefused(message)
    checksum = entry.get("checksum") or ""
    if not isinstance(checksum, str) or not _CHECKSUM.fullmatch(checksum):
        message = "a checksum has at most 255 printable characters"
        raise InputRefused(message)
    return entry["id"], checksum


def _read_json(request: HttpRequest) -> Any:
    try:
        body = json.loads(request.body.decode(), parse_constant=_refuse_constant)
    except RequestDataTooBig as error:
        message = "the body has more than 1 MiB"
        raise InputRefused(message) from error
    except (ValueError, RecursionError) as error:
        message = "the body is not JSON"
        raise InputRefused(message) from error
    _check_values(body)
    return body


def _check_values(body: Any) -> None:
    waiting = [(body, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _MAXIMUM_DEPTH:
            message = "the body is nested too deeply"
            raise InputRefused(message)
        if isinstance(value, str) and _UNSTORABLE.search(value):
            message = "the body has a character that cannot be kept"
            raise InputRefused(message)
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, dict | list):
            waiting += [(child, depth + 1) for child in inner]


def _refuse_constant(name: str) -> None:
    message = f"{name} is not JSON"
    raise ValueError(message)
