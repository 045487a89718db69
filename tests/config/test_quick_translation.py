"""Texts of templates read as Django's own tags write them."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Engine
from django.utils import translation
from django.utils.html import format_html

OURS = Engine(libraries={"i18n": "config.quick_translation"})
DJANGOS = Engine(libraries={"i18n": "django.templatetags.i18n"})
TEXTS = {
    "a text": '{% translate "Copy" %}',
    "with a percent sign": '{% translate "100 % of it" %}',
    "with quotes and markup": """{% translate '<b>"Copy"</b>' %}""",
    "kept for later": '{% translate "Copy" as word %}[{{ word }}]',
    "of a variable": "{% translate name %}",
    "with a filter": '{% translate "Copy"|upper %}',
    "not to be translated": '{% translate "Copy" noop %}',
    "in a context": '{% translate "Copy" context "a verb" %}',
    "a block": "{% blocktranslate trimmed %}Promote<span>\n  {{ name }}</span> 5 %{% endblocktranslate %}",
    "with values": "{% blocktranslate with username=name|upper %}by {{ username }} and {{ name }}{% endblocktranslate %}",
    "with markup in a value": "{% blocktranslate with a=markup b=name %}{{ a }} {{ b }}{% endblocktranslate %}",
    "without a value": "{% blocktranslate %}by {{ nobody }}{% endblocktranslate %}",
    "a block kept for later": "{% blocktranslate asvar line %}by {{ name }}{% endblocktranslate %}[{{ line }}]",
    "one of many": "{% blocktranslate trimmed count number=one %}{{ number }} tag{% plural %}{{ number }} tags{% endblocktranslate %}",
    "many": "{% blocktranslate trimmed count number=many %}{{ number }} tag{% plural %}{{ number }} tags{% endblocktranslate %}",
    "a block in a context": '{% blocktranslate context "a verb" %}by {{ name }}{% endblocktranslate %}',
}


@pytest.mark.parametrize("language", ["en", "de", "fr", None])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_reads_as_djangos_own(text: str, language: str | None) -> None:
    with translation.override(language):
        assert _written(OURS, text) == _written(DJANGOS, text)


def test_one_template_speaks_each_language_in_turn() -> None:
    template = OURS.from_string('{% load i18n %}{% translate "Copy" %}')
    spoken = []
    for language in ("de", "en", "fr", "de"):
        with translation.override(language):
            spoken.append(template.render(Context()))
    assert spoken == ["Kopieren", "Copy", "Copier", "Kopieren"]


def test_a_text_of_a_catalogue_that_names_another_value_gives_way_to_the_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("config.quick_translation.gettext", lambda _text: "von %(gone)s")
    with translation.override(None):
        text = _written(OURS, "{% blocktranslate %}by {{ name }}{% endblocktranslate %}")
    assert text == "by &lt;alice&gt;"


def _written(engine: Engine, text: str) -> str:
    values: dict[str, Any] = {"name": "<alice>", "markup": format_html("<b>{}</b>", "&")}
    context = Context(values | {"one": 1, "many": 1234})
    return str(engine.from_string(f"{{% load i18n %}}{text}").render(context))
