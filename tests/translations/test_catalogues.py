"""Both catalogues have everything, with the same placeholders and markup, and are compiled."""

from __future__ import annotations

import gettext
import re
from io import BytesIO
from pathlib import Path

import pytest

from config.catalogues import Entry, compile_catalogue, read_catalogue
from tests.translations.marked_texts import in_code, in_template

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
APPS = ("accounts", "config", "index", "search", "tokenauth")
LANGUAGES = ("de", "fr")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAG = re.compile(r"</?[a-z]+")


def _entries(language: str) -> list[Entry]:
    return [
        one for one in read_catalogue(LOCALE / language / "LC_MESSAGES" / "django.po") if one.msgid
    ]


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language: str) -> None:
    """Nothing is empty, nothing is a guess of the merge."""
    assert [one.msgid for one in _entries(language) if not one.is_complete] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_both_forms(language: str) -> None:
    """Both languages tell one from many."""
    assert [one.msgid for one in _entries(language) if one.plural and len(one.texts) != 2] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_english(language: str) -> None:
    """Another one would be an error on the page, a missing one a hole in the sentence."""
    wrong = []
    for one in _entries(language):
        known = _placeholders(one.msgid) | _placeholders(one.plural)
        for form, text in one.texts.items():
            english = one.plural if one.plural and form else one.msgid
            if (
                not _placeholders(english) <= _placeholders(text)
                or not _placeholders(text) <= known
            ):
                wrong.append((one.msgid, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_that_of_the_english(language: str) -> None:
    """A translation may move a link, and neither lose nor bring one."""
    wrong = [
        one.msgid
        for one in _entries(language)
        for text in one.texts.values()
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(one.msgid))
    ]
    assert wrong == []


def test_french_keeps_its_marks_with_the_word_before_them() -> None:
    """After an ordinary space a line would begin with the mark."""
    wrong = [
        text
        for one in _entries("fr")
        for text in one.texts.values()
        if re.search(r" (?:[;!?»]|:(?=[\s<]|$))|« ", text)
    ]
    assert wrong == []


def test_both_know_the_same_texts() -> None:
    """They are extracted together."""
    german, french = ({one.key for one in _entries(language)} for language in LANGUAGES)
    assert german == french


def test_they_know_what_the_site_says_and_nothing_else() -> None:
    """`manage.py makemessages` was run after the last change: else that text stays English."""
    code = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    pages = [
        p.read_text() for p in (ROOT / "templates").rglob("*") if p.suffix in {".html", ".txt"}
    ]
    said = {text for source in code for text in in_code(source)}
    said |= {text for source in pages for text in in_template(source)}
    known = {one.msgid for one in _entries("de")}
    assert {_plain(text) for text in said} == {_plain(text) for text in known}


def _plain(text: str) -> str:
    return text.replace("%%", "%")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_runs_was_made_of_what_is_read(language: str) -> None:
    """`manage.py compile_catalogues` was run after the last change."""
    folder = LOCALE / language / "LC_MESSAGES"
    made = compile_catalogue(read_catalogue(folder / "django.po"))
    assert (folder / "django.mo").read_bytes() == made


def test_what_is_compiled_is_understood_by_gettext() -> None:
    """By the standard library, which Django reads catalogues with."""
    one = Entry("Log in", texts={0: "Anmelden"})
    many = Entry("%(n)s tag", plural="%(n)s tags", texts={0: "%(n)s Tag", 1: "%(n)s Tags"})
    fuzzy = Entry("Log out", texts={0: "Anmelden"}, is_fuzzy=True)
    head = Entry("", texts={0: "Content-Type: text/plain; charset=UTF-8\n"})
    read = gettext.GNUTranslations(BytesIO(compile_catalogue([head, one, many, fuzzy])))
    assert read.gettext("Log in") == "Anmelden"
    assert read.ngettext("%(n)s tag", "%(n)s tags", 2) == "%(n)s Tags"
    assert read.gettext("Log out") == "Log out"
