"""Images of more than one part."""

from __future__ import annotations

from tests.e2e.people import Person

PLATFORMS = ("amd64", "arm64")


def push_index(person: Person, repository: str, tag: str = "multi") -> str:
    """Push one image for two platforms, as `docker manifest` does; return its reference."""
    parts = [person.push_image(repository, architecture) for architecture in PLATFORMS]
    reference = person.reference(repository, tag)
    docker = person.docker
    docker("manifest", "create", "--insecure", reference, *parts)
    for architecture, part in zip(PLATFORMS, parts, strict=True):
        docker("manifest", "annotate", "--os", "linux", "--arch", architecture, reference, part)
    docker("manifest", "push", "--insecure", "--purge", reference)
    return reference
