"""The copy that nobody is sent to any more: what still came there late, and its end."""

from __future__ import annotations

from collections.abc import Callable

from index.manifests import ManifestDocument
from index.models import Move
from index.registry_client import RegistryClient

Tell = Callable[[], None]


def late_tags(move: Move, now: dict[str, str]) -> dict[str, str]:
    """Return tags that point elsewhere than when the route was flipped.

    The gateway sends nothing there since then, so these are pushes that it had let in before.
    """
    then = move.tags_then
    return {tag: digest for tag, digest in now.items() if then.get(tag) != digest}


def empty(move: Move, client: RegistryClient, *, on_progress: Tell) -> None:
    """Delete every manifest known here and there, then blob links, and see that they are gone.

    Blob links of a manifest go before it: whoever is killed in between finds the rest through it.
    """
    digests = _manifests(move, client)
    for digest in digests:  # grows while it is walked: children come after their index
        document = client.manifest(digest)
        if document is not None:
            _delete(client, document)
            children = [str(child["digest"]) for child in document.children]
            digests += [child for child in dict.fromkeys(children) if child not in digests]
        on_progress()
    blobs = list(move.repository.blob_links.values_list("digest", flat=True))
    for digest in blobs:
        client.delete_blob_link(digest)
        on_progress()
    left = [digest for digest in digests if client.has_manifest(digest)]
    left += [digest for digest in blobs if client.has_blob(digest)]
    if left or client.tags():
        message = f"{len(left)} digests are still there, {left[0] if left else 'a tag'} among them"
        raise client.trouble(message)


def _manifests(move: Move, client: RegistryClient) -> list[str]:
    tagged = [digest for tag in client.tags() if (digest := client.digest_of(tag))]
    known = move.repository.manifests.values_list("digest", flat=True)
    return list(dict.fromkeys([*tagged, *move.manifests_then, *known]))


def _delete(client: RegistryClient, document: ManifestDocument) -> None:
    for digest in document.blob_sizes:
        client.delete_blob_link(digest)
    client.delete_manifest(document.digest)
