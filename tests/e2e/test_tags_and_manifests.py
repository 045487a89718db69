"""What pages say of tags and manifests that real tools have pushed, and a tag that is pointed back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.e2e.browser import Window
from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.test_repository_page import says
from tests.waiting import eventually

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"


class Layout:
    """An OCI image layout in a folder, with one artifact in it."""

    def __init__(self, folder: Path) -> None:
        """Lay it out."""
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def add(self, media_type: str, content: bytes) -> dict[str, Any]:
        """Add a blob; return its descriptor."""
        name = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / "sha256" / name).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(content)}

    def add_sbom(self, subject: dict[str, Any], tag: str) -> str:
        """Add an SBOM about a manifest; return its digest."""
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": "application/spdx+json",
            "config": self.add(EMPTY, b"{}"),
            "layers": [self.add("application/spdx+json", b'{"spdxVersion": "SPDX-2.3"}')],
            "subject": subject,
        }
        listed = self.add(MANIFEST, json.dumps(document).encode())
        named = listed | {"annotations": {"org.opencontainers.image.ref.name": tag}}
        index = {"schemaVersion": 2, "manifests": [named]}
        (self.folder / "index.json").write_text(json.dumps(index))
        return str(listed["digest"])


def test_an_index_its_images_and_their_layers_have_pages(
    alice: Person, plain_window: Window
) -> None:
    push_index(alice, "app")
    plain_window.log_in(alice)
    path = f"/r/{alice.name}/app/-/manifests/multi"
    eventually(lambda: says(plain_window, path, "Image index", "linux/amd64", "linux/arm64"))
    plain_window.page.get_by_role("link", name="linux/arm64").click()
    for heading in ("Layers", "Part of"):
        plain_window.page.get_by_role("heading", name=heading).wait_for()


def test_an_artifact_is_shown_with_what_it_is_about(
    alice: Person, skopeo: Program, plain_window: Window, tmp_path: Path
) -> None:
    image = alice.push_image("app")
    digest = alice.docker.digest_of(image)
    layout = Layout(tmp_path / "sbom")
    sbom = layout.add_sbom({"mediaType": MANIFEST, "digest": digest, "size": 1}, "sbom")
    skopeo(
        *("login", "--tls-verify=false", "-u", alice.name, "--password-stdin", alice.host),
        stdin=alice.password,
    )
    copy = f"docker://{alice.reference('app', 'sbom')}"
    skopeo("copy", "--dest-tls-verify=false", f"oci:{layout.folder}:sbom", copy)
    plain_window.log_in(alice)
    path = f"/r/{alice.name}/app/-/manifests/{digest}"
    eventually(lambda: says(plain_window, path, "SBOM (SPDX)", sbom[7:19]))
    plain_window.page.get_by_role("link", name="SBOM (SPDX)").click()
    assert digest[7:19] in plain_window.text


def test_a_tag_is_pointed_back_and_docker_pulls_what_it_was(
    alice: Person, plain_window: Window
) -> None:
    first = alice.docker.digest_of(alice.push_image("app"))
    reference = alice.push_image("app")
    second = alice.docker.digest_of(reference)
    assert first != second
    plain_window.log_in(alice)
    path = f"/r/{alice.name}/app/-/tags/1.0/history"
    eventually(lambda: says(plain_window, path, first[7:19], second[7:19]))
    plain_window.page.get_by_role("button", name="Point it back").click()
    assert f"points to {first[7:19]} again" in plain_window.text
    alice.forget(reference)
    alice.docker("pull", reference)
    assert alice.docker.digest_of(reference) == first


def test_two_tags_are_compared(alice: Person, plain_window: Window) -> None:
    for tag in ("1.0", "2.0"):
        alice.push_image("app", tag)
    plain_window.log_in(alice)
    path = f"/r/{alice.name}/app/-/compare?from=1.0&to=2.0"
    eventually(lambda: says(plain_window, path, "Added layers", "Removed layers"))
