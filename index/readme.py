"""README text: Markdown in, HTML out that is safe to put into a page (case 28)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import nh3
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

MAXIMUM_LENGTH = 25_000  # Docker Hub's; some input costs time with the square of its length
_VERSION = 2  # part of the cache key: raise it when the output changes
_CACHE_SECONDS = 24 * 3600
_STRANGERS = "nofollow ugc noopener"
_LEVELS_DOWN = 2  # the page has its h1, the README's place an h2

_TAGS = {
    "a", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr",
    "kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"}, "ol": {"start"}, "table": {"aria-label"}, "th": {"scope"},
}  # fmt: skip
_OPTION = re.compile(r"<code>(?=-{1,2}[a-z][\w=-]*</code>)")
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_WITHOUT_TABLES = MarkdownIt("commonmark").enable(["strikethrough"])
# A row may be shorter than its header, and the parser fills it up: 15 kB of text became a million
# cells and 30 seconds. What could fill more cells than this is shown without tables.
_MOST_CELLS = 20_000


def render_readme(text: str) -> SafeString:
    """Return the HTML of a README; remembered, for the worst takes half a second."""
    text = text[:MAXIMUM_LENGTH]
    key = f"readme:{_VERSION}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"
    html = cache.get(key)
    if not isinstance(html, str):
        parser = _parser_for(text)
        html = str(safe_html(_lower(parser.parse(text))))
        cache.set(key, html, _CACHE_SECONDS)
    return mark_safe(html)  # noqa: S308 - nh3 has let through what is listed above alone


def parsed(text: str) -> list[Token]:
    """Return Markdown as its tokens, headings where they are: for texts that are ours."""
    return _PARSER.parse(text)


def safe_html(tokens: Sequence[Token], *, rel: str | None = _STRANGERS) -> SafeString:
    """Return the HTML of tokens; `rel` is what links say of where they lead, None in texts that are ours."""
    for token in tokens:
        if token.type == "th_open":  # Markdown knows headers of columns alone
            token.attrSet("scope", "col")
    html = _clean(_PARSER.renderer.render(tokens, _PARSER.options, {}), rel)
    if rel is None:  # ours: an option stays on one line, and browsers break after its hyphens
        html = _OPTION.sub('<code class="nowrap">', html)
    return mark_safe(html)  # noqa: S308 - as above


def _parser_for(text: str) -> MarkdownIt:
    lines = text.splitlines()
    widest = max((line.count("|") for line in lines), default=0)
    return _PARSER if widest * len(lines) <= _MOST_CELLS else _WITHOUT_TABLES


def _lower(tokens: Sequence[Token]) -> Sequence[Token]:
    """Move headings down, so that the page keeps one h1."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + _LEVELS_DOWN, 6)}"
    return tokens


def _clean(html: str, rel: str | None) -> str:
    """Keep text, structure and links. No images: they would tell a third party who reads this."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=rel,
    )
