"""The guide in other languages: the same chapters, anchors, commands and links, looked at again when the English changes."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256

import pytest
from django.conf import settings
from django.test import Client

from config.catalogues import read_catalogue
from config.guide.chapters import ENGLISH, FOLDER, ORDER, chapters_for, every_chapter
from config.guide.finding import find

TRANSLATIONS = [code for code, _ in settings.LANGUAGES if code != ENGLISH]
_HEADING = re.compile(r"^(#+) .*\{#([a-z0-9-]+)", re.MULTILINE)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)]+)\)")
_TAG = re.compile(r"\{% (.+?) %\}")
_FACT = re.compile(r"\{\{ ([a-zA-Z_.]+)")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_ASIDE = re.compile(r"<.*?>.*?</.*?>|%\(\w+\)s")

in_every_translation = pytest.mark.parametrize("language", TRANSLATIONS)
of_every_chapter = pytest.mark.parametrize("slug", ORDER)


def source(language: str, slug: str) -> str:
    """Return a chapter as it was written."""
    return (FOLDER / language / f"{slug}.md").read_text(encoding="utf-8")


def fences(text: str) -> list[tuple[str, str]]:
    """Return its blocks of code; of what is only shown, the first line, for the others may be words."""
    found = _FENCE.findall(text)
    return [(kind, code.split("\n")[0] if kind == "text" else code) for kind, code in found]


def prose(text: str) -> str:
    """Return it without its blocks of code."""
    return _FENCE.sub("", text)


def places(language: str, query: str) -> list[str]:
    """Return where the guide of a language says it: `chapter#anchor`."""
    chapters = chapters_for(language, is_administrator=False)
    return [f"{hit.chapter.slug}#{hit.section.anchor}" for hit in find(chapters, query).hits]


@of_every_chapter
@in_every_translation
def test_a_translation_was_looked_at_after_its_english_changed(language: str, slug: str) -> None:
    line = f"{{# English: {sha256(source(ENGLISH, slug).encode()).hexdigest()[:12]} #}}"
    assert source(language, slug).splitlines()[0] == line, (
        f"docs/guide/en/{slug}.md has changed: bring docs/guide/{language}/{slug}.md in step, "
        f"then make this its first line: {line}"
    )


@of_every_chapter
@in_every_translation
def test_a_translation_has_the_same_headings_in_the_same_order(language: str, slug: str) -> None:
    assert _HEADING.findall(source(language, slug)) == _HEADING.findall(source(ENGLISH, slug))


@of_every_chapter
@in_every_translation
def test_a_translation_has_the_same_commands(language: str, slug: str) -> None:
    assert fences(source(language, slug)) == fences(source(ENGLISH, slug))


@of_every_chapter
@in_every_translation
@pytest.mark.parametrize("part", [_CODE, _LINK], ids=["code", "links"])
def test_a_translation_names_the_same(part: re.Pattern[str], language: str, slug: str) -> None:
    own, english = (Counter(part.findall(prose(source(one, slug)))) for one in (language, ENGLISH))
    assert own == english


@of_every_chapter
@in_every_translation
def test_a_translation_has_the_same_facts_on_the_same_conditions(language: str, slug: str) -> None:
    own, english = source(language, slug), source(ENGLISH, slug)
    conditions = [
        [tag for tag in _TAG.findall(text) if not tag.startswith("url ")] for text in (own, english)
    ]
    assert conditions[0] == conditions[1]
    assert set(_FACT.findall(own)) == set(_FACT.findall(english))


@in_every_translation
def test_what_a_translation_calls_a_button_or_a_page_is_called_so(language: str) -> None:
    catalogue = read_catalogue(settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po")
    texts = [_ASIDE.sub("", text) for one in catalogue for text in one.texts.values()]
    said = "\n".join(texts).casefold()
    labels = [label for slug in ORDER for label in _BOLD.findall(source(language, slug))]
    assert [one for one in labels if "{{" not in one and one.casefold() not in said] == []


def test_french_keeps_its_marks_with_the_word_before_them() -> None:
    for slug in ORDER:
        text = _CODE.sub("", prose(source("fr", slug)))
        assert re.findall(r".* (?:[;!?»]|:(?=[\s<]|$)).*|« .*|\w'\w.*", _TAG.sub("", text)) == []


@pytest.mark.parametrize(
    ("language", "query", "place"),
    [
        ("de", "Wiederherstellungscode", "account#lost"),
        ("de", "Papierkorb", "deletion#restore"),
        ("de", "unveränderliche Tags", "tags#immutable"),
        ("de", "Größe", "tags#list"),
        ("fr", "codes de secours", "account#two-factors"),
        ("fr", "corbeille", "deletion#restore"),
        ("fr", "depot prive", "names#visibility"),
    ],
)
def test_the_search_finds_words_of_the_reader(language: str, query: str, place: str) -> None:
    assert place in places(language, query)[:3]


@in_every_translation
@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("denied: 'bob' may pull but not push acme/app", "errors#denied"),
        ("unauthorized: account 'dave' is disabled: ask an administrator", "errors#disabled"),
        ("x509: certificate signed by unknown authority", "errors#certificate"),
        ("toomanyrequests: You have reached your pull rate limit of 100", "errors#pull-limit"),
        (
            "manifest for index.test/acme/app:1 not found: manifest unknown",
            "errors#manifest-unknown",
        ),
    ],
)
def test_the_search_knows_what_docker_prints_in_every_language(
    language: str, message: str, place: str
) -> None:
    assert place in places(language, message)[:3]


@in_every_translation
def test_messages_of_docker_are_marked_as_english(language: str) -> None:
    english, own = (
        {s.anchor: s for c in every_chapter(one) if c.slug == "errors" for s in c.document.sections}
        for one in (ENGLISH, language)
    )
    for anchor, section in own.items():
        is_verbatim = section.level == 3 and section.title == english[anchor].title
        assert section.language == ("en" if is_verbatim else ""), anchor


@in_every_translation
def test_a_reader_gets_the_chapter_in_the_language_of_the_browser(
    client: Client, db: None, language: str
) -> None:
    answer = client.get("/docs/errors/", headers={"Accept-Language": f"{language},en;q=0.5"})
    page = answer.content.decode()
    title = next(one.title for one in every_chapter(language) if one.slug == "errors")
    assert f"<h1>{title}</h1>" in page
    assert f'<html lang="{language}"' in page
    assert '<span lang="en">denied: … may pull but not push</span>' in page
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]
    assert 'id="denied"' in page


def test_a_language_that_was_chosen_holds_for_the_search_in_the_guide(
    client: Client, db: None
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    page = client.get("/docs/", {"q": "Probelauf"}).content.decode()
    assert "<mark>Probelauf</mark>" in page
    assert 'href="/docs/tags/#retention"' in page
