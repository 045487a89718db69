"""Numbers and times as filters write them: `>=10`, `1k..2M`, `<30d`, `2026-01-01..`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias, TypeVar

from search.asked import Period, Range

_Bound = TypeVar("_Bound", int, datetime)
_Span: TypeAlias = tuple[_Bound | None, _Bound | None]

_OPERATION = re.compile(r"(>=|<=|>|<|=|)(.*)", re.DOTALL)
_NUMBER = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,3})?)([kmb]?)", re.ASCII)
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_TOO_MANY = 2**53  # JSON of the browsers and of OpenSearch counts exactly up to here
_AGE = re.compile(r"([0-9]{1,4})([hdwmy])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_OPEN_ENDS = frozenset({"", "*"})


class EmptySpan(ValueError):
    """Nothing lies between the two ends."""


def read_range(text: str) -> Range:
    """Return what is between; raise ValueError, EmptySpan if that is nothing."""
    return meet_ranges(Range(*_span(text, _numbers)), Range())


def read_period(text: str, now: datetime) -> Period:
    """Return the times that are meant, ages counted from `now`; raise ValueError, EmptySpan.

    A month has 30 days and a year 365; a date is its day in UTC.
    """

    def times(operator: str, operand: str) -> _Span[datetime]:
        return _times(operator, operand, now)

    try:
        return meet_periods(Period(*_span(text, times)), Period())
    except OverflowError as error:  # before the year 1 or after the year 9999
        raise ValueError from error


def meet_ranges(one: Range, other: Range) -> Range:
    """Return what is in both; raise EmptySpan if nothing is."""
    least, most = _meet((one.least, one.most), (other.least, other.most))
    if most is not None and most < (least or 0):
        raise EmptySpan
    return Range(least, most)


def meet_periods(one: Period, other: Period) -> Period:
    """Return what is in both; raise EmptySpan if nothing is."""
    since, until = _meet((one.since, one.until), (other.since, other.until))
    if since is not None and until is not None and until <= since:
        raise EmptySpan
    return Period(since, until)


def _span(text: str, compare: Callable[[str, str], _Span[_Bound]]) -> _Span[_Bound]:
    first, dots, last = text.lower().partition("..")
    if not dots:
        match = _OPERATION.fullmatch(first)
        return compare(*match.groups()) if match else (None, None)
    if first in _OPEN_ENDS and last in _OPEN_ENDS:
        raise ValueError
    low = (None, None) if first in _OPEN_ENDS else compare(">=", first)
    high = (None, None) if last in _OPEN_ENDS else compare("<=", last)
    return _meet(low, high)


def _meet(one: _Span[_Bound], other: _Span[_Bound]) -> _Span[_Bound]:
    lows = [low for low in (one[0], other[0]) if low is not None]
    highs = [high for high in (one[1], other[1]) if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _numbers(operator: str, operand: str) -> _Span[int]:
    match = _NUMBER.fullmatch(operand)
    exact = Decimal(match[1]) * _THOUSANDS[match[2]] if match else Decimal("0.5")
    number = int(exact)
    if number != exact or number >= _TOO_MANY:
        raise ValueError
    spans: dict[str, _Span[int]] = {
        ">=": (number, None),
        ">": (number + 1, None),
        "<=": (None, number),
        "<": (None, number - 1),
    }
    return spans.get(operator, (number, number))


def _times(operator: str, operand: str, now: datetime) -> _Span[datetime]:
    if match := _AGE.fullmatch(operand):
        then = now - timedelta(hours=int(match[1]) * _HOURS[match[2]])
        if operator in {"", "="}:  # nothing is 30 days old to the second
            raise ValueError
        return (None, then) if operator in {">", ">="} else (then, None)
    if not _DATE.fullmatch(operand):
        raise ValueError
    begin = datetime.combine(date.fromisoformat(operand), time(), UTC)
    end = begin + timedelta(days=1)
    spans: dict[str, _Span[datetime]] = {
        ">=": (begin, None),
        ">": (end, None),
        "<=": (None, end),
        "<": (None, begin),
    }
    return spans.get(operator, (begin, end))
