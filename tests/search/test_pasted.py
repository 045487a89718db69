"""The name in what people paste."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.pasted import familiar, is_beginning_of_name, is_reference, name_in

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("redis", "redis"),
        ("redis:7", "redis"),
        ("redis:7.2-alpine", "redis"),
        ("acme/app:7", "acme/app"),
        (f"app@{DIGEST}", "app"),
        (f"app:7@{DIGEST}", "app"),
        ("app@sha256:0123", "app"),
        ("localhost:5000/app", "app"),
        ("localhost/app", "app"),
        ("localhost:5000/acme/app:7", "acme/app"),
        ("127.0.0.1:5000/app", "app"),
        ("[::1]:5000/app", "app"),
        ("index.example/acme/app", "acme/app"),
        ("docker.io/library/redis:7", "library/redis"),
        ("http://index.example/r/acme/app", "acme/app"),
        ("https://index.example/r/acme/app/-/tags?page=2#top", "acme/app"),
        ("HTTPS://hub.docker.com/_/redis", "redis"),
        ("docker://index.example:5000/acme/app:7", "acme/app"),
        ("https://redis.io", "redis.io"),
        ("https://redis.io/", "redis.io"),
        # what is none stays as it is
        ("node.js", "node.js"),
        ("acme/node.js", "acme/node.js"),
        ("index.example/", "index.example/"),
        ("bob@example.com", "bob@example.com"),
        ("std::vector", "std::vector"),
        ("a:b:c", "a:b:c"),
        (":7", ":7"),
        ("a:", "a:"),
    ],
)
def test_the_name_is_found(pasted: str, name: str) -> None:
    assert name_in(pasted) == name


@pytest.mark.parametrize(
    "typed", ["redis:7", "localhost:5000/app", "http://a:b:c", f"app@{DIGEST}"]
)
def test_references_and_addresses_are_known(typed: str) -> None:
    assert is_reference(typed)


@pytest.mark.parametrize("typed", ["foo:", "foo:>3", "foo:a/b", "foo:<30d", "a:b:c"])
def test_other_texts_with_a_colon_are_no_references(typed: str) -> None:
    assert not is_reference(typed)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Library/Ubuntu", "ubuntu"),
        ("library/", "library/"),
        ("library", "library"),
        ("A/B", "a/b"),
    ],
)
def test_official_images_have_no_library(name: str, shown: str) -> None:
    assert familiar(name) == shown


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("acme/", True), ("redis-", True), ("-a", False), ("é", False), ("", False)],
)
def test_beginnings_of_names(text: str, is_one: bool) -> None:  # noqa: FBT001 (a table)
    assert is_beginning_of_name(text) == is_one


@given(st.text(st.sampled_from("a1:/@.[]?#-_ lochst")) | st.text())
def test_every_text_has_something_left_that_was_typed(text: str) -> None:
    assert name_in(text) in text
