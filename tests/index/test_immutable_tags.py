"""Tags that never change: patterns, and what is refused before a registry sees it."""

from __future__ import annotations

import time
from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from index.errors import PatternRefused, RegistrySilent, TagIsImmutable, TagsRefused
from index.immutable_tags import refuse_blob_deletion, refuse_change
from index.models import Manifest, Repository, TagClaim
from index.tag_patterns import MOST_PATTERNS, frozen_by, matching, parse_patterns
from tests.conftest import World
from tests.factories import make_tag
from tests.registry_stub import RegistryStub, serve

NAME = "acme/app"


@pytest.fixture
def app(world: World, stub: RegistryStub) -> Repository:
    """acme/app, in which nothing that begins with v changes."""
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["v*"])
    return Repository.objects.select_related("registry").get(pk=world.app.pk)


# Patterns


@given(
    st.text("ab*", min_size=1, max_size=8).filter(lambda text: "**" not in text),
    st.text("ab", max_size=10),
)
def test_a_pattern_matches_what_a_shell_would_match(pattern: str, tag: str) -> None:
    assert bool(frozen_by([pattern], tag)) == fnmatchcase(tag, pattern)


@given(st.sampled_from(["*", "a*", "*b", "a*b", "aba"]), st.sets(st.text("ab", max_size=4)))
def test_of_many_tags_those_match_that_match_one_by_one(pattern: str, tags: set[str]) -> None:
    assert matching(pattern, tags) == {tag for tag in tags if frozen_by([pattern], tag)}


def test_the_dot_of_a_pattern_is_a_dot() -> None:
    assert frozen_by(["1.2.3"], "1.2.3") == "1.2.3"
    assert frozen_by(["1.2.3"], "1x2x3") == ""


def test_stars_do_not_match_the_same_characters_twice() -> None:
    assert frozen_by(["v1*1"], "v1") == ""
    assert frozen_by(["*rc*rc*"], "v1-rc") == ""


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["v**"], "two stars"),
        (["-v"], "no pattern"),
        (["v[0-9]"], "no pattern"),
        (["v 1"], "no pattern"),
        (["v1\n"], "no pattern"),
        (["ü"], "no pattern"),
        ([""], "no pattern"),
        (["v" * 129], "at most 128"),
        (["v*", "v*"], "twice"),
        ([f"v{number}" for number in range(MOST_PATTERNS + 1)], "at most 20 patterns"),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_rule(texts: list[str], words: str) -> None:
    with pytest.raises(PatternRefused, match=words):
        parse_patterns(texts)


def test_patterns_stay_as_they_came() -> None:
    assert parse_patterns(["v*", "*", "1.2.3", "_x"]) == ["v*", "*", "1.2.3", "_x"]


# Pushes


def test_a_tag_that_is_there_is_not_pushed_again(app: Repository, stub: RegistryStub) -> None:
    make_tag(app, "v1")
    with pytest.raises(TagIsImmutable, match=r"acme/app:v1 is already there .*push under a new"):
        refuse_change(app, "PUT", "v1")
    assert stub.requests == []


def test_a_tag_that_no_notification_told_of_is_found_in_the_registry(
    app: Repository, stub: RegistryStub
) -> None:
    stub.push_image(NAME, "v1")
    for _ in range(2):  # and the refused push is no claim that would say something else
        with pytest.raises(TagIsImmutable, match="already there"):
            refuse_change(app, "PUT", "v1")


def test_the_registry_is_asked_by_the_name_that_it_knows(
    app: Repository, stub: RegistryStub
) -> None:
    app.stored_name = "old/app"
    stub.push_image("old/app", "v1")
    with pytest.raises(TagIsImmutable):
        refuse_change(app, "PUT", "v1")


@pytest.mark.parametrize("fault", ["500", "401", "reset"])
def test_while_the_registry_is_in_trouble_nothing_goes_on(
    app: Repository, stub: RegistryStub, fault: str
) -> None:
    stub.faults = [fault]
    with pytest.raises(RegistrySilent, match="try again"):
        refuse_change(app, "PUT", "v1")
    refuse_change(app, "PUT", "v1")  # nothing holds it back once the registry answers


def test_a_new_tag_and_one_that_may_change_go_on(app: Repository, stub: RegistryStub) -> None:
    make_tag(app, "latest")
    refuse_change(app, "PUT", "v1")
    refuse_change(app, "PUT", "latest")
    refuse_change(app, "DELETE", "latest")
    refuse_change(app, "PUT", f"sha256:{'a' * 64}")


def test_of_two_first_pushes_the_second_waits(app: Repository, stub: RegistryStub) -> None:
    refuse_change(app, "PUT", "v1")
    refuse_change(app, "PUT", "v2")
    with pytest.raises(TagIsImmutable, match="in a minute"):
        refuse_change(app, "PUT", "v1")
    with time_machine.travel(timezone.now() + TagClaim.HOLDS + timedelta(seconds=1)):
        refuse_change(app, "PUT", "v1")  # the first one failed
    assert TagClaim.objects.count() == 1


def test_tags_of_a_manifest_put_by_digest_count_as_well(
    app: Repository, stub: RegistryStub
) -> None:
    make_tag(app, "v1")
    with pytest.raises(TagIsImmutable):
        refuse_change(app, "PUT", f"sha256:{'a' * 64}", "tag=latest&t%61g=v1")
    refuse_change(app, "PUT", "v2", "tag=v2")


def test_more_tags_than_ten_are_refused_before_anything_is_asked(
    app: Repository, stub: RegistryStub
) -> None:
    digest = f"sha256:{'a' * 64}"
    query = "&".join(f"tag=v{number}" for number in range(11))
    with (
        CaptureQueriesContext(connection) as seen,
        pytest.raises(TagsRefused, match="at most 10 tags, not 11"),
    ):
        refuse_change(app, "PUT", digest, query)
    assert stub.requests == []
    assert not seen.captured_queries
    refuse_change(app, "PUT", digest, query.replace("v10", "v1"))
    assert len(stub.requests) == 10


class SlowRegistry(RegistryStub):
    """Each of its answers takes a second by the clock that deadlines are measured with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._late = 0
        clock = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: clock() + self._late)

    def answer(
        self, method: str, path: str, body: bytes = b"", media_type: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        self._late += 1
        return super().answer(method, path, body, media_type)


def test_all_tags_of_a_push_share_the_two_seconds(
    app: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(SlowRegistry(monkeypatch)) as slow:
        app.registry.upstream_url = slow.url
        with pytest.raises(RegistrySilent):
            refuse_change(app, "PUT", f"sha256:{'a' * 64}", "tag=v1&tag=v2&tag=v3&tag=v4")
    assert len(slow.requests) == 2
    assert not TagClaim.objects.exists()


def test_a_push_that_one_tag_refuses_holds_no_other_back(
    app: Repository, stub: RegistryStub
) -> None:
    stub.push_image(NAME, "v2")
    with pytest.raises(TagIsImmutable, match="acme/app:v2 is already there"):
        refuse_change(app, "PUT", f"sha256:{'a' * 64}", "tag=v1&tag=v2")
    refuse_change(app, "PUT", "v1")


@pytest.mark.parametrize("tag", ["v" * 129, "v1/../v2", "v%00", "v%0d%0ax"])
def test_what_is_no_tag_is_neither_claimed_nor_asked_for(
    app: Repository, stub: RegistryStub, tag: str
) -> None:
    with pytest.raises(TagsRefused, match="is no tag"):
        refuse_change(app, "PUT", f"sha256:{'a' * 64}", f"tag={tag}")
    assert stub.requests == []
    assert not TagClaim.objects.exists()


# Deletions


def test_an_immutable_tag_is_not_deleted(app: Repository) -> None:
    with pytest.raises(TagIsImmutable, match=r"acme/app:v1 is immutable \(v\*\)"):
        refuse_change(app, "DELETE", "v1")


def test_nor_the_digest_that_it_points_to(app: Repository, stub: RegistryStub) -> None:
    digest = make_tag(app, "v1").manifest.digest
    with pytest.raises(TagIsImmutable, match="needs this manifest"):
        refuse_change(app, "DELETE", digest)
    assert stub.requests == []


def test_nor_an_image_of_the_index_that_it_points_to(app: Repository, stub: RegistryStub) -> None:
    manifest = make_tag(app, "v1").manifest
    child = f"sha256:{'c' * 64}"
    Manifest.objects.filter(pk=manifest.pk).update(children=[{"digest": child, "platform": ""}])
    with pytest.raises(TagIsImmutable):
        refuse_change(app, "DELETE", child)


def test_nor_what_the_registry_alone_knows_it_points_to(
    app: Repository, stub: RegistryStub
) -> None:
    child = stub.push_image(NAME)
    index = stub.push_index(NAME, "v1", [child])
    for digest in (child, index):
        with pytest.raises(TagIsImmutable, match="acme/app:v1"):
            refuse_change(app, "DELETE", digest)


def test_nor_where_our_row_is_of_yesterday(app: Repository, stub: RegistryStub) -> None:
    make_tag(app, "v1")
    digest = stub.push_image(NAME, "v1")
    with pytest.raises(TagIsImmutable):
        refuse_change(app, "DELETE", digest)


def test_what_only_a_tag_that_may_change_points_to_is_deleted(
    app: Repository, stub: RegistryStub
) -> None:
    stub.push_image(NAME, "v1", layer=b"one")
    refuse_change(app, "DELETE", stub.push_image(NAME, "latest", layer=b"other"))


def test_while_the_registry_is_silent_nothing_is_deleted(
    app: Repository, stub: RegistryStub
) -> None:
    digest = stub.push_image(NAME, "latest")
    stub.faults = ["500"]
    with pytest.raises(RegistrySilent):
        refuse_change(app, "DELETE", digest)


def test_more_tags_than_can_be_asked_about_are_waited_for(
    app: Repository, stub: RegistryStub
) -> None:
    digest = stub.push_image(NAME, *(f"v{number}" for number in range(21)), layer=b"one")
    with pytest.raises(RegistrySilent):
        refuse_change(app, "DELETE", digest)


def test_no_blob_is_deleted_by_itself(app: Repository) -> None:
    with pytest.raises(TagIsImmutable, match="no blob"):
        refuse_blob_deletion(app)
