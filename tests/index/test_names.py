"""Repository names, tags, digests and references (case 8)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import NameInvalid
from index.names import (
    is_digest,
    is_tag,
    parse_familiar_name,
    parse_reference,
    parse_repository_name,
)

REFUSED = [
    "", "Alice/app", "alice/../bob", "alice//app", "/alice/app", "alice/app/", "alice/.",
    "alice/a..b", "alice/a_-b", "alice/-a", "alice/a-", "alice/a___b", "alice%2fapp", "alice/app\n",
    "alice/ap\0p", "\uff41lice/app", "\u0430lice/app", "alice/\u017ftar", "alice/" + "a" * 256,
    "a/b/c/d/e/f", "alice/app:tag", "host:5000/alice/app", "alice\\app", "alice/app ", " alice/app",
    "library", "scratch", "a" * 64, "library/base", "library/a/b", "_catalog", "alice/app@x",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_is_never_repaired(text: str) -> None:
    with pytest.raises(NameInvalid):
        parse_repository_name(text)


@pytest.mark.parametrize(
    "text", ["ubuntu", "alice/app", "a/b/c/d/e", "alice/my__app", "alice/a-b.c_d", "alice/a---b"]
)
def test_what_is_accepted_is_unchanged(text: str) -> None:
    assert parse_repository_name(text).value == text


def test_one_component_lives_in_the_root_namespace() -> None:
    assert parse_repository_name("ubuntu").is_official
    assert parse_repository_name("ubuntu").namespace == "library"
    assert parse_repository_name("alice/app").namespace == "alice"


def test_library_is_understood_where_people_type() -> None:
    assert parse_familiar_name("library/base").value == "base"
    with pytest.raises(NameInvalid):
        parse_familiar_name("library/a/b")


@given(st.text(st.sampled_from("ab0._-/AB%:\n é"), max_size=30))
def test_every_accepted_name_obeys_the_registries_grammar(text: str) -> None:
    try:
        name = parse_repository_name(text)
    except NameInvalid:
        return
    component = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    assert name.value == text
    assert re.fullmatch(rf"{component}(?:/{component})*", text)


@pytest.mark.parametrize(
    ("text", "name", "tag", "digest"),
    [
        ("alice/app", "alice/app", None, None),
        ("alice/app:1.0", "alice/app", "1.0", None),
        ("library/base:x", "base", "x", None),
        ("alice/app@sha256:" + "a" * 64, "alice/app", None, "sha256:" + "a" * 64),
        ("alice/app:1@sha256:" + "a" * 64, "alice/app", "1", "sha256:" + "a" * 64),
    ],
)
def test_a_pasted_reference_is_taken_apart(
    text: str, name: str, tag: str | None, digest: str | None
) -> None:
    reference = parse_reference(text)
    assert (reference.name.value, reference.tag, reference.digest) == (name, tag, digest)


@pytest.mark.parametrize("text", ["alice/app:", "alice/app:-x", "alice/app@sha256:12", "a@b@c"])
def test_a_broken_reference_is_refused(text: str) -> None:
    with pytest.raises(NameInvalid):
        parse_reference(text)


def test_tags_and_digests() -> None:
    assert is_tag("v1.0_x-Y")
    assert not is_tag("a" * 129)
    assert not is_tag("x\n")
    assert is_digest("sha512:" + "0" * 128)
    assert not is_digest("sha256:" + "A" * 64)
