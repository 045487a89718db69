"""How many bytes blobs take together, whatever manifests claim of them."""

from __future__ import annotations

from django.db.models import FloatField, Max, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce

from index.models import BlobLink

_MOST = 2**62  # what a column takes


def distinct_bytes(links: QuerySet[BlobLink]) -> int:
    """Return the bytes of these blobs, each once.

    Added up as floating point, exact up to nine petabytes: what manifests say of blobs that nobody
    pushed may be too much for the integers of a database, which would stop whoever counts.
    """
    sizes = links.values("digest").annotate(bytes=Cast(Coalesce(Max("size"), 0), FloatField()))
    return min(int(sizes.aggregate(total=Sum("bytes"))["total"] or 0), _MOST)
