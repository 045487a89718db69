"""Markdown of the guide becomes sections: headings that can be linked to, text, code to copy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it.token import Token

from index.readme import parsed, safe_html

_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)(?: lang=([a-z]+))?\}\s*\Z")
_CHAPTER = re.compile(r"(?:\.\./)?([a-z-]+)\.md(#.*)?")
_SHOWN = "text"  # what a program prints: there is nothing to copy


@dataclass(frozen=True, slots=True)
class Prose:
    """Text between two pieces of code."""

    html: SafeString


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to copy, or what a program prints. `key` is unique in the chapter."""

    key: str
    text: str
    is_output: bool

    @property
    def is_one_line(self) -> bool:
        """Whether it is one command."""
        return "\n" not in self.text


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading; the first one of a chapter has none and level 1."""

    level: int
    title: str
    heading: SafeString
    anchor: str
    parts: tuple[Prose | Code, ...]
    text: str  # all that can be read in it, for the search
    language: str  # of the heading, where it is a message of docker in a translation, else ""


@dataclass(frozen=True, slots=True)
class Document:
    """One chapter as it was written."""

    title: str
    lead: str
    sections: tuple[Section, ...]


def read(source: str) -> Document:
    """Return the chapter; its first line is `# Title`, the first paragraph says what it is about."""
    title, sections = "", []
    for heading, body in _split(parsed(source)):
        if heading and heading[0].tag == "h1":
            title = _words(heading)
        sections.append(_section(heading, body))
    first = sections[0].text if sections else ""
    return Document(title, first.partition("\n")[0], tuple(sections))


def _split(tokens: Sequence[Token]) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """Yield each heading with what follows it."""
    starts = [at for at, token in enumerate(tokens) if _is_heading(token)]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tokens[start : start + 3], tokens[start + 3 : end]


def _is_heading(token: Token) -> bool:
    return token.type == "heading_open" and token.level == 0


def _section(heading: Sequence[Token], body: Sequence[Token]) -> Section:
    inline = heading[1]
    anchor, language = _take_anchor(inline) or (slugify(_words(heading)), "")
    level = int(heading[0].tag[1])
    _lead_to_chapters(body)
    _name_tables(body, _words(heading))
    parts = tuple(_parts(body, "" if level == 1 else anchor))
    title = safe_html([inline], rel=None)
    anchor = anchor if level > 1 else ""
    return Section(level, _words(heading), title, anchor, parts, _words(body), language)


def _take_anchor(inline: Token) -> tuple[str, str] | None:
    """Return what `{#… lang=…}` at the end of a heading says, and take it away."""
    found = _ANCHOR.search(inline.content)
    if not found or not inline.children:
        return None
    last = inline.children[-1]
    last.content = _ANCHOR.sub("", last.content)
    return found[1], found[2] or ""


def _lead_to_chapters(tokens: Sequence[Token]) -> None:
    """Make addresses of names of files, which is what people follow in the checkout."""
    for token in tokens:
        for child in token.children or ():
            found = _CHAPTER.fullmatch(str(child.attrGet("href") or ""))
            if found:
                child.attrSet("href", reverse("docs-page", args=[found[1]]) + (found[2] or ""))


def _name_tables(tokens: Sequence[Token], name: str) -> None:
    """Call tables what the section is called: Markdown has no words for a caption."""
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("aria-label", name)


def _parts(tokens: Sequence[Token], anchor: str) -> Iterator[Prose | Code]:
    text: list[Token] = []
    number = 0
    for token in tokens:
        if token.type != "fence" or token.level:
            text.append(token)
            continue
        if text:
            yield Prose(safe_html(text, rel=None))
        text, number = [], number + 1
        yield Code(f"code-{anchor}-{number}", token.content.rstrip("\n"), token.info == _SHOWN)
    if text:
        yield Prose(safe_html(text, rel=None))


def _words(tokens: Sequence[Token]) -> str:
    """Return what can be read, a line for each paragraph, cell or piece of code."""
    lines = []
    for token in tokens:
        if token.children is not None:
            lines.append("".join(_word(child) for child in token.children))
        elif token.type == "fence":
            lines.append(token.content)
    return "\n".join(lines)


def _word(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content
