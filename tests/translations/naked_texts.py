"""Finds text of templates that stands outside of translate tags, without xgettext."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SILENT = re.compile(
    r"\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}|\{#.*?#\}"
    r"|\{%\s*blocktranslate\b.*?\{%\s*endblocktranslate\s*%\}"
    r"|<(pre|script|style|svg|code|kbd)\b(?:\{%.*?%\}|\{\{.*?\}\}|[^>])*>.*?</\1>",
    re.DOTALL,
)
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_READABLE = re.compile(
    r"\b(?:title|aria-label|placeholder|alt|data-label)=\"((?:\{%.*?%\}|\{\{.*?\}\}|[^\"])*)\"",
    re.DOTALL,
)
# Arguments of components that are shown as they come.
_GIVEN = re.compile(r"\s(?:label|sentence|title|placeholder|page|none|empty|what)=\"([^\"]+)\"")
_HTML = re.compile(r"<(?:\{%.*?%\}|\{\{.*?\}\}|\"[^\"]*\"|[^>\"])*>", re.DOTALL)
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
# French puts a space before it; a reference, name:tag, has none behind it either.
_COLON = re.compile(r":\s")
_ENTITY = re.compile(r"&[a-z#0-9]+;")


def naked_texts(source: str, *, is_html: bool = True) -> Iterator[str]:
    """Yield each text with a word in it, or a colon before one, that no tag translates."""
    bare = _SILENT.sub(" ", source)
    for include in re.findall(r"\{%\s*include\b.*?%\}", bare, re.DOTALL):
        yield from (text for text in _GIVEN.findall(include) if _WORD.search(text))
    if is_html:
        for value in _READABLE.findall(bare):
            yield from _words(_TAGS.sub("\n", value))
        bare = _HTML.sub("\n", bare)
    yield from _words(_TAGS.sub("\n", bare))


def _words(text: str) -> Iterator[str]:
    for line in _ENTITY.sub(" ", text).splitlines():
        if _WORD.search(line) or _COLON.match(line):
            yield line.strip()
