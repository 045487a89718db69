"""Pages about tags and manifests: what they show, to whom, and that nothing in them acts."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PersonalAccessToken, Visibility
from index.models import Manifest, Tag, TagChange
from tests.conftest import World
from tests.contents import (
    CONFIG,
    IMAGE,
    digest_of,
    keep,
    make_config,
    make_image,
    make_index,
    point,
)
from tests.machines import make_token

PUB = "/r/alice/pub/-"


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def attestation(world: World) -> Manifest:
    layer = {
        "mediaType": "application/vnd.in-toto+json",
        "digest": digest_of(b"said"),
        "size": 4,
        "annotations": {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"},
    }
    config = {"mediaType": CONFIG, "digest": digest_of(b"{}"), "size": 2}
    document = {"mediaType": IMAGE, "config": config, "layers": [layer]}
    return keep(world.public, document, config=b"{}", size=6)


def attached(to: Manifest, row: Manifest) -> dict[str, object]:
    return {
        "mediaType": IMAGE,
        "digest": row.digest,
        "size": 1,
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": to.digest,
        },
    }


def test_tags_are_searched_and_sorted(world: World, client: Client) -> None:
    for name in ("v1.9", "v1.10", "edge"):
        point(world.public, name, make_image(world.public, layers=(name,)))
    found = page(client, f"{PUB}/tags?q=v1.*&sort=version")
    assert found.index("/-/manifests/v1.10") < found.index("/-/manifests/v1.9")
    assert "/-/manifests/edge" not in found
    assert "2 of 3 tags" in found
    assert "No tag matches" in page(client, f"{PUB}/tags?q=nope")


def test_a_link_to_the_next_page_keeps_search_and_order(world: World, client: Client) -> None:
    for number in range(30):
        point(world.public, f"v{number}", make_image(world.public, layers=(str(number),)))
    found = page(client, f"{PUB}/tags?q=v&sort=name&client=podman")
    assert "?q=v&amp;sort=name&amp;client=podman&amp;after=" in found
    assert 'podman pull <span class="nowrap">--tls-verify=false</span> index.test/' in found


def test_a_row_links_to_what_can_be_done(world: World, client: Client) -> None:
    point(world.public, "1.0", make_image(world.public))
    found = page(client, f"{PUB}/tags")
    for address in (f"{PUB}/manifests/1.0", f"{PUB}/tags/1.0/history", f"{PUB}/compare?to=1.0"):
        assert f'href="{address}"' in found
    assert "delete-tags" not in found
    assert "/-/promote" not in found
    client.force_login(world.alice)
    for address in (f"{PUB}/delete-tags?tag=1.0", f"{PUB}/promote?image=1.0"):
        assert f'href="{address}"' in page(client, f"{PUB}/tags")


def test_what_proved_who_pushed_is_for_admins_alone(world: World, client: Client) -> None:
    make_token(world.alice)
    token = PersonalAccessToken.objects.get()
    fields = {"pushed_by": world.alice, "pushed_with": f"token:{token.pk}"}
    point(world.public, "1.0", make_image(world.public), **fields)
    now = timezone.now()
    TagChange.objects.create(
        repository=world.public, tag="1.0", digest=Tag.objects.get().manifest.digest, kind="pushed",
        at=now, actor_name="alice", credential=f"token:{token.pk}",
    )  # fmt: skip
    for path in (f"{PUB}/tags", f"{PUB}/tags/1.0/history"):
        assert token.selector not in page(client, path)
        client.force_login(world.bob)
        assert token.selector not in page(client, path)
        client.force_login(world.alice)
        assert token.selector in page(client, path)
        client.logout()


def test_an_image_shows_layers_history_and_config(world: World, client: Client) -> None:
    image = make_image(
        world.public,
        layers=("base", "app"),
        config=make_config(
            layers=2, config={"Env": ["A=1"], "Cmd": ["serve"], "Labels": {"maintainer": "Zoë"}}
        ),
    )
    point(world.public, "1.0", image)
    found = page(client, f"{PUB}/manifests/1.0")
    for text in (
        "RUN make 2",
        "2 MB",
        "[&quot;serve&quot;]",
        "Zoë",
        digest_of(b"app"),
        "# buildkit",
    ):
        assert text in found
    assert page(client, f"{PUB}/manifests/{image.digest}").count("<h1") == 1


def test_an_index_shows_platforms_apart_from_attestations(world: World, client: Client) -> None:
    images = [make_image(world.public, platform=name) for name in ("linux/amd64", "linux/arm64/v8")]
    said = attestation(world)
    index = make_index(world.public, images, attached(images[0], said))
    point(world.public, "1.0", index)
    found = page(client, f"{PUB}/manifests/1.0")
    assert found.count('href="/r/alice/pub/-/manifests/sha256:') >= 3
    assert "Provenance (SLSA)" in found
    assert "unknown/unknown" not in found
    of_image = page(client, f"{PUB}/manifests/{images[0].digest}")
    assert "Provenance (SLSA)" in of_image  # what is about it
    assert index.digest in of_image  # what it is part of
    assert images[0].digest in page(client, f"{PUB}/manifests/{said.digest}")


@pytest.mark.parametrize("suffix", ["sig", "att", "sbom"])
def test_what_cosign_tags_is_found(world: World, client: Client, suffix: str) -> None:
    image, other = make_image(world.public), make_image(world.public, layers=("x",))
    point(world.public, "1.0", image)
    point(world.public, f"{image.digest.replace(':', '-')}.{suffix}", other)
    assert other.digest in page(client, f"{PUB}/manifests/1.0")
    assert "It is about" in page(client, f"{PUB}/manifests/{other.digest}")


def test_what_the_fallback_tag_lists_is_found(world: World, client: Client) -> None:
    image, other = make_image(world.public), make_image(world.public, layers=("x",))
    point(world.public, image.digest.replace(":", "-"), make_index(world.public, [other]))
    assert other.digest in page(client, f"{PUB}/manifests/{image.digest}")


def test_nothing_of_another_repository_is_shown(world: World, client: Client) -> None:
    """The same manifest lies in a private repository, in an index and signed there."""
    image = make_image(world.public)
    twin = make_image(world.private)
    assert image.digest == twin.digest
    index = make_index(world.private, [twin])
    point(world.private, "covert-tag", index)
    signed = keep(
        world.private, {"mediaType": IMAGE, "artifactType": "x/covert"}, subject=twin.digest,
        artifact_type="x/covert",
    )  # fmt: skip
    found = page(client, f"{PUB}/manifests/{image.digest}")
    body = client.get(f"/api/v1/repositories/alice/pub/-/manifests/{image.digest}").content.decode()
    for shown in (found, body):
        assert index.digest not in shown
        assert signed.digest not in shown
        assert "covert" not in shown.lower()
    assert client.get(f"{PUB}/manifests/{index.digest}").status_code == 404


HOSTILE = "<script>alert(1)</script>\u202e\x00<img src=x onerror=alert(2)>"


def test_hostile_text_is_shown_and_does_nothing(world: World, client: Client) -> None:
    config = make_config(
        config={
            "Env": [f"A={HOSTILE}"],
            "Labels": {HOSTILE: HOSTILE},
            "Cmd": [HOSTILE],
            "Volumes": {HOSTILE: {}},
            "User": HOSTILE,
        },
        history=[{"created_by": HOSTILE, "comment": HOSTILE}],
        author=HOSTILE,
    )
    image = make_image(world.public, config=config, annotations={HOSTILE: HOSTILE})
    point(world.public, "1.0", image)
    plain = make_image(world.public, layers=("other",))
    for path in (f"{PUB}/manifests/1.0", f"{PUB}/compare?from={plain.digest}&to=1.0"):
        found = page(client, path)
        assert "<script>alert" not in found
        assert "<img src=x" not in found
        assert "\u202e" not in found
        assert "\x00" not in found
        assert "&lt;U+202E&gt;" in found


@pytest.mark.parametrize(
    "document", [b"", b"\xff", b"[[[[", b'{"layers": 7, "config": []}', b'{"a":' * 50_000]
)
def test_a_document_that_makes_no_sense_has_a_page(
    world: World, client: Client, document: bytes
) -> None:
    broken = keep(world.public, document, config=document)
    for path in (f"manifests/{broken.digest}", f"compare?from={broken.digest}&to={broken.digest}"):
        page(client, f"{PUB}/{path}")
    assert client.get(f"/api/v1/repositories/alice/pub/-/manifests/{broken.digest}").json()


def test_the_raw_document_is_text_to_be_saved(world: World, client: Client) -> None:
    image = make_image(world.public, annotations={"a": "<script>"})
    response = client.get(f"{PUB}/manifests/{image.digest}/raw")
    assert digest_of(response.content) == image.digest
    assert response["Content-Type"].startswith("text/plain")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    config = client.get(f"{PUB}/manifests/{image.digest}/raw?part=config")
    assert json.loads(config.content)["os"] == "linux"
    page(client, f"{PUB}/manifests/{image.digest}/raw?part=../../etc", 404)


@pytest.mark.parametrize(
    ("contents", "words"),
    [("", "was not asked yet"), ("gone", "no longer has"), ("too-large", "too large to be shown")],
)
def test_what_is_not_kept_says_why(world: World, client: Client, contents: str, words: str) -> None:
    row = Manifest.objects.create(
        repository=world.public, digest=digest_of(b"x"), media_type=IMAGE, contents=contents
    )
    assert words in page(client, f"{PUB}/manifests/{row.digest}")
    page(client, f"{PUB}/manifests/{row.digest}/raw", 404)


@pytest.mark.parametrize("reference", ["nope", "sha256:1", "..", "a b", "-x", "sha256:" + "0" * 64])
def test_what_is_not_there_is_not_found(world: World, client: Client, reference: str) -> None:
    for path in (
        f"manifests/{reference}",
        f"manifests/{reference}/raw",
        f"tags/{reference}/history",
    ):
        page(client, f"{PUB}/{path}", 404)


def test_pages_of_a_private_repository_are_for_its_people(world: World, client: Client) -> None:
    image = make_image(world.private)
    point(world.private, "1.0", image)
    assert world.private.visibility == Visibility.PRIVATE
    paths = (
        "tags", "tags/1.0/history", "manifests/1.0", f"manifests/{image.digest}/raw",
        "compare?from=1.0&to=1.0",
    )  # fmt: skip
    for path in paths:
        client.force_login(world.bob)
        page(client, f"/r/alice/priv/-/{path}", 404)
        assert client.get(f"/api/v1/repositories/alice/priv/-/{path}").status_code == 404
        client.force_login(world.alice)
        page(client, f"/r/alice/priv/-/{path}")
