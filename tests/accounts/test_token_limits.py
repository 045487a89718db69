"""How far a token reaches: patterns, actions, networks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import CredentialRefused
from accounts.token_limits import check_pattern, is_inside, read_limits, read_networks
from index.errors import NameInvalid
from index.names import parse_repository_name

TEXTS = st.text(alphabet="abz09-_./*", max_size=24)


@given(TEXTS)
def test_a_pattern_without_a_star_is_accepted_exactly_where_a_repository_name_is(text: str) -> None:
    if "*" in text:
        return
    try:
        parse_repository_name(text)
        is_name = True
    except NameInvalid:
        is_name = False
    assert _is_pattern(text) == is_name


@given(TEXTS)
def test_every_accepted_pattern_reaches_a_repository_that_can_exist(text: str) -> None:
    if _is_pattern(text):
        name = text.replace("*", "x") if "/" in text else text.replace("*", "anything/at-all")
        assert parse_repository_name(name).value == name
        assert read_limits([text], [], []).reaches(name)


@given(TEXTS, TEXTS)
def test_a_pattern_never_reaches_over_the_border_of_a_namespace(pattern: str, name: str) -> None:
    if _is_pattern(pattern) and pattern != "*" and read_limits([pattern], [], []).reaches(name):
        assert name.split("/")[0] == pattern.split("/")[0]


@pytest.mark.parametrize(
    "wrong",
    ["", "acme*", "**", "*/app", "acme/**", "acme/*/app", "acme//*", "Acme/*", "acme/.*", "a b",
     "acme/app:1", "acme/app@sha256:0", "../*", "acme/*\n", "acme/%", "acme/_*", "é/*", "x" * 201],
)  # fmt: skip
def test_other_patterns_are_refused(wrong: str) -> None:
    with pytest.raises(CredentialRefused):
        check_pattern(wrong)


def test_pull_is_always_among_the_actions() -> None:
    assert read_limits(["acme/app"], ["push"], []).actions == {"pull", "push"}


@pytest.mark.parametrize("actions", [["admin"], ["*"], ["PUSH"], [""]])
def test_unknown_actions_are_refused(actions: list[str]) -> None:
    with pytest.raises(CredentialRefused):
        read_limits(["*"], actions, [])


@pytest.mark.parametrize("count", [0, 21])
def test_there_are_one_to_twenty_patterns(count: int) -> None:
    with pytest.raises(CredentialRefused):
        read_limits([f"acme/app{number}" for number in range(count)], [], [])


@pytest.mark.parametrize(
    "wrong",
    ["10.0.0.1/24", "10.0.0", "localhost", "0x7f000001", "127.1", "::ffff:10.0.0.0/104",
     "fe80::1%eth0", "10.0.0.0/33", "", "10.0.0.0/8 "],
)  # fmt: skip
def test_what_is_no_network_is_refused(wrong: str) -> None:
    with pytest.raises(CredentialRefused):
        read_networks([wrong])


def test_one_address_is_a_network_of_its_own() -> None:
    assert read_networks(["203.0.113.7", "2001:db8::1"]) == ("203.0.113.7/32", "2001:db8::1/128")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("11.0.0.1", False), ("2001:db8::9", True),
        ("2001:db9::9", False), ("", False), ("unix:", False),
    ],
)  # fmt: skip
def test_an_address_is_inside_or_not(address: str, *, expected: bool) -> None:
    assert is_inside(address, ["10.0.0.0/8", "2001:db8::/32"]) is expected


def test_no_networks_are_everywhere() -> None:
    assert is_inside("", [])


def _is_pattern(text: str) -> bool:
    try:
        return check_pattern(text) == text
    except CredentialRefused:
        return False
