"""Every text of a template can be translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.translations.naked_texts import naked_texts

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# For developers, and for the last resort, which is Django's.
NOT_FOR_READERS = frozenset({"design", "admin"})
# Names, words of protocols and addresses: they are the same in every language.
THE_SAME = frozenset(
    {"CSV", "JSON", "UTC", "/api/v1/", "guide-two", "#requests", "?repository=", "&role="}
)


def _templates() -> list[Path]:
    found = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]
    return sorted(p for p in found if p.relative_to(TEMPLATES).parts[0] not in NOT_FOR_READERS)


@pytest.mark.parametrize("path", _templates(), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_it_has_no_text_outside_of_translate_tags(path: Path) -> None:
    """A sentence that nobody marked stays English for everybody."""
    texts = naked_texts(path.read_text(), is_html=path.suffix == ".html")
    assert [text for text in texts if text not in THE_SAME] == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Nothing here</p>",
        '<a title="Nothing here"></a>',
        '{% include "x.html" with label="Nothing here" only %}',
        "{% if a %}Nothing here{% endif %}",
    ],
)
def test_the_search_finds_a_naked_text(source: str) -> None:
    """Else it would find none anywhere."""
    assert list(naked_texts(source)) == ["Nothing here"]


def test_the_search_finds_a_naked_colon() -> None:
    """French has a space before it; the colon of a reference is none of a sentence."""
    assert list(naked_texts("{{ name }}: {{ value }} {{ name }}:{{ tag }}")) == [":"]


@pytest.mark.parametrize(
    "source",
    [
        '<p class="soft small">{% translate "Nothing" %}</p>',
        "<p>{% blocktranslate %}Nothing <b>here</b>{% endblocktranslate %}</p>",
        "<code>docker pull</code>",
        '{% include "x.html" with label=_("Nothing here") tab="tags" only %}',
    ],
)
def test_the_search_leaves_what_is_marked_alone(source: str) -> None:
    """And what is no language."""
    assert list(naked_texts(source)) == []
