"""Platforms as people type them and as manifests say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.platforms import fold_platform, ways_to_ask_for


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("arm64", "arm64"),
        ("Linux/ARM64", "linux/arm64"),
        ("aarch64", "arm64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("arm64/v8", "arm64"),
        ("x86_64", "amd64"),
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/amd64/v3", "linux/amd64/v3"),
        ("armv7", "arm/v7"),
        ("linux/armhf", "linux/arm/v7"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("macos/arm64", "darwin/arm64"),
        ("linux/sw_64", "linux/sw_64"),
        ("", ""),
        ("/", ""),
        ("linux//amd64", ""),
        ("linux/arm/v7/x", ""),
        ("linux/armv7/x", ""),
        ("a b", ""),
        ("a" * 81, ""),
    ],
)
def test_platforms_have_one_spelling(typed: str, folded: str) -> None:
    assert fold_platform(typed) == folded


@pytest.mark.parametrize(
    ("platform", "ways"),
    [
        ("linux/amd64", {"linux", "amd64", "linux/amd64"}),
        ("linux/arm64/v8", {"linux", "arm64", "linux/arm64"}),
        ("linux/arm/v7", {"linux", "arm", "linux/arm", "arm/v7", "linux/arm/v7"}),
        ("", set()),
        ("no platform", set()),
    ],
)
def test_a_platform_is_found_by_its_parts(platform: str, ways: set[str]) -> None:
    assert set(ways_to_ask_for(platform)) == ways


@given(st.lists(st.sampled_from(["linux", "arm", "arm64", "v8", "v7", "x86_64"])).map("/".join))
def test_folding_again_changes_nothing(typed: str) -> None:
    folded = fold_platform(typed)
    assert fold_platform(folded) == folded
    assert all(fold_platform(way) == way for way in ways_to_ask_for(typed))
