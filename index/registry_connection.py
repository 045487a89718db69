"""How we speak to a registry: tokens that we sign ourselves, time-outs, caps, no redirects.

Credentials go to the configured origin alone: redirects are not followed (CVE-2026-33540,
CVE-2020-15157), what a registry says of addresses counts for path and query only, certificates are
verified.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings

from index.errors import ContentUnusable, RegistryTrouble
from index.manifests import MANIFEST_TYPES
from index.models import Registry
from index.roles import Action
from tokenauth.signing.tokens import Access, sign_access_token

INDEX_SUBJECT = "waybill"  # the actor of our own requests, as notifications will name it
Session = requests.Session
Timeout = tuple[float, float]  # seconds to connect, to read
_TIMEOUT: Timeout = (3, 10)
# An object store copies a large layer once more when an upload ends.
_SENDING: Timeout = (10, 120)
_LARGEST_ANSWER = 4 * 1024 * 1024  # distribution takes no larger manifest
_TOKEN_SECONDS = 60
_LONGEST_ANSWER = 30  # seconds for a whole body; the read time-out starts anew with every byte
_CHUNK = 256 * 1024
_OK, REDIRECTS = 200, frozenset({302, 307})
_NEEDS = {
    "GET": [Action.PULL.value],
    "HEAD": [Action.PULL.value],
    "DELETE": [Action.DELETE.value],
}
_WRITING = [Action.PULL.value, Action.PUSH.value]
_CODE = re.compile(r"[A-Z_]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body on its way, and its length in bytes where the registry said it."""

    length: int | None
    chunks: Iterator[bytes]


class BodyUnusable(RegistryTrouble):
    """The registry did answer, with something that is too large or not JSON."""


class _TooLarge(requests.RequestException):
    """A body above the cap."""


class RegistryConnection:
    """Requests to one registry about one repository. Every method may raise RegistryTrouble."""

    def __init__(
        self,
        registry: Registry,
        repository: str,
        *,
        seconds: float | None = None,
        session: Session | None = None,
    ) -> None:
        """Open nothing yet; with `seconds` all answers together take no longer.

        Whoever asks about many repositories gives a session, so that they share its connections.
        """
        self.registry = registry
        self.repository = repository
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._session = session or new_session()

    def ask(
        self,
        method: str,
        path: str,
        expected: set[int],
        *,
        body: bytes | Iterable[bytes] | None = None,
        content_type: str = "",
        mount_from: str = "",
    ) -> requests.Response:
        """Return the answer with its whole body; one of another status than expected is trouble.

        `mount_from` is another repository of the registry that this request may read from.
        """
        address = self.registry.upstream_url.rstrip("/") + path
        headers = self.headers_for(method, mount_from)
        if content_type:
            headers["Content-Type"] = content_type
        try:
            response = self._session.request(
                method,
                address,
                headers=headers,
                data=body,
                allow_redirects=False,
                timeout=self._shortened(_TIMEOUT if body is None else _SENDING),
                stream=True,
            )
            _read_capped(response, self._end)
        except _TooLarge as error:
            message = f"registry {self.registry}: {error} to {method} {path}"
            raise BodyUnusable(message) from error
        except requests.RequestException as error:
            raise self.trouble(type(error).__name__) from error
        if response.status_code not in expected:
            said = f"{response.status_code}{_code(response)} to {method} {path}"
            raise self.trouble(said)
        return response

    @contextmanager
    def stream(self, path: str) -> Iterator[Streamed]:
        """Give the body of a GET in chunks, as it came: no encoding is undone."""
        response = self._open(path)
        try:
            if response.status_code != _OK:
                said = f"{response.status_code} to GET {path}"
                raise self.trouble(said)
            length = response.headers.get("Content-Length", "")
            yield Streamed(int(length) if length.isdecimal() else None, self._body(response))
        finally:
            response.close()

    def trouble(self, what: str) -> RegistryTrouble:
        """Return what to raise: one sentence that names the registry."""
        return RegistryTrouble(f"registry {self.registry}: {what}")

    def unusable(self, what: str) -> ContentUnusable:
        """Return what to raise where asking once more will not help."""
        return ContentUnusable(f"registry {self.registry}: {what}")

    def _open(self, path: str) -> requests.Response:
        address = self.registry.upstream_url.rstrip("/") + path
        headers = self.headers_for("GET") | {"Accept-Encoding": "identity"}
        response = self._begin(self._session, address, headers)
        if response.status_code not in REDIRECTS:
            return response
        elsewhere = response.headers.get("Location", "")
        response.close()
        # What a registry keeps in an object store it may hand out from there, by a signed address.
        with new_session() as stranger:
            self._check_storage(elsewhere)
            return self._begin(stranger, elsewhere, {"Accept-Encoding": "identity"})

    def _begin(
        self, session: requests.Session, address: str, headers: dict[str, str]
    ) -> requests.Response:
        try:
            return session.get(
                address,
                headers=headers,
                allow_redirects=False,
                timeout=self._shortened(_TIMEOUT),
                stream=True,
            )
        except requests.RequestException as error:
            raise self.trouble(type(error).__name__) from error

    def _check_storage(self, address: str) -> None:
        """Go without credentials to hosts that an administrator has named, and nowhere else."""
        parts = urlsplit(address)
        host = parts.netloc.lower()
        is_named = parts.scheme in {"http", "https"} and host in settings.STORAGE_HOSTS
        if not is_named:
            where = host if re.fullmatch(r"[a-z0-9.:\[\]-]{1,100}", host) else "elsewhere"
            message = f"its blobs lie at {where}, which WAYBILL_STORAGE_HOSTS does not name"
            raise self.trouble(message)

    def _body(self, response: requests.Response) -> Iterator[bytes]:
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                if time.monotonic() > self._end:
                    message = "no time left"
                    raise self.trouble(message)
                yield chunk
        except (urllib3.exceptions.HTTPError, OSError) as error:
            message = f"{type(error).__name__} half-way through a blob"
            raise self.trouble(message) from error

    def headers_for(self, method: str, mount_from: str = "") -> dict[str, str]:
        """Return the headers of a request: with a token for what it needs, and no more."""
        return {
            "Authorization": f"Bearer {self._token(_NEEDS.get(method, _WRITING), mount_from)}",
            "Accept": ", ".join(MANIFEST_TYPES),
        }

    def _token(self, actions: list[str], mount_from: str) -> str:
        access = [Access(type="repository", name=self.repository, actions=actions)]
        if mount_from:
            pull = [Action.PULL.value]
            access.append(Access(type="repository", name=mount_from, actions=pull))
        return sign_access_token(
            subject=INDEX_SUBJECT,
            service=self.registry.service,
            access=access,
            lifetime=_TOKEN_SECONDS,
            key_format=self.registry.key_format,
        )

    def _shortened(self, timeout: Timeout) -> Timeout:
        left = self._end - time.monotonic()
        if left <= 0:
            message = "no time left"
            raise requests.Timeout(message)
        return min(timeout[0], left), min(timeout[1], left)


def ping(registry: Registry, token: str = "") -> int:
    """Return the status of `GET /v2/`, which wants a good token and no access.

    Raises RegistryTrouble.
    """
    with new_session() as session:
        try:
            return session.get(
                f"{registry.upstream_url.rstrip('/')}/v2/",
                headers={"Authorization": f"Bearer {token}"} if token else {},
                allow_redirects=False,
                timeout=_TIMEOUT,
                stream=True,
            ).status_code
        except requests.RequestException as error:
            message = f"registry {registry}: {type(error).__name__}"
            raise RegistryTrouble(message) from error


def json_object(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; raise BodyUnusable."""
    return parse_object(response.content, response.url)


def parse_object(content: bytes, where: str) -> dict[str, Any]:
    """Return the JSON object; raise BodyUnusable, which names where it is from."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"not JSON from {where}"
        raise BodyUnusable(message) from error
    if not isinstance(document, dict):
        message = f"not a JSON object from {where}"
        raise BodyUnusable(message)
    return document


def new_session(name: str = "waybill") -> Session:
    """Return a session that heeds nothing of its environment; registries log the name."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = name
    return session


def _read_capped(response: requests.Response, end: float) -> None:
    body = b"".join(_chunks(response, end))
    response._content = body


def _chunks(response: requests.Response, end: float) -> Iterator[bytes]:
    total, end = 0, min(end, time.monotonic() + _LONGEST_ANSWER)
    for chunk in response.iter_content(65_536):
        total += len(chunk)
        if total > _LARGEST_ANSWER:
            message = "too large an answer"
            raise _TooLarge(message)
        if time.monotonic() > end:
            message = "too slow an answer"
            raise requests.Timeout(message)
        yield chunk


def _code(response: requests.Response) -> str:
    """Return the first error's code in brackets, if it looks like one."""
    try:
        code = str(parse_object(response.content, "")["errors"][0]["code"])
    except (BodyUnusable, LookupError, TypeError):
        return ""
    return f" ({code})" if _CODE.fullmatch(code) else ""
