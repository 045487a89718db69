"""The grammar of scopes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenauth.errors import InvalidRequest
from tokenauth.scopes import ResourceScope, parse_scope, parse_scopes

words = st.text(st.sampled_from("abcxyz019(){}:/,.*-_ \t\n%é"), max_size=40)


@pytest.mark.parametrize(
    ("text", "kind", "name", "actions"),
    [
        ("repository:a/b:pull", "repository", "a/b", {"pull"}),
        ("repository:host:5000/a/b:pull,push", "repository", "host:5000/a/b", {"pull", "push"}),
        ("repository(plugin):a/b:pull", "repository(plugin)", "a/b", {"pull"}),
        ("registry:catalog:*", "registry", "catalog", {"*"}),
        ("repository:a:pull,,push,", "repository", "a", {"pull", "push"}),
        ("repository:a:", "repository", "a", set()),
    ],
)
def test_type_ends_at_the_first_colon_and_actions_begin_after_the_last(
    text: str, kind: str, name: str, actions: set[str]
) -> None:
    assert parse_scope(text) == ResourceScope(kind, name, frozenset(actions))


@pytest.mark.parametrize("text", ["", "repository", "repository:a", ":a:pull", "repository::pull",
                                  "Repository:a:pull", "repository:ä:pull"])  # fmt: skip
def test_what_is_no_scope_is_dropped(text: str) -> None:
    assert parse_scope(text) is None


@given(words)
def test_what_is_accepted_reads_back_the_same(text: str) -> None:
    scope = parse_scope(text)
    if scope is not None:
        assert parse_scope(str(scope)) == scope


@given(
    st.lists(
        st.sampled_from(["repository:a:pull", "repository:a:push", "repository:b:pull"]),
        max_size=50,
    )
)
def test_repeated_and_joined_scopes_are_the_same(texts: list[str]) -> None:
    assert parse_scopes(texts) == parse_scopes([" ".join(texts)])


def test_duplicates_are_merged() -> None:
    scopes = parse_scopes(["repository:x:pull repository:x:pull,push"])
    assert scopes == [ResourceScope("repository", "x", frozenset({"pull", "push"}))]


def test_one_malformed_scope_never_widens_the_others() -> None:
    scopes = parse_scopes(["repository:x:pull", "nonsense", "repository:y\tz:push"])
    assert ResourceScope("repository", "x", frozenset({"pull"})) in scopes
    assert not [scope for scope in scopes if scope.name == "x" and "push" in scope.actions]


def test_more_than_50_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        parse_scopes([f"repository:a{number}:pull" for number in range(51)])
