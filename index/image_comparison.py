"""Two images of a repository side by side; of image indexes those of one platform."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from index.contents.comparison import Comparison, compare
from index.manifest_facts import ManifestFacts, find_manifest
from index.models import ContentState, Manifest, Repository
from index.names import is_digest, is_tag


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `digest` is that of the image itself; `problem` says why there is none."""

    reference: str
    digest: str = ""
    platform: str = ""
    platforms: list[str] = field(default_factory=list)
    facts: ManifestFacts | None = None
    problem: str = ""

    @property
    def size(self) -> int:
        """Compressed bytes of its layers."""
        return self.facts.image.size if self.facts else 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Both, and how they differ; `platforms` are those that can be chosen."""

    before: Side
    after: Side
    platform: str
    platforms: list[str]
    comparison: Comparison | None


def compare_references(repository: Repository, before: str, after: str, platform: str = "") -> Pair:
    """Compare what two tags or digests name; whatever cannot be compared says why."""
    found = [_find(repository, reference) for reference in (before, after)]
    lists = [_images_of(manifest) for manifest in found]
    platforms = _platforms(lists)
    chosen = platform if platform in platforms else next(iter(platforms), "")
    sides = [
        _side(repository, reference, manifest, images, chosen)
        for reference, manifest, images in zip((before, after), found, lists, strict=True)
    ]
    facts = [side.facts for side in sides]
    comparison = compare(facts[0].image, facts[1].image) if facts[0] and facts[1] else None
    return Pair(sides[0], sides[1], chosen, platforms, comparison)


def _find(repository: Repository, reference: str) -> Manifest | None:
    is_reference = is_tag(reference) or is_digest(reference)
    return find_manifest(repository, reference) if is_reference else None


def _images_of(manifest: Manifest | None) -> dict[str, str]:
    """Return digests of the images of an index, by platform; {} for what is none."""
    if manifest is None or not manifest.is_index:
        return {}
    images = ManifestFacts(manifest).index.images
    return {one.platform: one.digest for one in reversed(images) if one.platform}


def _platforms(lists: list[dict[str, str]]) -> list[str]:
    """Return those of both indexes, the common ones first; of one index all of them."""
    first, second = lists
    if not first or not second:
        return sorted(first or second)
    common = first.keys() & second.keys()
    return sorted(common) + sorted((first.keys() | second.keys()) - common)


def _side(
    repository: Repository,
    reference: str,
    manifest: Manifest | None,
    images: dict[str, str],
    platform: str,
) -> Side:
    if manifest is None:
        return Side(reference, problem=_("is neither a tag nor a digest of this repository"))
    image = _image_of(repository, manifest, images, platform)
    if image is None:
        return Side(
            reference,
            problem=_("has no image for %(platform)s") % {"platform": platform or "any platform"},
        )
    facts = ManifestFacts(image)
    problem = _problem(facts)
    return Side(
        reference,
        digest=facts.manifest.digest,
        platform=facts.manifest.platform,
        platforms=sorted(images),
        facts=None if problem else facts,
        problem=problem,
    )


def _image_of(
    repository: Repository, manifest: Manifest, images: dict[str, str], platform: str
) -> Manifest | None:
    if not manifest.is_index:
        return manifest
    return repository.manifests.filter(digest=images.get(platform, "")).first()


def _problem(facts: ManifestFacts) -> str:
    if facts.manifest.contents == ContentState.UNREAD:
        return _("was not read from its registry yet: try again in a moment")
    if not facts.document:
        return _("is not kept here: its registry has lost it, or it is too large")
    return ""
