"""How popular a repository is, as the days go by."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from search.popularity import MOST_POPULAR, popularity

TODAY = date(2026, 6, 15)
LONG_AGO = TODAY - timedelta(days=700)

days = st.dates(date(2021, 1, 1), date(2030, 1, 1))
counted = st.tuples(
    st.lists(st.tuples(days, st.integers(1, 10**6)), max_size=5),
    st.integers(0, 10**9),
    st.integers(0, 10**5),
    days,
)


def of(pulls: dict[date, int] | None = None, *, older: int = 0, stars: int = 0, last: date = TODAY) -> int:  # fmt: skip
    """The popularity of a repository."""
    return popularity((pulls or {}).items(), older_pulls=older, stars=stars, last=last)


def test_what_nobody_pulls_or_stars_is_not_popular() -> None:
    assert of() == 0
    assert of(last=LONG_AGO) == 0


def test_pulls_of_today_count_more_than_those_of_long_ago() -> None:
    assert of({TODAY: 1_000}) > of({LONG_AGO: 1_000})


def test_a_pull_counts_half_after_half_a_year() -> None:
    half_a_year_ago = TODAY - timedelta(days=180)
    assert of({TODAY: 1_000}) == of({half_a_year_ago: 2_000})


def test_a_star_counts_as_fifty_pulls() -> None:
    assert of(stars=10) == of(older=500)


def test_what_nobody_looks_after_fades() -> None:
    assert of(older=10**6, stars=100, last=LONG_AGO) < of(older=10**6, stars=100)


def test_more_is_never_less() -> None:
    steps = [of(older=2**power) for power in range(40)]
    assert all(less < more for less, more in pairwise(steps))


@given(one=counted, more=st.integers(0, 10**6))
def test_one_more_pull_never_harms(one: tuple, more: int) -> None:  # type: ignore[type-arg]
    pulls, older, stars, last = one
    before = popularity(pulls, older_pulls=older, stars=stars, last=last)
    after = popularity([*pulls, (last, more)], older_pulls=older, stars=stars, last=last)
    assert 0 <= before <= after <= MOST_POPULAR


@given(one=counted, other=counted, days_later=st.integers(0, 3_000))
def test_the_order_stays_as_time_passes(one: tuple, other: tuple, days_later: int) -> None:  # type: ignore[type-arg]
    """Counted from any day on: whoever was first stays first, but for what steps round away."""
    later = timedelta(days=days_later)

    def at(counts: tuple, shift: timedelta) -> int:  # type: ignore[type-arg]
        pulls, older, stars, last = counts
        moved = [(day + shift, number) for day, number in pulls]
        return popularity(moved, older_pulls=older, stars=stars, last=last + shift)

    apart = at(one, timedelta()) - at(other, timedelta())
    if abs(apart) > 1:
        assert (at(one, later) - at(other, later)) * apart >= 0
