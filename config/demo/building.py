"""From what is written down about a repository to its images and its README. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from config.demo.images import (
    AMD64,
    ARM64,
    ARM_V7,
    DOCKER,
    OCI,
    Image,
    Layer,
    Platform,
    Step,
    make_image,
    make_image_index,
    make_layer,
)
from config.demo.plans import RepositoryPlan

_BASE_KILOBYTES = 1_300
_EVERYWHERE = (AMD64, ARM64, ARM_V7)


@dataclass(frozen=True, slots=True)
class TaggedImage:
    """An image, or an image index, and the tags that point to it."""

    image: Image
    tags: tuple[str, ...]


def build_images(plan: RepositoryPlan) -> list[TaggedImage]:
    """Return the images of a repository, oldest first."""
    return [TaggedImage(_build(plan, tags[0]), tags) for tags in plan.tags]


def write_readme(plan: RepositoryPlan, *, host: str) -> str:
    """Return the README in Markdown; commands in it carry the host of this instance."""
    newest = plan.tags[-1][-1]
    versions = "\n".join(f"- {_as_code(tags)}" for tags in reversed(plan.tags))
    platforms = (
        "Every tag is an image index: PCs, 64-bit ARM and 32-bit ARM boards pull the same name."
        if plan.multi_platform
        else "Built for `linux/amd64`."
    )
    return (
        f"{plan.about}\n\n"
        f"## Get it\n\n```\ndocker pull {host}/{plan.name}:{newest}\n```\n\n"
        f"## Versions\n\n{versions}\n\n{platforms}\n\n"
        "*This is an example made by `./dev demo`: the image holds text, and nothing runs in it.*\n"
    )


@cache
def base_layer(platform: Platform) -> Layer:
    """Return the layer below every image of one platform."""
    name = platform.architecture
    files = {
        "etc/os-release": 'NAME="Basin"\nID=basin\nVERSION_ID=3.2\n',
        "etc/basin-platform": f"{name}{platform.variant}\n",
    }
    return make_layer(files, filler=_BASE_KILOBYTES * 1000, seed=f"basin-{name}")


def _build(plan: RepositoryPlan, version: str) -> Image:
    dialect = DOCKER if plan.docker_types else OCI
    if not plan.multi_platform:
        return _build_for(plan, version, AMD64)
    images = [_build_for(plan, version, platform) for platform in _EVERYWHERE]
    return make_image_index(images, dialect=dialect)


def _build_for(plan: RepositoryPlan, version: str, platform: Platform) -> Image:
    short = plan.name.rpartition("/")[2]
    files = {
        f"usr/bin/{short}": f"#!/bin/sh\necho '{short} {version} of the Waybill demo'\n",
        f"usr/share/doc/{short}/README": f"{plan.description}\n\n{plan.about}\n",
    }
    seed = f"{short}-{version}-{platform.architecture}"
    own = make_layer(files, filler=plan.kilobytes * 1000, seed=seed)
    return make_image(
        [
            Step("ADD rootfs.tar.gz / # buildkit", base_layer(platform)),
            *_further_steps(plan, seed),
            Step(f"COPY --chmod=755 out/{short} /usr/bin/{short} # buildkit", own),
            Step(f'CMD ["/usr/bin/{short}"]'),
        ],
        command=[f"/usr/bin/{short}"],
        labels={
            "org.opencontainers.image.title": plan.name,
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.description": plan.description,
            **plan.labels,
        },
        environment=plan.environment,
        platform=platform,
        dialect=DOCKER if plan.docker_types else OCI,
    )


def _further_steps(plan: RepositoryPlan, seed: str) -> list[Step]:
    return [
        Step(command, make_layer({f"var/lib/steps/{number}": f"{command}\n"}, seed=seed))
        if command.startswith(("RUN", "COPY"))
        else Step(command)
        for number, command in enumerate(plan.steps)
    ]


def _as_code(tags: tuple[str, ...]) -> str:
    return ", ".join(f"`{tag}`" for tag in tags)
