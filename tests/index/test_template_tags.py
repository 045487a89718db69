"""Numbers, sizes, ages and names as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import integers

from index.web import number_tags as numbers
from index.web import templatetags as tags
from index.web import time_tags as times


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1234, "1.2k"), (402_110, "402k"), (1_843_221, "1.8M")],
)
def test_large_numbers_are_short(number: int, text: str) -> None:
    assert numbers.short(number) == text


@pytest.mark.parametrize("language", ["de", "fr"])
def test_short_numbers_have_the_decimal_point_of_the_language(language: str) -> None:
    with translation.override(language):
        assert (numbers.short(3_000), numbers.shortest(3_000)) == ("3,0k", "3k")
        assert numbers.plain_size(12_345) == "12,3 kB"


@pytest.mark.parametrize(("value", "shown"), [(None, "—"), ("", "—"), (0, 0), ("a", "a")])
def test_where_there_is_nothing_one_sign_says_so(value: object, shown: object) -> None:
    assert tags.or_nothing(value) == shown


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


def test_short_parts_of_names_do_not_break_at_their_hyphens() -> None:
    long = "a-name-that-goes-on-and-on"
    assert tags.breakable(f"acme/my-app/{long}") == (
        f'acme/<wbr><span class="nowrap">my-app</span>/<wbr>{long}'
    )
    assert tags.breakable("my-app", "-") == "my-<wbr>app"


def test_an_option_is_one_word_and_what_is_around_it_is_escaped() -> None:
    shown = tags.command_line("docker login --password-stdin <b> -u a/b")
    assert shown == (
        'docker login <span class="nowrap">--password-stdin</span> &lt;b&gt; <span class="nowrap">-u</span> a/<wbr>b'
    )


def test_initials_are_letters_and_digits_alone() -> None:
    assert tags.avatar("<x&1>").endswith(">x1</span>")


def test_links_move_to_the_public_url() -> None:
    assert tags.on_public_url("http://evil.test/a/b?c=d") == "http://index.test/a/b?c=d"


_IN_UTC_ON_PURPOSE = {"index/manage/registry.html", "maintenance.html"}  # a title, a bare page


def test_pages_say_when_and_how_large_by_the_tags_of_these_modules() -> None:
    folder = Path(settings.BASE_DIR) / "templates"
    naked = re.compile(
        r"\|\s*(date|time|timesince|timeuntil|filesizeformat|naturaltime|intcomma)\b"
    )
    found = {
        str(page.relative_to(folder))
        for page in folder.rglob("*.html")
        if naked.search(page.read_text())
    }
    assert found <= _IN_UTC_ON_PURPOSE


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-30, "in a moment"), (-90, "in 1 minute"), (-3 * 86400 - 60, "in 3 days")],
)
def test_what_is_to_come_is_not_said_to_be_past(seconds: int, text: str) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        html = times.age(timezone.now() - timedelta(seconds=seconds))
    assert f">{text}</time>" in html


def test_each_way_to_say_when_carries_the_exact_moment_in_utc() -> None:
    moment = datetime(2026, 5, 4, 23, 30, 15, tzinfo=ZoneInfo("Europe/Berlin"))
    for tag, text in (
        (times.moment, "2026-05-04 21:30 UTC"),
        (times.clock, "21:30 UTC"),
        (times.day, "2026-05-04"),
        (times.month, "May 2026"),
    ):
        html = tag(moment)
        assert f">{text}</time>" in html
        assert 'datetime="2026-05-04T21:30:15Z"' in html
        assert 'title="2026-05-04 21:30:15 UTC"' in html


def test_a_date_is_a_day_of_utc_for_everybody() -> None:
    html = times.day(date(2026, 5, 4))
    assert html == '<time datetime="2026-05-04">2026-05-04</time>'


def test_exact_bytes_and_numbers_are_titles() -> None:
    assert numbers.megabytes(77_812_345) == '<bdi title="77,812,345 bytes">77.8 MB</bdi>'
    assert numbers.compact(1_234_567) == '<bdi title="1,234,567">1.2M</bdi>'
    assert numbers.compact(999) == "999"


@given(integers(1000, 10**13))
@hypothesis_settings(deadline=None)
def test_no_size_is_shown_more_than_half_a_percent_wrong(size: int) -> None:
    number, unit = numbers.plain_size(size).split()
    shown = float(number) * {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}[unit]
    assert abs(shown - size) <= size / 200
