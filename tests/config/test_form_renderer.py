"""Fields of forms look to a browser as Django's own templates write them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from hypothesis import given
from hypothesis import strategies as st

from config.form_renderer import QuickWidgets

CHOICES: list[Any] = [
    ("", "Nobody <yet>"),
    (1, "a number"),
    ("Teams", [("team:a", "acme/a"), ('team:"b"', 'acme/"b"')]),
    ("Robots & more", [("robot:ci", "acme+ci")]),
]
FLAT: list[Any] = [("a", "First <one>"), ("b", "Second")]
WIDGETS: dict[str, forms.Widget] = {
    "text": forms.TextInput(),
    "number": forms.NumberInput(),
    "email": forms.EmailInput(),
    "url": forms.URLInput(),
    "hidden": forms.HiddenInput(),
    "password": forms.PasswordInput(),
    "date": forms.DateInput(attrs={"type": "date"}),
    "checkbox": forms.CheckboxInput(),
    "area": forms.Textarea(attrs={"rows": 3}),
    "select": forms.Select(choices=CHOICES),
    "several": forms.SelectMultiple(choices=CHOICES),
    "radios": forms.RadioSelect(choices=FLAT),
    "boxes": forms.CheckboxSelectMultiple(choices=FLAT),
    "file": forms.ClearableFileInput(),
}
# Text without control characters: the parser drops some, wherever they come from.
texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=8)
values = st.none() | texts | st.sampled_from(["team:a", 'team:"b"', "a", "b", "1"]) | st.integers()
attributes = st.dictionaries(
    st.sampled_from(["id", "data-x", "required", "title", "hidden"]), texts | st.booleans()
)


@pytest.mark.parametrize("name", WIDGETS)
@given(value=values, extra=attributes)
def test_it_is_written_as_django_writes_it(name: str, value: Any, extra: dict[str, Any]) -> None:
    widget = WIDGETS[name]
    ours = widget.render("who", value, extra, renderer=QuickWidgets())
    theirs = widget.render("who", value, extra, renderer=DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)


@pytest.mark.parametrize("name", WIDGETS)
def test_what_somebody_typed_never_becomes_markup(name: str) -> None:
    written = WIDGETS[name].render(
        "who", '"><script>', {"title": "'><script>"}, renderer=QuickWidgets()
    )
    assert "<script>" not in written
