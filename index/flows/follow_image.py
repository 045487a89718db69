"""Let a repository say what its newest image says of itself, where its admins want that.

The newest image is `latest`, or what was pushed last where there is none. Texts follow it until somebody
writes some here (`Repository.readme_from_image`); what the page shows as facts follows it always.
"""

from __future__ import annotations

from django.db import transaction

from index.contents.documents import read_json
from index.image_says import ImageSays, read_image
from index.models import Manifest, ManifestContent, Repository

_LATEST = "latest"
_MOST_READ = 10  # images of an index


def follow_image(manifest: Manifest) -> None:
    """Take over what the newest image says, if the manifest that was just described is part of it."""
    newest = _newest(manifest.repository)
    if newest is None:
        return
    is_part = newest.pk == manifest.pk or newest.entries.filter(digest=manifest.digest).exists()
    if is_part:
        follow_newest_image(manifest.repository)


def follow_newest_image(repository: Repository) -> None:
    """Take over what the newest image says; what it says nothing of stays as it is."""
    newest = _newest(repository)
    says = _read(newest) if newest else None
    if says is None:
        return
    with transaction.atomic():
        held = Repository.objects.locked().get(pk=repository.pk)
        wanted = {"image_facts": says.facts}
        if held.readme_from_image:
            wanted |= {
                name: text for name in ("description", "readme") if (text := getattr(says, name))
            }
        changed = [name for name, value in wanted.items() if getattr(held, name) != value]
        for name in changed:
            setattr(held, name, wanted[name])
            setattr(repository, name, wanted[name])
        if changed:
            held.save(update_fields=changed)


def _newest(repository: Repository) -> Manifest | None:
    tags = repository.tags.select_related("manifest__repository")
    tag = tags.filter(name=_LATEST).first() or tags.order_by("-pushed_at", "name").first()
    return tag.manifest if tag else None


def _read(manifest: Manifest) -> ImageSays | None:
    """Return what it says; of an index what itself says, or else the first image that it lists."""
    own = ManifestContent.objects.filter(manifest=manifest).first()
    if own is None:
        return None
    says = _says(own)
    if says != ImageSays() or not manifest.children:
        return says
    listed = [child.get("digest", "") for child in manifest.children]
    kept = ManifestContent.objects.filter(
        manifest__repository=manifest.repository_id, manifest__digest__in=listed
    ).select_related("manifest")
    found = {content.manifest.digest: content for content in kept[:_MOST_READ]}
    read = (_says(found[digest]) for digest in listed if digest in found)
    return next((says for says in read if says != ImageSays()), ImageSays())


def _says(content: ManifestContent) -> ImageSays:
    return read_image(read_json(bytes(content.document)), read_json(bytes(content.config)))
