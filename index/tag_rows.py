"""Tags as lists show them: with platforms, sizes and who pushed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from accounts.models import Visibility
from index.contents.indexes import UNKNOWN_PLATFORM
from index.credential_words import in_words
from index.models import Manifest, Repository, Tag
from index.tag_patterns import frozen_by

TEASER = 8
_ROOM = 10  # platforms in a row of a page
_MOST_PLATFORMS = 50  # of one index in a list; its own page has all of them


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
    credential: str = ""  # what proved who pushed, in words

    @property
    def robot(self) -> str:
        """Which robot pushed it, as far as everybody who sees the row may know (CVE-2020-14313)."""
        robot = self.tag.pushed_by_robot
        if robot is None:
            return ""
        return (
            robot.full_name
            if self.names_robots
            else _("a robot of %(namespace)s") % {"namespace": robot.namespace}
        )

    @property
    def pusher(self) -> str:
        """Who pushed it, in one word or two; "" if nobody knows."""
        if self.tag.built_by_id:
            return _("a CI job")
        return self.tag.pushed_by.username if self.tag.pushed_by else self.robot

    @property
    def is_index(self) -> bool:
        """Whether the platforms are to be listed."""
        return self.tag.manifest.is_index

    @property
    def first_platforms(self) -> list[Platform]:
        """Return those that a row has room for."""
        return self.platforms[:_ROOM]

    @property
    def has_more(self) -> bool:
        """Whether there are more platforms than are listed."""
        return len(self.platforms) == _MOST_PLATFORMS < len(self.tag.manifest.children)

    @property
    def sizes(self) -> list[int]:
        """The known sizes, smallest and largest; one if they do not differ, or none."""
        known = [platform.size for platform in self.platforms if platform.size is not None]
        return sorted({min(known), max(known)}) if known else []


def tags_version(count: int, rows: Iterable[TagRow]) -> str:
    """Return what is another one as soon as a list of tags shows something else than pulls and ages."""
    shown = ((row.tag.pk, row.tag.manifest_id, row.tag.pushed_at, row.sizes) for row in rows)
    return hashlib.sha256(repr((count, list(shown))).encode()).hexdigest()[:12]


def newest_tags(repository: Repository) -> list[TagRow]:
    """Return the tags that the repository page shows."""
    related = ("manifest", "pushed_by", "pushed_by_robot__namespace", "built_by")
    return tag_rows(repository, repository.tags.select_related(*related)[:TEASER])


def tag_rows(
    repository: Repository, tags: Iterable[Tag], *, names_credentials: bool = False
) -> list[TagRow]:
    """Join tags and the images of their indexes: one query, whatever the number of tags.

    What proved who pushed is for those who administer the repository.
    """
    listed = list(tags)
    sizes = _sizes(repository, [tag.manifest for tag in listed])
    names_robots = repository.visibility == Visibility.PRIVATE
    patterns = repository.immutable_tags
    credentials = in_words(tag.pushed_with for tag in listed) if names_credentials else {}
    return [
        TagRow(
            tag,
            _platforms(tag.manifest, sizes),
            immutable_by=frozen_by(patterns, tag.name),
            names_robots=names_robots,
            credential=credentials.get(tag.pushed_with, ""),
        )
        for tag in listed
    ]


def _sizes(repository: Repository, manifests: list[Manifest]) -> dict[str, int | None]:
    digests = {child["digest"] for manifest in manifests for child in _listed(manifest)}
    if not digests:
        return {}
    found = Manifest.objects.filter(repository=repository, digest__in=digests)
    return dict(found.values_list("digest", "size"))


def _listed(manifest: Manifest) -> list[dict[str, str]]:
    images = (child for child in manifest.children if child.get("platform") != UNKNOWN_PLATFORM)
    return list(islice(images, _MOST_PLATFORMS))


def _platforms(manifest: Manifest, sizes: dict[str, int | None]) -> list[Platform]:
    if not manifest.is_index:
        return [Platform(manifest.platform, manifest.digest, manifest.size)]
    return [
        Platform(child.get("platform", ""), child["digest"], sizes.get(child["digest"]))
        for child in _listed(manifest)
    ]
