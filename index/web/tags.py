"""Tags as the pages show them: with platforms, sizes and who pushed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.models import Visibility
from index.models import Manifest, Repository, Tag
from index.tag_patterns import frozen_by

TEASER = 8
PAGE_SIZE = 25
_ATTESTATION = "unknown/unknown"  # how build tools mark what is no image


@dataclass(frozen=True, slots=True)
class Platform:
    """One image of a tag."""

    name: str
    digest: str
    size: int | None


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag and its images; more than one if it points to an index."""

    tag: Tag
    platforms: list[Platform]
    immutable_by: str = ""  # the pattern that freezes it
    names_robots: bool = False  # robots' names are for those a private repository is open to

    @property
    def robot(self) -> str:
        """Which robot pushed it, as far as everybody who sees the row may know (CVE-2020-14313)."""
        robot = self.tag.pushed_by_robot
        if robot is None:
            return ""
        return robot.full_name if self.names_robots else f"a robot of {robot.namespace}"

    @property
    def is_index(self) -> bool:
        """Whether the platforms are to be listed."""
        return self.tag.manifest.is_index

    @property
    def sizes(self) -> list[int]:
        """The known sizes, smallest and largest; one if they do not differ, or none."""
        known = [platform.size for platform in self.platforms if platform.size is not None]
        return sorted({min(known), max(known)}) if known else []


def newest_tags(repository: Repository) -> list[TagRow]:
    """Return the tags that the repository page shows."""
    return _rows(repository, _tags(repository)[:TEASER])


def tags_page(repository: Repository, number: str) -> tuple[Page[Tag], list[TagRow]]:
    """Return a page of all tags; a number that makes no sense is the nearest one that does."""
    page = Paginator(_tags(repository), PAGE_SIZE).get_page(number)
    return page, _rows(repository, page.object_list)


def _tags(repository: Repository) -> QuerySet[Tag]:
    return repository.tags.select_related(
        "manifest", "pushed_by", "pushed_by_robot__namespace", "built_by"
    )


def _rows(repository: Repository, tags: Iterable[Tag]) -> list[TagRow]:
    """Join tags and the images of their indexes: one query, whatever the number of tags."""
    listed = list(tags)
    digests = {child["digest"] for tag in listed for child in tag.manifest.children}
    sizes = dict(
        Manifest.objects.filter(repository=repository, digest__in=digests).values_list(
            "digest", "size"
        )
        if digests
        else ()
    )
    names_robots = repository.visibility == Visibility.PRIVATE
    patterns = repository.immutable_tags
    return [
        TagRow(tag, _platforms(tag.manifest, sizes), frozen_by(patterns, tag.name), names_robots)
        for tag in listed
    ]


def _platforms(manifest: Manifest, sizes: dict[str, int | None]) -> list[Platform]:
    if not manifest.is_index:
        return [Platform(manifest.platform, manifest.digest, manifest.size)]
    return [
        Platform(child.get("platform", ""), child["digest"], sizes.get(child["digest"]))
        for child in manifest.children
        if child.get("platform") != _ATTESTATION
    ]
