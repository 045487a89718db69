"""Every chapter: its facts, links, anchors and commands."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.test import Client

from accounts.limits import Limit
from config.guide.chapters import ENGLISH, FOLDER, ORDER, Chapter, every_chapter
from config.guide.reading import Code, Prose
from tests.conftest import World

_ROOT = Path(__file__).resolve().parents[2]
_HREF = re.compile(r'href="([^"]+)"')
_ID = re.compile(r'\sid="([^"]+)"')
_SETTING = re.compile(r"WAYBILL_[A-Z0-9_]+")
_TOOLS = {
    "curl", "docker", "echo", "id=", "key=$(printf", "kubectl", "manage.py", "nerdctl", "pip",
    "podman", "printf", "skopeo", "sudo", "waybill",
}  # fmt: skip
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_GUIDE = "/docs/"
_LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    every_chapter.cache_clear()
    yield
    every_chapter.cache_clear()


def codes() -> Iterator[tuple[str, Code]]:
    """Yield every piece of code of the guide, and the chapter that has it."""
    for chapter in every_chapter(ENGLISH):
        for section in chapter.document.sections:
            for part in section.parts:
                if isinstance(part, Code):
                    yield chapter.slug, part


def html_of(chapter: Chapter) -> str:
    """Return the text of a chapter, without the page around it."""
    return "".join(
        part.html
        for section in chapter.document.sections
        for part in section.parts
        if isinstance(part, Prose)
    )


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_file_of_the_guide_is_a_chapter_and_the_other_way_round(language: str) -> None:
    assert sorted(path.stem for path in (FOLDER / language).iterdir()) == sorted(ORDER)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("slug", ORDER)
def test_a_chapter_has_a_title_a_lead_and_every_fact_that_it_names(
    slug: str, language: str
) -> None:
    chapter = next(one for one in every_chapter(language) if one.slug == slug)
    text = chapter.title + "".join(section.text for section in chapter.document.sections)
    assert chapter.title
    assert len(chapter.lead) > 20
    assert "no such fact" not in text
    assert "{%" not in text
    assert "{{" not in text


@pytest.mark.parametrize("slug", ORDER)
def test_the_anchors_of_a_page_are_all_different(slug: str, world: World, client: Client) -> None:
    client.force_login(world.root)
    page = client.get(f"{_GUIDE}{slug}/").content.decode()
    ids = _ID.findall(page)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("slug", ORDER)
def test_every_link_of_a_chapter_leads_to_a_page_and_to_an_anchor_that_exist(
    slug: str, world: World, client: Client
) -> None:
    client.force_login(world.root)
    chapter = next(one for one in every_chapter(ENGLISH) if one.slug == slug)
    for address in _HREF.findall(html_of(chapter)):
        if address.startswith("https://"):
            continue
        path, _, anchor = address.replace("&amp;", "&").partition("#")
        answer = client.get(path or f"{_GUIDE}{slug}/", follow=True)
        assert answer.status_code == 200, address
        assert not anchor or f'id="{anchor}"' in answer.content.decode(), address


def test_no_setting_is_named_that_does_not_exist() -> None:
    known = set(_SETTING.findall((_ROOT / "docs" / "settings.md").read_text()))
    for path in FOLDER.rglob("*.md"):
        assert set(_SETTING.findall(path.read_text())) - known == set(), path.name


def test_headings_step_down_one_level_at_a_time() -> None:
    for chapter in every_chapter(ENGLISH):
        levels = [section.level for section in chapter.document.sections]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), chapter.slug


def test_tables_of_the_guide_have_a_name_and_say_which_way_their_headers_point() -> None:
    for chapter in every_chapter(ENGLISH):
        for section in chapter.document.sections:
            html = "".join(part.html for part in section.parts if isinstance(part, Prose))
            assert "<table>" not in html
            assert "<th>" not in html


def test_the_commands_of_the_guide_are_commands() -> None:
    for slug, code in codes():
        if code.is_output or code.text.lstrip().startswith(
            ("{", "import", "const", "push:", "api")
        ):
            continue
        if code.text.startswith("permissions:") or slug == "recipes":  # tests/guide/test_recipes.py
            continue
        for line in code.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line)
            first = words[0]
            assert first in _TOOLS or re.match(r"(key|ETAG|REGISTRY_TOKEN)=\$\(", first), (
                slug,
                line,
            )


def test_json_in_the_guide_is_json() -> None:
    bodies = [code.text for _, code in codes() if code.text.startswith("{")]
    assert len(bodies) >= 2
    for body in bodies:
        json.loads(body)


def test_commands_have_the_host_of_this_site() -> None:
    for slug, code in codes():
        for found in re.findall(r"(?:docker|podman) (?:login|push|pull) .*", code.text):
            assert "index.test" in found, (slug, found)


def test_numbers_are_those_of_the_settings(settings: LazySettings) -> None:
    settings.TRASH_DAYS = 12
    settings.PULL_LIMIT_ANONYMOUS = Limit("pulls", 100, 21600)
    texts = {one.slug: html_of(one) for one in every_chapter(ENGLISH)}
    assert "100 in 6 hours" in texts["limits"]
    deletion = next(one for one in every_chapter(ENGLISH) if one.slug == "deletion")
    assert "12 days" in deletion.lead


def test_numbers_are_told_in_the_language_of_the_chapter(settings: LazySettings) -> None:
    settings.TRASH_DAYS = 1
    settings.PULL_LIMIT_ANONYMOUS = Limit("pulls", 100, 3 * 86400)
    german = {one.slug: one for one in every_chapter("de")}
    assert "100 in 3 Tagen" in html_of(german["limits"])
    assert "1 Tag lang" in german["deletion"].lead


def test_without_a_trash_nothing_is_promised_to_come_back(settings: LazySettings) -> None:
    settings.TRASH_DAYS = 0
    deletion = next(one for one in every_chapter(ENGLISH) if one.slug == "deletion")
    assert "gone at once" in deletion.lead
    assert "Have it back" not in [section.title for section in deletion.document.sections]


@pytest.mark.parametrize("signup", ["open", "domain", "invitation", "closed"])
def test_how_to_get_an_account_is_told_as_it_is_here(settings: LazySettings, signup: str) -> None:
    settings.SIGNUP = signup
    start = html_of(next(one for one in every_chapter(ENGLISH) if one.slug == "start"))
    assert ('href="/accounts/signup/"' in start) == (signup in {"open", "domain"})


def test_the_webhook_check_of_the_guide_is_the_published_one() -> None:
    published = (_ROOT / "docs" / "webhooks.md").read_text()
    (python,) = [code.text for _, code in codes() if code.text.startswith("import base64")]
    assert python in published


def test_what_the_guide_calls_a_button_or_a_page_is_called_so() -> None:
    files = [*_ROOT.glob("templates/**/*.html")]
    for app in ("accounts", "config", "index", "search"):
        files += (_ROOT / app).rglob("*.py")
    source = "\n".join(path.read_text() for path in files).casefold()
    for path in (FOLDER / ENGLISH).glob("*.md"):
        for label in _BOLD.findall(path.read_text()):
            assert "{{" in label or label.casefold() in source, (path.name, label)


def test_an_option_stays_on_one_line() -> None:
    """Browsers break after its hyphens."""
    [errors] = [chapter for chapter in every_chapter(ENGLISH) if chapter.slug == "errors"]
    assert re.search(r'<code class="nowrap">--password-stdin</code>', html_of(errors))
