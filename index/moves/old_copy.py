"""The copy that nobody is sent to any more: what still came there late, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from index.models import Move
from index.moves.passes import tags_at
from index.registry_client import RegistryClient

Tell = Callable[[], None]


def late_tags(move: Move, now: dict[str, str]) -> dict[str, str]:
    """Return tags that point elsewhere than when the route was flipped.

    The gateway sends nothing there since then, so these are pushes that it had let in before.
    """
    then = move.tags_then
    return {tag: digest for tag, digest in now.items() if then.get(tag) != digest}


def empty(move: Move, client: RegistryClient, *, on_progress: Tell, check: Tell) -> None:
    """Delete every manifest known here and there, then blob links, and see that they are gone.

    Blob links of a manifest go before it: whoever is killed in between finds the rest through it.
    `check` raises where somebody else may use the copy by now, and is asked before each deletion.
    """
    digests = _manifests(move, client, on_progress)
    known = set(digests)
    for digest in digests:  # grows while it is walked: children come after their index
        on_progress()
        document = client.manifest(digest)
        if document is not None:
            _delete_links(client, document.blob_sizes, on_progress, check)
            check()
            client.delete_manifest(digest)
            children = [entry.digest for entry in document.entries if entry.digest not in known]
            digests += children
            known |= set(children)
    blobs = list(move.repository.blob_links.values_list("digest", flat=True))
    _delete_links(client, blobs, on_progress, check)
    left = _left(client.has_manifest, digests, on_progress)
    left += _left(client.has_blob, blobs, on_progress)
    if left or client.tags():
        message = f"{len(left)} digests are still there, {left[0] if left else 'a tag'} among them"
        raise client.trouble(message)


def _manifests(move: Move, client: RegistryClient, tell: Tell) -> list[str]:
    tagged = tags_at(client, tell).values()
    known = move.repository.manifests.values_list("digest", flat=True)
    return list(dict.fromkeys([*tagged, *move.manifests_then, *known]))


def _delete_links(client: RegistryClient, blobs: Iterable[str], tell: Tell, check: Tell) -> None:
    for digest in blobs:
        tell()
        check()
        client.delete_blob_link(digest)


def _left(is_there: Callable[[str], bool], digests: Iterable[str], tell: Tell) -> list[str]:
    left = []
    for digest in digests:
        tell()
        if is_there(digest):
            left.append(digest)
    return left
