"""Copy a manifest with all it needs, then what refers to it, then put the tag."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from index.copying.blobs import BlobCopier
from index.copying.graph import Blob, Budget, blobs_of, manifests_of, subject_of
from index.copying.referrers import (
    cosign_tags,
    fallback_tag,
    has_all_of,
    list_at_target,
    listed_referrers,
)
from index.copying.report import CopyReport
from index.errors import RegistryTrouble
from index.manifests import ManifestDocument
from index.registry_client import RegistryClient, ServedManifest

_DEEPEST = 3  # a signature of an SBOM of an image


def _ignore(_report: CopyReport) -> None:
    """Tell nobody."""


def _allow() -> None:
    """Object to nothing."""


def _never(_tag: str) -> bool:
    """Keep no tag from moving."""
    return False


def copy_manifest(
    source: RegistryClient,
    target: RegistryClient,
    digest: str,
    *,
    mount: bool,
    with_referrers: bool = True,
    tag: str = "",
) -> CopyReport:
    """Copy one image; with `mount` both repositories are of one registry. Raises RegistryTrouble."""
    return Copier(source, target, mount=mount).copy(digest, with_referrers=with_referrers, tag=tag)


class Copier:
    """Copies images from one repository to another; `report` is of all of them together."""

    def __init__(
        self,
        source: RegistryClient,
        target: RegistryClient,
        *,
        mount: bool,
        keeps_tag: Callable[[str], bool] = _never,
        is_sparse_fine: bool = False,
        on_progress: Callable[[CopyReport], None] = _ignore,
    ) -> None:
        """Ask nothing yet.

        `keeps_tag` says which tags of referrers stay as they are once they are there. With
        `is_sparse_fine` children that the source itself has not are left out, if the target takes
        such an index. `on_progress` is called every few seconds; what it raises ends the copying.
        """
        self.report = CopyReport()
        self._source = source
        self._target = target
        self._keeps_tag = keeps_tag
        self._is_sparse_fine = is_sparse_fine
        # Is given each manifest that is there now; who puts another one here keeps them elsewhere.
        self.on_held: Callable[[ManifestDocument], None] = self._keep
        # Is asked right before a tag is put; what it raises ends the copying too.
        self.check: Callable[[], None] = _allow
        self._on_progress = on_progress
        self._blobs = BlobCopier(source, target, mount=mount, report=self.report)
        self._source_tags: frozenset[str] | None = None

    def copy(self, digest: str, *, with_referrers: bool = True, tag: str = "") -> CopyReport:
        """Copy one image. Raises RegistryTrouble, and then the tag is where it was."""
        budget = Budget(self._source)
        before = len(self.report.held)
        self._copy_graph(digest, budget)
        if with_referrers:
            # The last ones alone: to walk through all for each image would take too long.
            new = len(self.report.held) - before
            images = list(islice(reversed(self.report.held), new)) or [digest]
            for image in reversed(images):
                self._copy_referrers(image, budget, depth=0)
        if tag:
            self.put_tag(tag, digest)
        return self.report

    def put_tag(self, tag: str, digest: str) -> None:
        """Let a tag point to what was copied, once all of it is seen to be there."""
        self._verify(self.report.held)
        self._put_tag(tag, self._served_there(digest))

    def put_tags(
        self, tags: Mapping[str, str], *, unless_changed_since: Mapping[str, str] | None = None
    ) -> None:
        """Let many tags point to what was copied, each once all that it needs is seen to be there.

        Those that point elsewhere than they did then stay, if it is said where they did.
        """
        seen: set[str] = set()
        for tag, digest in tags.items():
            if self._has_to_move(tag, digest):
                served = self._served_there(digest)
                self._verify_children(served, seen)
                then = unless_changed_since
                self._put_tag(tag, served, over=None if then is None else {then.get(tag)})
            self._tell()

    def copy_blobs(self, digests: Iterable[str]) -> None:
        """Copy blobs that belong to no manifest yet, as far as the source has them."""
        blobs = [Blob(digest, 0, is_foreign=True) for digest in digests]
        self._blobs.copy(blobs, on_progress=self._tell)

    def _has_to_move(self, tag: str, digest: str) -> bool:
        if self.report.tags.get(tag) == digest:
            return False
        if self._target.digest_of(tag) == digest:
            self.report.tags[tag] = digest
            return False
        return True

    def _copy_graph(self, digest: str, budget: Budget) -> ServedManifest:
        """Copy children, blobs and the manifest itself, which is returned."""
        served = None
        graph = manifests_of(self._source, digest, budget, is_sparse_fine=self._is_sparse_fine)
        for served in graph:
            if served.digest not in self.report.held:
                self._copy_one(served)
            self._tell()
        assert served is not None  # noqa: S101 - the last one is the manifest asked for, or it raised
        return served

    def _copy_one(self, served: ServedManifest) -> None:
        blobs = blobs_of(self._source, served.document)
        self._blobs.copy(blobs, on_progress=self._tell)
        if not self._target.has_manifest(served.digest):
            self._target.put_manifest(served.digest, served)
            self.report.manifests += 1
        self._hold(served)

    def _copy_referrers(self, digest: str, budget: Budget, *, depth: int) -> None:
        listed = listed_referrers(self._source, digest, self._tags())
        copied = [item for item in listed if self._copy_referrer(digest, item, budget, depth)]
        index = list_at_target(self._target, digest, copied)
        tag = fallback_tag(digest)
        if index is not None and self._may_put(tag):
            self._put_tag(tag, index)
        for cosign_tag in cosign_tags(digest):
            if cosign_tag in self._tags():
                self._copy_cosign(cosign_tag, budget)

    def _copy_referrer(self, digest: str, item: dict[str, Any], budget: Budget, depth: int) -> bool:
        """Copy it if it says itself what it is about; others may list what they like."""
        self._tell()
        served = self._source.served_manifest(item["digest"])
        if served is None or subject_of(served.document) != digest:
            return False
        self._copy_graph(served.digest, budget)
        self.report.referrers += 1
        if depth < _DEEPEST:
            self._copy_referrers(served.digest, budget, depth=depth + 1)
        return True

    def _copy_cosign(self, tag: str, budget: Budget) -> None:
        digest = self._source.digest_of(tag)
        if digest is None:
            return
        served = self._copy_graph(digest, budget)
        self.report.referrers += 1
        there = self._target.served_manifest(tag)
        is_older = there is None or has_all_of(served.document, there.document)
        if is_older and (there is None or there.digest == digest or self._may_put(tag)):
            self._put_tag(tag, served)
        else:
            self.report.left_alone.append(tag)

    def _may_put(self, tag: str) -> bool:
        return not (self._keeps_tag(tag) and self._target.has_manifest(tag))

    def _verify(self, digests: Iterable[str]) -> None:
        """Ask for every manifest once more before a tag says that all is well."""
        for digest in digests:
            if not self._target.has_manifest(digest):
                raise self._lost(digest)
            self._tell()

    def _verify_children(self, served: ServedManifest, seen: set[str]) -> None:
        """Ask for what an image is made of: to ask for all of a repository would take too long."""
        for child in (entry.digest for entry in served.document.entries):
            if child in self.report.held and child not in seen:
                seen.add(child)
                self._verify_children(self._served_there(child), seen)
                self._tell()

    def _served_there(self, digest: str) -> ServedManifest:
        served = self._target.served_manifest(digest)
        if served is None:
            raise self._lost(digest)
        return served

    def _lost(self, digest: str) -> RegistryTrouble:
        return self._target.trouble(f"the manifest {digest} did not stay there")

    def _put_tag(
        self, tag: str, served: ServedManifest, *, over: Collection[str | None] | None = None
    ) -> None:
        """Put it, where `over` is given in place of one of these alone; None is no tag."""
        there = self._target.digest_of(tag)
        if there != served.digest:
            if over is not None and there not in over:
                return
            self.check()
            self._target.put_manifest(tag, served)
            if self._target.digest_of(tag) != served.digest:
                message = f"the tag {tag} does not point to {served.digest}"
                raise self._target.trouble(message)
        self.report.tags[tag] = served.digest
        if served.digest not in self.report.held:
            self._hold(served)

    def _hold(self, served: ServedManifest) -> None:
        self.report.held[served.digest] = served.media_type
        self.on_held(served.document)

    def _keep(self, document: ManifestDocument) -> None:
        self.report.documents[document.digest] = document

    def _tags(self) -> frozenset[str]:
        if self._source_tags is None:
            self._source_tags = frozenset(self._source.tags())
        return self._source_tags

    def _tell(self) -> None:
        self._on_progress(self.report)
