"""Which layers of an image other images of its repository have too: who has one of those does not pull them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models.functions import Length

from index.contents.documents import read_json
from index.contents.images import read_layers
from index.models import ContentState, Manifest, ManifestContent

_MOST = 30  # images that are looked at, the newest
_KEPT_SECONDS = 300  # pushes meanwhile are counted later
_LARGEST = 64 * 1024  # bytes of a manifest: pages wait for no larger ones


@dataclass(frozen=True, slots=True)
class Shared:
    """How many of so many other images have a layer, by its digest."""

    images: int = 0
    having: dict[str, int] = field(default_factory=dict)


def shared_layers(manifest: Manifest) -> Shared:
    """Return what was found in the last minutes, or look now: one query."""
    key = f"shared-layers-{manifest.pk}"
    found = cache.get(key)
    if found is None:
        shared = _look(manifest)
        cache.set(key, (shared.images, shared.having), _KEPT_SECONDS)
        return shared
    return Shared(*found)


def _look(manifest: Manifest) -> Shared:
    """Look at the newest other images of the repository."""
    kept = ManifestContent.objects.filter(
        manifest__repository=manifest.repository_id,
        manifest__contents=ContentState.KEPT,
        manifest__size__isnull=False,
    )
    kept = kept.exclude(manifest=manifest).annotate(length=Length("document"))
    newest = kept.filter(length__lte=_LARGEST).order_by("-manifest")
    having: Counter[str] = Counter()
    images = 0
    for document in newest.values_list("document", flat=True)[:_MOST]:
        digests = {layer.digest for layer in read_layers(read_json(bytes(document)))}
        images += bool(digests)
        having.update(digests)
    return Shared(images, dict(having))
