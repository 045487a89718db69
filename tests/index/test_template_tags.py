"""Numbers, sizes, ages and names as people read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from index.web import number_tags as numbers
from index.web import templatetags as tags
from index.web import time_tags as times


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1234, "1.2k"), (402_110, "402k"), (1_843_221, "1.8M")],
)
def test_large_numbers_are_short(number: int, text: str) -> None:
    assert numbers.short(number) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "unknown"),
        (532, "532 B"),
        (12_345, "12.3 kB"),
        (999, "999 B"),
        (999_700, "1000 kB"),
        (77_800_000, "77.8 MB"),
        (5_000_000, "5 MB"),
        (2_100_000_000, "2.1 GB"),
        (1_234_000_000, "1.23 GB"),
        (3 * 10**12, "3 TB"),
    ],
)
def test_sizes_are_decimal(size: int | None, text: str) -> None:
    assert numbers.plain_size(size) == text


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([], "not known yet"),
        ([3_000_000], "3 MB"),
        ([3_000_000, 4_000_000], "3 to 4 MB"),
        ([900, 4_000_000], "900 B to 4 MB"),
        ([900_000, 4_000_000], "900 kB to 4 MB"),
    ],
)
def test_a_range_of_sizes_names_its_unit_once(sizes: list[int], text: str) -> None:
    assert numbers.plain_range(sizes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "just now"), (61, "1 minute ago"), (7300, "2 hours ago"), (86400 * 400, "1 year ago")],
)
def test_ages_carry_the_exact_time(seconds: int, text: str) -> None:
    html = times.age(timezone.now() - timedelta(seconds=seconds))
    assert f">{text}</time>" in html
    assert "UTC" in html


def test_what_never_happened_is_never() -> None:
    assert times.age(None) == "never"


def test_digests_are_cut_like_dockers() -> None:
    assert tags.short_digest("sha256:" + "ab" * 32) == "abababababab"


def test_one_is_singular_and_exact_numbers_are_titles() -> None:
    assert ">1 star<" in numbers.count(1, "star")
    assert 'title="1,234 pulls"' in numbers.count(1234, "pull")


def test_names_are_escaped_before_they_may_break() -> None:
    assert tags.breakable("a/<b>:c") == "a/<wbr>&lt;b&gt;:c"


def test_initials_are_escaped() -> None:
    assert "&lt;" in tags.avatar("<x>")


def test_links_move_to_the_public_url() -> None:
    assert tags.on_public_url("http://evil.test/a/b?c=d") == "http://index.test/a/b?c=d"
