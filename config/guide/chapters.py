"""The chapters of the guide in their order, read once by each process and language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.template import Context, Engine
from django.utils.translation import override

from config.guide.facts import facts
from config.guide.reading import Document, Section, read

FOLDER = Path(settings.BASE_DIR) / "docs" / "guide"
ENGLISH = "en"
ORDER = (
    "start",
    "login",
    "images",
    "compatibility",
    "recipes",
    "names",
    "search",
    "organizations",
    "access",
    "tags",
    "deletion",
    "webhooks",
    "promotion",
    "limits",
    "single-sign-on",
    "account",
    "news",
    "rest-api",
    "command-line",
    "errors",
    "administration",
)
FOR_ADMINISTRATORS = frozenset({"administration"})
# A fact that is not there must be seen by the test that looks for this, not left out.
NO_FACT = "[no such fact: %s]"


@dataclass(frozen=True, eq=False)
class Chapter:
    """One page of the guide in one language.

    It is equal to itself alone: what was rendered of it is kept by it.
    """

    slug: str
    document: Document

    @property
    def title(self) -> str:
        """The heading of the page."""
        return self.document.title

    @property
    def lead(self) -> str:
        """One paragraph that says what it is about."""
        return self.document.lead

    @property
    def contents(self) -> list[Section]:
        """What can be linked to."""
        return [section for section in self.document.sections if section.anchor]

    @property
    def is_for_administrators(self) -> bool:
        """Whether it names what is nobody else's business."""
        return self.slug in FOR_ADMINISTRATORS


@lru_cache(maxsize=8)
def every_chapter(language: str) -> tuple[Chapter, ...]:
    """Return all of them in a language of the site."""
    return tuple(Chapter(slug, _read(FOLDER / language / f"{slug}.md", language)) for slug in ORDER)


def chapters_for(language: str, *, is_administrator: bool) -> list[Chapter]:
    """Return those that the reader gets to see."""
    chapters = every_chapter(language)
    return [one for one in chapters if is_administrator or not one.is_for_administrators]


def _read(path: Path, language: str) -> Document:
    """Return the chapter with its facts filled in; those that are words are of its language."""
    engine = Engine(string_if_invalid=NO_FACT, autoescape=False)  # what comes out is Markdown yet
    source = engine.from_string(path.read_text(encoding="utf-8"))
    with override(language):
        return read(source.render(Context(facts(), autoescape=False)))
