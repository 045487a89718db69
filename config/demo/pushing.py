"""A small registry client with a user's password: what docker does for `push` and `pull`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

import requests

from config.demo.images import Blob, Image

_CHALLENGE_PART = re.compile(r'(realm|service)="([^"]*)"')
_TIMEOUT = (3, 30)  # seconds to connect, to read


class PushRefused(Exception):
    """The index or a registry did not do what was asked; `str()` says what it answered."""


class DemoClient:
    """One person at one machine; without a password, anybody."""

    def __init__(self, public_url: str, *, username: str = "", password: str = "") -> None:
        """Ask the index where tokens come from."""
        self._url = public_url
        self._login = (username, password) if username else None
        self._session = requests.Session()
        self._session.trust_env = False
        self._tokens: dict[str, str] = {}
        self._pushed: set[tuple[str, str]] = set()
        self._realm, self._service = self._challenge()

    def push(
        self, repository: str, image: Image, tags: Iterable[str], *, mount_from: str = ""
    ) -> None:
        """Push the image under its tags, or by its digest where it gets none.

        Blobs are first looked for in the other repository.
        """
        scopes = [f"repository:{repository}:pull,push"]
        if mount_from:
            scopes.append(f"repository:{mount_from}:pull")
        token = self._token(*scopes)
        for part in (*image.children, image):
            for blob in part.blobs:
                self._push_blob(repository, blob, token, mount_from)
        for child in image.children:
            self._push_manifest(repository, child, child.manifest.digest, token)
        for reference in tuple(tags) or (image.manifest.digest,):
            self._push_manifest(repository, image, reference, token)

    def pull(self, repository: str, reference: str) -> None:
        """Get the manifest, which is what registries count as a pull."""
        token = self._token(f"repository:{repository}:pull")
        accept = (
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
        )
        docker = "application/vnd.docker.distribution.manifest.v2+json"
        self._ask(
            "GET",
            f"/v2/{repository}/manifests/{reference}",
            token,
            headers={"Accept": f"{accept}, {docker}"},
        )

    def _challenge(self) -> tuple[str, str]:
        response = self._send("GET", f"{self._url}/v2/")
        parts = dict(_CHALLENGE_PART.findall(response.headers.get("WWW-Authenticate", "")))
        if response.status_code != 401 or {"realm", "service"} - parts.keys():
            message = f"{self._url}/v2/ sent no challenge, but status {response.status_code}"
            raise PushRefused(message)
        return parts["realm"], parts["service"]

    def _token(self, *scopes: str) -> str:
        key = " ".join(scopes)
        if key not in self._tokens:
            query = {"service": self._service, "scope": list(scopes)}
            response = self._send("GET", self._realm, params=query, auth=self._login)
            if not response.ok:
                raise PushRefused(_words_of(response))
            self._tokens[key] = response.json()["token"]
        return self._tokens[key]

    def _push_blob(self, repository: str, blob: Blob, token: str, mount_from: str) -> None:
        if (repository, blob.digest) in self._pushed:
            return
        self._pushed.add((repository, blob.digest))
        mount = {"mount": blob.digest, "from": mount_from} if mount_from else None
        begun = self._ask("POST", f"/v2/{repository}/blobs/uploads/", token, params=mount)
        if begun.status_code == 201:  # mounted; 202 means "not here, upload it"
            return
        location = urljoin(self._url, begun.headers["Location"])
        joint = "&" if "?" in location else "?"
        self._ask("PUT", f"{location}{joint}digest={blob.digest}", token, data=blob.content)

    def _push_manifest(self, repository: str, image: Image, reference: str, token: str) -> None:
        self._ask(
            "PUT",
            f"/v2/{repository}/manifests/{reference}",
            token,
            data=image.manifest.content,
            headers={"Content-Type": image.media_type},
        )

    def _ask(
        self,
        method: str,
        path: str,
        token: str,
        *,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        shown = {**(headers or {}), "Authorization": f"Bearer {token}"}
        response = self._send(method, urljoin(self._url, path), headers=shown, **options)
        if not response.ok:
            raise PushRefused(_words_of(response))
        return response

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            return self._session.request(
                method, url, allow_redirects=False, timeout=_TIMEOUT, **options
            )
        except requests.RequestException as error:
            message = f"{method} {url}: {type(error).__name__}"
            raise PushRefused(message) from error


def _words_of(response: requests.Response) -> str:
    """Return what was asked, and the message of the error body."""
    asked = f"{response.request.method} {response.request.path_url}"
    try:
        message = response.json()["errors"][0]["message"]
    except (ValueError, LookupError, TypeError):
        message = f"status {response.status_code}"
    return f"{asked}: {message}"
