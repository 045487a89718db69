"""A tag that moved twice, and what stands beside its image: a signature and a list of its parts."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from config.demo.building import build_images
from config.demo.content import ContentMover
from config.demo.filling import live
from config.demo.images import Image, make_artifact
from config.demo.stages import ALMANAC

TAG = "nightly"
_NIGHTS = ("20260227", "20260228", "20260301")
NIGHTS = tuple(f"{TAG}-{night}" for night in _NIGHTS)


def push_nightly(mover: ContentMover) -> int:
    """Push three images under one tag, one after the other; return how many tags are new."""
    for repository in live(ALMANAC.name):
        if repository.tags.filter(name=TAG).exists():
            return 0
        client = mover.client(ALMANAC.pusher)
        for image in nightly_images():
            client.push(ALMANAC.name, image, (TAG,))
        for artifact in (make_signature(image), make_parts_list(image)):
            client.push(ALMANAC.name, artifact, ())
        return 1
    return 0


def nightly_images() -> list[Image]:
    """Return the images of three nights, oldest first."""
    plans = [replace(ALMANAC, tags=((night,),), kilobytes=30) for night in NIGHTS]
    return [build_images(plan)[0].image for plan in plans]


def make_signature(image: Image) -> Image:
    """Return what has the shape of a cosign signature; nobody's key signed it."""
    claim = {
        "critical": {
            "identity": {"docker-reference": ALMANAC.name},
            "image": {"docker-manifest-digest": image.manifest.digest},
            "type": "cosign container image signature",
        },
        "optional": {"signature": base64.b64encode(b"made for the demo").decode()},
    }
    kind = "application/vnd.dev.cosign.simplesigning.v1+json"
    return make_artifact(
        image, artifact_type=kind, media_type=kind, content=json.dumps(claim).encode()
    )


def make_parts_list(image: Image) -> Image:
    """Return a software bill of materials of three packages."""
    packages = [
        {"name": name, "SPDXID": f"SPDXRef-{name}"} for name in ("basin", "tiles", "sqlite")
    ]
    content = {"spdxVersion": "SPDX-2.3", "name": ALMANAC.name, "packages": packages}
    kind = "application/spdx+json"
    return make_artifact(
        image, artifact_type=kind, media_type=kind, content=json.dumps(content).encode()
    )
