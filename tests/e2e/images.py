"""Images of more than one part, and the smallest there is, pushed without docker."""

from __future__ import annotations

import json
import secrets

from tests.contents import CONFIG, IMAGE, digest_of
from tests.e2e.people import Person
from tests.e2e.wire import Answer, Wire

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


def put_image(wire: Wire, person: Person, name: str, tag: str) -> None:
    """Push an image without layers, which nobody else has, in the requests that docker makes."""
    headers = wire.bearer(person, f"repository:{name}:pull,push")
    config = json.dumps({"os": "linux", "architecture": "amd64", "author": secrets.token_hex(8)})
    blob = config.encode()
    put = put_blob(wire, begin_upload(wire, name, headers), headers, blob)
    assert put.status == 201, put
    described = {"mediaType": CONFIG, "digest": digest_of(blob), "size": len(blob)}
    document = {"schemaVersion": 2, "mediaType": IMAGE, "config": described, "layers": []}
    target, kind = f"/v2/{name}/manifests/{tag}", {"Content-Type": IMAGE}
    put = wire.ask("PUT", target, headers | kind, json.dumps(document).encode())
    assert put.status == 201, put


def begin_upload(wire: Wire, name: str, headers: dict[str, str]) -> str:
    """Begin an upload; return where it goes on."""
    answer = wire.ask("POST", f"/v2/{name}/blobs/uploads/", headers | {"Content-Length": "0"})
    assert answer.status == 202, answer
    return str(answer.headers["Location"])


def put_blob(wire: Wire, location: str, headers: dict[str, str], content: bytes) -> Answer:
    """Send the whole blob with its length, as containerd and oras do."""
    kind = {"Content-Type": "application/octet-stream"}
    return wire.ask("PUT", f"{location}&digest={digest_of(content)}", headers | kind, content)
