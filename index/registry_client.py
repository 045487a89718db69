"""Our HTTP client to a registry, with tokens that we sign ourselves for one repository at a time."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from index.errors import RegistryTrouble
from index.manifests import MANIFEST_TYPES, ManifestDocument
from index.models import Registry
from index.names import is_digest, is_tag
from index.roles import Action
from tokenauth.signing.tokens import Access, sign_access_token

INDEX_SUBJECT = "waybill"  # the actor of our own requests, as notifications will name it
_TIMEOUT = (3, 10)  # seconds to connect, to read
_LARGEST_MANIFEST = 4 * 1024 * 1024
_TOKEN_SECONDS = 60
_LONGEST_ANSWER = 30  # seconds for a whole body; the read time-out starts anew with every byte
_MOST_PAGES = 200
_OK, _REDIRECT, _MISSING = 200, 307, 404


class BodyUnusable(RegistryTrouble):
    """The registry did answer, with something that is too large or not JSON."""


class _TooLarge(requests.RequestException):
    """A body above the cap."""


class RegistryClient:
    """Speaks to one registry about one repository. Every method may raise RegistryTrouble.

    Credentials go to the configured origin alone: redirects are not followed (CVE-2026-33540,
    CVE-2020-15157), certificates are verified.
    """

    def __init__(
        self, registry: Registry, repository: str, *, seconds: float | None = None
    ) -> None:
        """Open nothing yet; with `seconds` all answers together take no longer."""
        self._registry = registry
        self._repository = repository
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._session = requests.Session()
        self._session.trust_env = False

    def tags(self) -> list[str]:
        """Return all tags; none for a repository the registry does not know."""
        names: list[str] = []
        path = f"/v2/{self._repository}/tags/list?n=1000"
        for _ in range(_MOST_PAGES):
            response = self._ask("GET", path, {_OK, _MISSING})
            if response.status_code == _MISSING:
                return names
            names += [tag for tag in _json(response).get("tags") or [] if is_tag(str(tag))]
            following = self._next_page(response)
            if following is None:
                return names
            path = following
        message = f"registry {self._registry}: the list of tags has no end"
        raise RegistryTrouble(message)

    def digest_of(self, reference: str) -> str | None:
        """Return the digest a tag points to, or None when there is no such tag."""
        response = self._ask("HEAD", self._manifest_path(reference), {_OK, _MISSING})
        digest = response.headers.get("Docker-Content-Digest", "")
        return digest if response.ok and is_digest(digest) else None

    def manifest(self, digest: str) -> ManifestDocument | None:
        """Return a manifest, or None when it is gone."""
        response = self._ask("GET", self._manifest_path(digest), {_OK, _MISSING})
        if response.status_code == _MISSING:
            return None
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        return ManifestDocument(digest, media_type, _json(response))

    def json_blob(self, digest: str) -> dict[str, Any]:
        """Return a small JSON blob, like an image's config; {} when it is gone or not JSON."""
        try:
            response = self._ask("GET", self._blob_path(digest), {_OK, _MISSING, _REDIRECT})
            return _json(response) if response.status_code == _OK else {}
        except BodyUnusable:
            return {}

    def has_manifest(self, digest: str) -> bool:
        """Whether the manifest can still be fetched by digest."""
        return self._ask("HEAD", self._manifest_path(digest), {_OK, _MISSING}).ok

    def has_blob(self, digest: str) -> bool:
        """Whether the blob can still be fetched in this repository."""
        return self._ask("HEAD", self._blob_path(digest), {_OK, _MISSING}).ok

    def delete_manifest(self, digest: str) -> None:
        """Delete a manifest and with it the tags that point to it; one already gone is fine."""
        self._ask("DELETE", self._manifest_path(digest), {202, _MISSING})

    def delete_blob_link(self, digest: str) -> None:
        """Take a blob out of this repository; other repositories keep it."""
        self._ask("DELETE", self._blob_path(digest), {202, _MISSING})

    def _manifest_path(self, reference: str) -> str:
        return f"/v2/{self._repository}/manifests/{reference}"

    def _blob_path(self, digest: str) -> str:
        return f"/v2/{self._repository}/blobs/{digest}"

    def _ask(self, method: str, path: str, expected: set[int]) -> requests.Response:
        try:
            response = self._session.request(
                method,
                self._registry.upstream_url.rstrip("/") + path,
                headers={
                    "Authorization": f"Bearer {self._token()}",
                    "Accept": ", ".join(MANIFEST_TYPES),
                },
                allow_redirects=False,
                timeout=self._timeout(),
                stream=True,
            )
            _read_capped(response, self._end)
        except _TooLarge as error:
            message = f"registry {self._registry}: {error} to {method} {path}"
            raise BodyUnusable(message) from error
        except requests.RequestException as error:
            message = f"registry {self._registry}: {type(error).__name__}"
            raise RegistryTrouble(message) from error
        if response.status_code not in expected:
            message = f"registry {self._registry}: {response.status_code} to {method} {path}"
            raise RegistryTrouble(message)
        return response

    def _timeout(self) -> tuple[float, float]:
        left = self._end - time.monotonic()
        if left <= 0:
            message = "no time left"
            raise requests.Timeout(message)
        return min(_TIMEOUT[0], left), min(_TIMEOUT[1], left)

    def _token(self) -> str:
        actions = [Action.DELETE.value, Action.PULL.value]
        access = Access(type="repository", name=self._repository, actions=actions)
        return sign_access_token(
            subject=INDEX_SUBJECT,
            service=self._registry.service,
            access=[access],
            lifetime=_TOKEN_SECONDS,
            key_format=self._registry.key_format,
        )

    def _next_page(self, response: requests.Response) -> str | None:
        url = urlsplit(response.links.get("next", {}).get("url", ""))
        wanted = f"/v2/{self._repository}/tags/list"
        return f"{wanted}?{url.query}" if url.path == wanted else None


def ping(registry: Registry, token: str = "") -> int:
    """Return the status of `GET /v2/`, which wants a good token and no access.

    Raises RegistryTrouble.
    """
    with requests.Session() as session:
        session.trust_env = False
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


def _read_capped(response: requests.Response, end: float) -> None:
    body = b"".join(_chunks(response, end))
    response._content = body


def _chunks(response: requests.Response, end: float) -> Iterator[bytes]:
    total, end = 0, min(end, time.monotonic() + _LONGEST_ANSWER)
    for chunk in response.iter_content(65_536):
        total += len(chunk)
        if total > _LARGEST_MANIFEST:
            message = "too large an answer"
            raise _TooLarge(message)
        if time.monotonic() > end:
            message = "too slow an answer"
            raise requests.Timeout(message)
        yield chunk


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        document = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        message = f"not JSON from {response.url}"
        raise BodyUnusable(message) from error
    if not isinstance(document, dict):
        message = f"not a JSON object from {response.url}"
        raise BodyUnusable(message)
    return document
