"""What an image says of itself is taken over where its repository wants that, and never believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.principals import Principal
from index.flows.apply_registry_event import apply_event
from index.flows.change_repository import describe_repository
from index.flows.follow_image import follow_image
from index.image_says import read_image, read_labels
from index.models import Manifest, ManifestContent, Repository
from index.registry_events import read_envelope
from tests.conftest import World
from tests.factories import make_envelope, make_event, make_tag

OCI = "org.opencontainers.image."
LABELS = {
    f"{OCI}description": "Serves bread",
    f"{OCI}source": "https://git.example/acme/app",
    f"{OCI}licenses": "Apache-2.0 OR MIT",
    "io.waybill.readme": "# Bread\n\nFresh.",
}


def keep(manifest: Manifest, labels: dict[str, Any], **document: Any) -> Manifest:
    """Keep an image's documents as its description does."""
    config = json.dumps({"config": {"Labels": labels}}).encode()
    ManifestContent.objects.update_or_create(
        manifest=manifest, defaults={"document": json.dumps(document).encode(), "config": config}
    )
    return manifest


def follow(repository: Repository, labels: dict[str, Any], tag: str = "latest") -> Repository:
    known = repository.tags.filter(name=tag).first()
    follow_image(keep((known or make_tag(repository, tag)).manifest, labels))
    repository.refresh_from_db()
    return repository


def switch_on(world: World) -> None:
    Repository.objects.filter(pk=world.app.pk).update(readme_from_image=True)


def test_texts_follow_the_newest_image_where_that_is_wanted(world: World) -> None:
    switch_on(world)
    app = follow(world.app, LABELS)
    assert (app.description, app.readme) == ("Serves bread", "# Bread\n\nFresh.")


def test_without_the_switch_texts_stay_and_facts_are_shown(world: World, client: Client) -> None:
    app = follow(world.app, LABELS)
    assert (app.description, app.readme) == ("", "")
    client.force_login(world.olga)
    page = client.get("/r/acme/app").content.decode()
    assert 'href="https://git.example/acme/app" rel="nofollow ugc noopener"' in page
    assert "Apache-2.0 OR MIT" in page


def test_what_somebody_writes_here_ends_it(world: World) -> None:
    switch_on(world)
    app = follow(world.app, LABELS)
    describe_repository(
        app, by=Principal(world.olga), description="Mine", readme=app.readme, from_image=True
    )
    assert not app.readme_from_image
    assert follow(app, LABELS).description == "Mine"


def test_switching_it_on_takes_the_texts_over_at_once(world: World) -> None:
    app = follow(world.app, LABELS)
    describe_repository(app, by=Principal(world.olga), description="", readme="", from_image=True)
    app.refresh_from_db()
    assert (app.readme_from_image, app.description) == (True, "Serves bread")


def test_another_tag_than_latest_says_nothing_while_there_is_a_latest(world: World) -> None:
    switch_on(world)
    follow(world.app, LABELS)
    assert follow(world.app, {f"{OCI}description": "Old"}, tag="0.1").description == "Serves bread"


def test_an_index_says_it_itself_or_by_its_first_image(world: World) -> None:
    switch_on(world)
    image = keep(
        Manifest.objects.create(repository=world.app, digest="sha256:" + "1" * 64, media_type=""),
        LABELS,
    )
    index = make_tag(world.app).manifest
    index.children = [{"digest": image.digest}]
    index.save()
    index.entries.create(digest=image.digest)
    keep(index, {})
    follow_image(image)
    world.app.refresh_from_db()
    assert world.app.description == "Serves bread"
    follow_image(keep(index, {}, annotations={f"{OCI}description": "Annotated"}))
    world.app.refresh_from_db()
    assert world.app.description == "Annotated"


def test_a_long_description_is_cut_at_a_word_and_shown_whole_as_readme() -> None:
    says = read_labels({f"{OCI}description": "word " * 40})
    assert len(says.description) <= 100
    assert says.description.endswith("word…")
    assert says.readme == ("word " * 40).strip()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "http://plain.example/x", "https://user:secret@evil.example/",
        "https://evil.example/\u202ea", "//evil.example", "https://[", "https://a b", "x" * 600,
        "https://h:99999/", 17, None, ["https://a.example"], "data:text/html,x", "https://",
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_the_web_is_left_out(address: Any) -> None:
    assert read_labels({f"{OCI}source": address, f"{OCI}url": address}).facts == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("git@git.example:acme/app.git", "https://git.example/acme/app"),
        ("git+https://git.example/acme/app.git", "https://git.example/acme/app"),
    ],
)
def test_sources_written_as_gits_become_links(written: str, read: str) -> None:
    assert read_labels({f"{OCI}source": written}).source == read


def test_terminals_and_readers_are_not_deceived() -> None:
    says = read_labels({f"{OCI}description": "a\x1b[31m\u202eb\nc", f"{OCI}licenses": "<b>"})
    assert "\x1b" not in says.description
    assert "\u202e" not in says.description
    assert "\n" not in says.description
    assert says.licences == ""


@pytest.mark.parametrize("labels", [None, [], "x", {"a": {"b": 1}}, {f"{OCI}description": 1}])
def test_documents_of_any_shape_say_nothing(labels: Any) -> None:
    says = read_image({"annotations": labels}, {"config": {"Labels": labels}})
    assert says.facts == {}
    assert says.description == says.readme == ""


def test_markdown_of_strangers_is_shown_safely(world: World, client: Client) -> None:
    switch_on(world)
    follow(world.app, {"io.waybill.readme": "**b** <script>x</script> [a](javascript:x)"})
    client.force_login(world.olga)
    page = client.get("/r/acme/app").content.decode()
    assert "<strong>b</strong>" in page
    assert "<script>x" not in page
    assert "javascript:x" not in page.replace("[a](javascript:x)", "")


def test_a_tag_that_moves_to_an_image_that_is_known_is_followed(world: World) -> None:
    switch_on(world)
    older = make_tag(world.app, "1.0")
    Manifest.objects.update(described_at=timezone.now())
    keep(older.manifest, LABELS)
    event = make_event("push", "acme/app", digest=older.manifest.digest, tag="latest")
    (read,) = read_envelope(make_envelope(event))
    apply_event(read, world.east)
    world.app.refresh_from_db()
    assert world.app.description == "Serves bread"
