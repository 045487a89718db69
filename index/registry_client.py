"""Our client to a registry: reading, writing and deleting in one repository at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from index.manifests import ManifestDocument
from index.names import is_digest, is_tag
from index.registry_connection import (
    INDEX_SUBJECT,
    REDIRECTS,
    BodyUnusable,
    RegistryConnection,
    json_object,
    parse_object,
    ping,
)

__all__ = ["INDEX_SUBJECT", "BodyUnusable", "RegistryClient", "ServedManifest", "ping"]

_MOST_PAGES = 200
_MOST_REFERRERS = 500
_OK, _CREATED, _ACCEPTED, _MISSING = 200, 201, 202, 404
_BAD_REQUEST, _NOT_ALLOWED = 400, 405


@dataclass(frozen=True, slots=True)
class ServedManifest:
    """A manifest byte for byte, and as which type it was served."""

    digest: str
    media_type: str
    content: bytes

    @property
    def document(self) -> ManifestDocument:
        """What it says; raises BodyUnusable."""
        content = parse_object(self.content, f"the manifest {self.digest}")
        return ManifestDocument(self.digest, self.media_type, content)


class RegistryClient(RegistryConnection):
    """Speaks to one registry about one repository. Every method may raise RegistryTrouble."""

    _has_referrers_api: bool | None = None  # unknown until it was asked

    def tags(self) -> list[str]:
        """Return all tags; none for a repository the registry does not know."""
        names: list[str] = []
        path = f"/v2/{self.repository}/tags/list?n=1000"
        for _ in range(_MOST_PAGES):
            response = self.ask("GET", path, {_OK, _MISSING})
            if response.status_code == _MISSING:
                return names
            listed = json_object(response).get("tags") or []
            names += [tag for tag in listed if is_tag(str(tag))]
            following = self._next_page(response, "tags/list")
            if following is None:
                return names
            path = following
        message = "the list of tags has no end"
        raise self.trouble(message)

    def digest_of(self, reference: str) -> str | None:
        """Return the digest a tag points to, or None when there is no such tag."""
        response = self.ask("HEAD", self._manifest_path(reference), {_OK, _MISSING})
        digest = response.headers.get("Docker-Content-Digest", "")
        return digest if response.ok and is_digest(digest) else None

    def manifest(self, digest: str) -> ManifestDocument | None:
        """Return a manifest, or None when it is gone."""
        served = self.served_manifest(digest)
        return served.document if served else None

    def served_manifest(self, reference: str) -> ServedManifest | None:
        """Return a manifest as it is, or None when it is gone; of a digest it is the very one."""
        response = self.ask("GET", self._manifest_path(reference), {_OK, _MISSING})
        if response.status_code == _MISSING:
            return None
        algorithm = reference.partition(":")[0] if is_digest(reference) else "sha256"
        digest = digest_of_bytes(response.content, algorithm)
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if is_digest(reference) and digest != reference:
            message = f"what it serves as {reference} is something else"
            raise self.unusable(message)
        return ServedManifest(digest, media_type, response.content)

    def small_blob(self, digest: str) -> bytes | None:
        """Return the bytes of a blob, None when it is gone. Raises BodyUnusable above the cap."""
        response = self.ask("GET", self.blob_path(digest), {_OK, _MISSING, *REDIRECTS})
        return response.content if response.status_code == _OK else None

    def json_blob(self, digest: str) -> dict[str, Any]:
        """Return a small JSON blob, like an image's config; {} when it is gone or not JSON."""
        try:
            response = self.ask("GET", self.blob_path(digest), {_OK, _MISSING, *REDIRECTS})
            return json_object(response) if response.status_code == _OK else {}
        except BodyUnusable:
            return {}

    def has_manifest(self, digest: str) -> bool:
        """Whether the manifest can still be fetched by digest."""
        return self.ask("HEAD", self._manifest_path(digest), {_OK, _MISSING}).ok

    def has_blob(self, digest: str) -> bool:
        """Whether the blob can still be fetched in this repository."""
        answered = self.ask("HEAD", self.blob_path(digest), {_OK, _MISSING, *REDIRECTS})
        return answered.status_code != _MISSING

    def referrers(self, digest: str) -> list[dict[str, Any]] | None:
        """Return descriptors of what refers to a manifest; None where the registry has no such call.

        OCI distribution-spec 1.1: an answer of 404 says that it has none.
        """
        if self._has_referrers_api is False:
            return None
        found: list[dict[str, Any]] = []
        path: str | None = f"/v2/{self.repository}/referrers/{digest}"
        while path and len(found) <= _MOST_REFERRERS:
            response = self.ask("GET", path, {_OK, _MISSING})
            self._has_referrers_api = response.status_code == _OK
            if not self._has_referrers_api:
                return None
            page = json_object(response).get("manifests") or []
            found += [item for item in page if isinstance(item, dict)]
            path = self._next_page(response, f"referrers/{digest}") if page else None
        return found

    def delete_manifest(self, digest: str) -> None:
        """Delete a manifest and with it the tags that point to it; one already gone is fine."""
        self.ask("DELETE", self._manifest_path(digest), {_ACCEPTED, _MISSING})

    def delete_tag(self, tag: str) -> bool:
        """Take a tag off its manifest; False where the registry deletes by digest alone (2.x)."""
        expected = {_ACCEPTED, _MISSING, _BAD_REQUEST, _NOT_ALLOWED}
        status = self.ask("DELETE", self._manifest_path(tag), expected).status_code
        return status in {_ACCEPTED, _MISSING}

    def delete_blob_link(self, digest: str) -> None:
        """Take a blob out of this repository; other repositories keep it."""
        self.ask("DELETE", self.blob_path(digest), {_ACCEPTED, _MISSING})

    def put_manifest(self, reference: str, served: ServedManifest) -> bool:
        """Put a manifest under its digest or a tag; return whether the registry lists its subject."""
        response = self.ask(
            "PUT",
            self._manifest_path(reference),
            {_CREATED},
            body=served.content,
            content_type=served.media_type,
        )
        said = response.headers.get("Docker-Content-Digest", served.digest)
        # distribution 2.8 names what is put under a sha512 by its sha256.
        if said != served.digest and said != digest_of_bytes(served.content, "sha256"):
            message = f"it took {served.digest} for something else"
            raise self.trouble(message)
        return "OCI-Subject" in response.headers

    def begin_upload(self, *, mount: str = "", source: str = "") -> str:
        """Return where to upload a blob to, or "" if it was mounted from that repository."""
        query = f"?{urlencode({'mount': mount, 'from': source})}" if mount else ""
        path = f"/v2/{self.repository}/blobs/uploads/{query}"
        expected = {_ACCEPTED, _CREATED} if mount else {_ACCEPTED}
        response = self.ask("POST", path, expected, mount_from=source)
        if response.status_code == _CREATED:
            return ""
        return self._upload_path(response)

    def upload(self, place: str, digest: str, body: bytes | Iterable[bytes]) -> None:
        """Send a blob to where an upload was begun; `body` knows its length."""
        path, _, query = place.partition("?")
        query = urlencode([*parse_qsl(query, keep_blank_values=True), ("digest", digest)])
        kind = "application/octet-stream"
        self.ask("PUT", f"{path}?{query}", {_CREATED}, body=body, content_type=kind)

    def blob_path(self, digest: str) -> str:
        """Return the path of a blob."""
        return f"/v2/{self.repository}/blobs/{digest}"

    def _manifest_path(self, reference: str) -> str:
        return f"/v2/{self.repository}/manifests/{reference}"

    def _upload_path(self, response: requests.Response) -> str:
        """Return path and query: whatever host the registry thinks it has, we stay with ours."""
        url = urlsplit(response.headers.get("Location", ""))
        if not url.path.startswith(f"/v2/{self.repository}/blobs/uploads/") or ".." in url.path:
            message = "it began an upload and did not say where"
            raise self.trouble(message)
        return f"{url.path}?{url.query}"

    def _next_page(self, response: requests.Response, listing: str) -> str | None:
        url = urlsplit(response.links.get("next", {}).get("url", ""))
        wanted = f"/v2/{self.repository}/{listing}"
        return f"{wanted}?{url.query}" if url.path == wanted else None


def digest_of_bytes(content: bytes, algorithm: str) -> str:
    """Return the digest as registries write it."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
