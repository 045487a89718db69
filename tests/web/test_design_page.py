"""The page of the design system: there for developers, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

COMPONENTS = Path(site.BASE_DIR) / "static" / "css" / "components"
# Classes that the page must show: those with which other pages are built.
SHOWN = (
    "btn btn-primary", "btn btn-danger", "btn-quiet", "btn-small", "star-button", "dialog", "tabs",
    "pages", "mark-official", "mark-private", "mark-internal", "mark-closed", "mark-warning",
    "mark-done", "avatar", "notice notice-warning", "notice notice-error", "toast-note toast-error",
    "command", "snippet", "digest", "empty", "skeleton", "steps", "repository-row", "data", "panel",
    "slip", "panel-danger", "facts", "field", "choice", "checkbox", "error-summary", "errorlist",
    "facet",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/_design/", "/_design/question"])
def test_it_is_nowhere_but_on_a_machine_of_ones_own(db: None, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.fixture
def page(db: None, client: Client, settings: Any) -> str:
    settings.IS_OWN_MACHINE = True
    response = client.get("/_design/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("shown", SHOWN)
def test_it_shows_every_component_in_both_themes(page: str, shown: str) -> None:
    assert len(re.findall(rf'class="[^"]*\b{re.escape(shown)}', page)) >= 2, shown


def test_it_shows_every_token_of_the_sheet(page: str) -> None:
    sheet = (COMPONENTS.parent / "variables.css").read_text()
    of_colours = re.findall(r"^  --([a-z-]+): light-dark\(", sheet, re.MULTILINE)
    assert len(of_colours) > 15
    for name in of_colours:
        assert page.count(f'fill="var(--{name})"') >= 2, name


def test_both_themes_stand_side_by_side_with_ids_of_their_own(page: str) -> None:
    assert 'class="design-theme" data-theme="light"' in page
    assert 'class="design-theme" data-theme="dark"' in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids)


def test_a_question_is_a_page_and_has_the_part_that_a_dialog_shows(
    db: None, client: Client, settings: Any
) -> None:
    settings.IS_OWN_MACHINE = True
    page = client.get("/_design/question").content.decode()
    assert page.count("data-dialog") == 1
    assert page.count("<h1") == 1
