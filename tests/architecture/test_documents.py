"""The pages of documentation name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_STEP = re.compile(r"^\d+\. .*(?:\n   .*)*", re.MULTILINE)  # a numbered line and what continues it
_CODE = re.compile(r"`([^`\n]+)`")


def pages() -> list[Path]:
    """Every page of ours."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])


def steps_of_the_walks() -> list[str]:
    """The numbered steps of docs/architecture.md: a sentence, a colon, symbols → files."""
    walks = (ROOT / "docs" / "architecture.md").read_text().partition("## Walk 1")[2]
    return _STEP.findall(walks)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = [target for target, _ in _LINK.findall(page.read_text()) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / target).resolve() for target, _ in _LINK.findall(index.read_text())}
    elsewhere = {ROOT / "docs" / folder for folder in ("guide", "decisions")}
    ours = {page for page in ROOT.glob("docs/**/*.md") if not elsewhere & set(page.parents)}
    assert ours - named == {index}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_first_pages_are_short(name: str) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= 120


@pytest.mark.parametrize("step", steps_of_the_walks())
def test_every_step_of_a_walk_names_files_and_what_is_in_them(step: str) -> None:
    _, colon, what = step.partition(": `")
    named = _CODE.findall(f"`{what}" if colon else step)
    files = [ROOT / text for text in named if "/" in text and "." in text]
    assert [str(file) for file in files if not file.exists()] == []
    text = "".join(file.read_text() for file in files)
    symbols = [name.rpartition(".")[2] for name in named if name.replace(".", "").isidentifier()]
    assert [name for name in symbols if name not in text] == [] or "the same file" in step
