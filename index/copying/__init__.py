"""Copy images by digest from one repository of a registry to another, of the same or another one.

    copy_manifest(source, target, digest, mount=True, tag="1.4")

Children come before their index, blobs before manifests, the tag last: whatever kills the worker
leaves nothing half-tagged, and the next run does only what is missing. Of many images of one
repository use one `Copier`, which asks once what is there already.
"""

from __future__ import annotations

from index.copying.copier import Copier, copy_manifest
from index.copying.report import CopyReport

__all__ = ["Copier", "CopyReport", "copy_manifest"]
