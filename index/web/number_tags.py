"""Numbers and sizes as people read them, each with the exact one behind it.

In `<bdi>`: in a text from right to left "12 MB" would stand there as "MB 12".
"""

from __future__ import annotations

from django import template
from django.utils.formats import get_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

register = template.Library()

_SHORT = ((10**9, "G"), (10**6, "M"), (10**3, "k"))
_NOUNS = {
    "grant": ngettext_lazy("%(n)s grant", "%(n)s grants", "exact"),
    "image": ngettext_lazy("%(n)s image", "%(n)s images", "exact"),
    "key": ngettext_lazy("%(n)s key", "%(n)s keys", "exact"),
    "layer": ngettext_lazy("%(n)s layer", "%(n)s layers", "exact"),
    "manifest": ngettext_lazy("%(n)s manifest", "%(n)s manifests", "exact"),
    "pull": ngettext_lazy("%(n)s pull", "%(n)s pulls", "exact"),
    "push": ngettext_lazy("%(n)s push", "%(n)s pushes", "exact"),
    "repository": ngettext_lazy("%(n)s repository", "%(n)s repositories", "exact"),
    "star": ngettext_lazy("%(n)s star", "%(n)s stars", "exact"),
    "tag": ngettext_lazy("%(n)s tag", "%(n)s tags", "exact"),
    "unused code": ngettext_lazy("%(n)s unused code", "%(n)s unused codes", "exact"),
}
_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


@register.filter
def grouped(number: int) -> str:
    """Return a number with a mark at each thousand, as the language of the page has it: 5,000."""
    return number_format(number, force_grouping=True)


@register.filter
def compact(number: int) -> SafeString | str:
    """Return a short form of a large number, 1.2k of 1234, with the exact one as title."""
    if number < 1000:
        return str(number)
    return format_html('<bdi title="{}">{}</bdi>', grouped(number), short(number))


@register.filter
def megabytes(size: int | None) -> SafeString | str:
    """Return a size as `docker images` prints it, with the exact bytes as title."""
    if size is None:
        return _("unknown")
    exact = _("%(bytes)s bytes") % {"bytes": grouped(size)}
    return format_html('<bdi title="{}">{}</bdi>', exact, plain_size(size))


@register.filter
def size_range(sizes: list[int]) -> SafeString | str:
    """Return the smallest and the largest size of a tag's images; the unit once if it is one."""
    if not sizes:
        return _("not known yet")
    exact = _("%(bytes)s bytes") % {"bytes": ", ".join(map(grouped, sizes))}
    return format_html('<bdi title="{}">{}</bdi>', exact, plain_range(sizes))


@register.simple_tag
def count(number: int, noun: str) -> SafeString:
    """Return "1.2k stars", with the exact number as title; `noun` is one of the list above."""
    exact, shown = (
        _NOUNS[noun] % {"exact": number, "n": text} for text in (grouped(number), short(number))
    )
    return format_html('<span title="{}">{}</span>', exact, shown)


@register.filter
def plain_size(size: int | None) -> str:
    """Return a size without markup: decimal units and three digits, as docker prints it."""
    if size is None:
        return _("unknown")
    for unit_size, unit in _UNITS:
        if size >= unit_size:
            return f"{_three_digits(size / unit_size)} {unit}"
    return f"{size} B"


def plain_range(sizes: list[int]) -> str:
    """Return two sizes without markup; one if they look the same."""
    texts = list(dict.fromkeys(plain_size(size) for size in sizes))
    if len(texts) < 2:
        return texts[0] if texts else _("not known yet")
    low, low_unit = texts[0].split()
    low_text = low if texts[1].endswith(f" {low_unit}") else texts[0]
    return _("%(low)s to %(high)s") % {"low": low_text, "high": texts[1]}


@register.filter
def short(number: int) -> str:
    """Return a short form of a large number without markup: 1.2k."""
    for size, unit in _SHORT:
        if number >= size:
            value = number / size
            return f"{_pointed(f'{value:.1f}') if value < 100 else f'{value:.0f}'}{unit}"
    return str(number)


def shortest(number: int) -> str:
    """Return the same without a zero behind the point: 3k."""
    return short(number).replace(_pointed(".0"), "")


def _three_digits(value: float) -> str:
    """Return 1.23, 12.3 or 123; docker's own "1e+03" of 999.7 is not copied."""
    return f"{value:.0f}" if value >= 100 else _pointed(f"{value:.3g}")


def _pointed(number: str) -> str:
    """Return it with the decimal point of the page's language."""
    return number.replace(".", get_format("DECIMAL_SEPARATOR"))
