"""Make one registry's copy of a repository like another's, again and again until nothing is new.

Tags come last and go first: at no moment does the new copy say more than it has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from index.copying import Copier, CopyReport
from index.copying.graph import Budget, blobs_of, manifests_of
from index.copying.referrers import digest_of_fallback
from index.errors import ContentUnusable
from index.manifests import ManifestDocument
from index.models import Repository
from index.registry_client import RegistryClient, ServedManifest, digest_of_bytes

_AT_ONCE = 6  # questions to a registry
_MOST_WAITING = 1_000  # questions; each that waits takes 2 KB
_MOST_MANIFESTS = 300_000  # whose digests a worker can hold without harm to its other work
_INDEX = "application/vnd.oci.image.index.v1+json"
T = TypeVar("T")


class Mover:
    """Copies one repository as it stands; `tags` and `report.held` are what it found there last."""

    def __init__(
        self,
        repository: Repository,
        here: RegistryClient,
        there: RegistryClient,
        *,
        on_progress: Callable[[CopyReport], None],
        check: Callable[[], None],
        on_held: Callable[[ManifestDocument], None] | None = None,
    ) -> None:
        """Ask nothing yet. What `on_progress` raises ends the work.

        So does `check`, right before a deletion and before a tag is put.

        `on_held` is given each manifest that is there; without it the report keeps them all.
        """
        self.tags: dict[str, str] = {}
        self._repository = repository
        self._here = here
        self._there = there
        self._on_progress = on_progress
        self._check = check
        self._copier = Copier(
            here, there, mount=False, is_sparse_fine=True, on_progress=on_progress
        )
        self._copier.check = check
        self._copier.on_held = on_held or self._copier.on_held
        self._broken: set[str] = set()  # untagged, and not whole at the source either
        self._has_api: bool | None = None  # the source lists referrers by itself

    @property
    def report(self) -> CopyReport:
        """What was copied so far."""
        return self._copier.report

    def run(self) -> bool:
        """Copy everything once; whether anything was new. Raises RegistryTrouble."""
        before = self._marks()
        self.tags = tags_at(self._here, self._tell)
        tagged = dict.fromkeys(self.tags.values())
        if len(tagged) > _MOST_MANIFESTS or obstacle_of_size(self._repository):
            raise self._here.trouble(_too_large())
        for digest in tagged:
            self._copy(digest)
        for digest in self._untagged(self._known_rows()):
            self._copy(digest)
        self._copier.copy_blobs(self._repository.blob_links.values_list("digest", flat=True))
        self._copier.put_tags(self._tags_of_what_is_there())
        has_dropped = self._drop_tags()
        return has_dropped or self._marks() != before

    def bring(
        self, tags: Mapping[str, str], *, unless_changed_since: Mapping[str, str]
    ) -> dict[str, str]:
        """Copy what these tags point to, and let them, where they still point as they did then.

        Return those that do so now. Where they did already, somebody was killed between that and
        writing it down.
        """
        for digest in dict.fromkeys(tags.values()):
            self._copy(digest)
        held, put = self.report.held, self.report.tags
        copied = {tag: digest for tag, digest in tags.items() if digest in held}
        self._copier.put_tags(copied, unless_changed_since=unless_changed_since)
        return {tag: digest for tag, digest in copied.items() if put.get(tag) == digest}

    def bring_untagged(self, *, but: Collection[str]) -> None:
        """Copy what rows know by now without a tag, and only the old registry has."""
        known = [digest for digest in self._known_rows() if digest not in but]
        there = self._ask(self._there.has_manifest, known)
        missing = [digest for digest, is_there in zip(known, there, strict=True) if not is_there]
        for digest in self._untagged(missing):
            self._copy(digest)

    def drop_what_is_gone(self) -> None:
        """Delete there what somebody deleted here while it was copied."""
        held = list(self.report.held)
        for digest, is_here in zip(held, self._ask(self._here.has_manifest, held), strict=True):
            if not is_here:
                self._check()
                self._there.delete_manifest(digest)
                del self.report.held[digest]

    def prove(self) -> None:
        """Ask both for every tag and the new one for every manifest; raise RegistryTrouble."""
        self.tags, found = tags_at(self._here, self._tell), tags_at(self._there, self._tell)
        wrong = [tag for tag, digest in self.tags.items() if found.get(tag) != digest]
        wrong += [tag for tag in found if tag not in self.tags and not self._is_ours(tag)]
        wrong += [digest for digest in self.tags.values() if digest not in self.report.held]
        held = list(self.report.held)
        there = self._ask(self._there.has_manifest, held)
        wrong += [digest for digest, is_there in zip(held, there, strict=True) if not is_there]
        if wrong:
            message = f"{wrong[0]} is not yet as at {self._here.registry}"
            raise self._there.trouble(message)

    def _copy(self, digest: str) -> None:
        if digest in self.report.held and not self._lists_referrers(digest):
            return
        if len(self.report.held) > _MOST_MANIFESTS:
            raise self._here.trouble(_too_large())
        try:
            self._copier.copy(digest, with_referrers=self._lists_referrers(digest))
        except ContentUnusable:
            if self._here.has_manifest(digest):
                raise
            # deleted a moment ago: the next pass does not find it

    def _known_rows(self) -> list[str]:
        """Return manifests of which our rows alone know."""
        rows = self._repository.manifests.order_by("pk").values_list("digest", flat=True)
        return [one for one in rows if one not in self.report.held and one not in self._broken]

    def _untagged(self, known: list[str]) -> list[str]:
        """Return those that the source has, and whole."""
        here = self._ask(self._here.has_manifest, known)
        found = [digest for digest, is_here in zip(known, here, strict=True) if is_here]
        self._broken |= {digest for digest in found if not self._is_whole(digest)}
        return [digest for digest in found if digest not in self._broken]

    def _is_whole(self, digest: str) -> bool:
        """Whether a registry would take it: what was left of something deleted holds up no move."""
        try:
            for served in manifests_of(self._here, digest, Budget(self._here)):
                blobs = blobs_of(self._here, served.document)
                wanted = [blob.digest for blob in blobs if not blob.is_foreign]
                if not all(self._ask(self._here.has_blob, wanted)):
                    return False
        except ContentUnusable:
            return False
        return True

    def _tags_of_what_is_there(self) -> dict[str, str]:
        held = self.report.held
        return {tag: digest for tag, digest in self.tags.items() if digest in held}

    def _drop_tags(self) -> bool:
        """Take off tags that the source has no more; whether there were any."""
        extra = [tag for tag in self._there.tags() if tag not in self.tags]
        gone = [tag for tag in extra if not self._is_ours(tag)]
        for tag in gone:
            self._tell()
            self._check()
            drop_tag(self._there, tag)
            self.report.tags.pop(tag, None)
        return bool(gone)

    def _is_ours(self, tag: str) -> bool:
        """Whether the tag lists referrers for clients, since the source lists them by itself."""
        return bool(self._has_api) and digest_of_fallback(tag) in self.report.held

    def _lists_referrers(self, digest: str) -> bool:
        if self._has_api is None:
            self._has_api = self._here.referrers(digest) is not None
        return self._has_api

    def _marks(self) -> tuple[object, ...]:
        report = self.report
        return report.manifests, report.blobs_copied, dict(self.tags)

    def _ask(self, question: Callable[[str], bool], about: Iterable[str]) -> list[bool]:
        return _ask_all(question, about, self._tell)

    def _tell(self) -> None:
        self._on_progress(self.report)


def obstacle_of_size(repository: Repository) -> str:
    """Return in words why it is too large to be moved; "" if it is not."""
    return _too_large() if repository.manifests.count() > _MOST_MANIFESTS else ""


def _too_large() -> str:
    return f"a repository of more than {_MOST_MANIFESTS} manifests cannot be moved"


def tags_at(client: RegistryClient, tell: Callable[[], None]) -> dict[str, str]:
    """Return every tag with its digest, as a registry says now; what `tell` raises ends it."""
    tags = client.tags()
    digests = _ask_all(client.digest_of, tags, tell)
    return {tag: digest for tag, digest in zip(tags, digests, strict=True) if digest}


def _ask_all(
    question: Callable[[str], T], about: Iterable[str], tell: Callable[[], None]
) -> list[T]:
    """Ask some at a time; where `tell` or an answer raises, nothing more is asked."""
    answers: list[T] = []
    coming = iter(about)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            while some := list(islice(coming, _MOST_WAITING)):
                for answer in pool.map(question, some):
                    answers.append(answer)
                    tell()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return answers


def drop_tag(client: RegistryClient, tag: str) -> None:
    """Take a tag off its manifest, which stays for others.

    distribution 2.x deletes by digest alone: there the tag is first pointed to an index of its own.
    """
    if client.delete_tag(tag):
        return
    document = {
        "schemaVersion": 2,
        "mediaType": _INDEX,
        "manifests": [],
        "annotations": {"waybill.gone": tag},
    }
    content = json.dumps(document).encode()
    stand_in = ServedManifest(digest_of_bytes(content, "sha256"), _INDEX, content)
    client.put_manifest(tag, stand_in)
    client.delete_manifest(stand_in.digest)
