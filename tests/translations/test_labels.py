"""What Django makes of the name of a field is English in every language."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from django import forms
from django.utils.functional import Promise

OURS = ("accounts", "index", "search", "tokenauth")
ALIKE = {"README", "URL"}


def every_form() -> Iterator[type[forms.BaseForm]]:
    """Yield each form of ours, once everything is imported."""
    for app in OURS:
        for module in walk_packages(import_module(app).__path__, f"{app}."):
            if ".web" in module.name:
                import_module(module.name)
    yield from (form for form in below(forms.BaseForm) if form.__module__.split(".")[0] in OURS)


def below(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for one in form.__subclasses__():
        yield one
        yield from below(one)


def has_a_label(form: type[forms.BaseForm], name: str, field: forms.Field) -> bool:
    """Say whether it has one that is marked; fields of libraries get theirs when the form is made."""
    borrowed = [base for base in form.__mro__ if base.__module__.split(".")[0] not in OURS]
    return (
        isinstance(field.label, Promise)
        or field.label in ALIKE
        or isinstance(field.widget, forms.HiddenInput)
        or any(name in getattr(base, "base_fields", {}) for base in borrowed)
    )


def test_each_field_has_a_label_that_is_translated() -> None:
    bare = [
        f"{form.__qualname__}.{name}"
        for form in every_form()
        for name, field in getattr(form, "base_fields", {}).items()
        if not has_a_label(form, name, field)
    ]
    assert bare == []
