"""Fields of forms without templates: Django renders two or three for each input, and one more for each option.

With hundreds of teams to choose from that takes longer than all else of a page; with a few fields a fifth of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_Widget = Mapping[str, Any]  # what `Widget.get_context` says under that name


class QuickWidgets(DjangoTemplates):
    """Writes what forms are made of; the rest comes from Django's templates. A test holds it to those."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Return the element."""
        write = _WRITERS.get(template_name)
        return (
            write(context["widget"]) if write else super().render(template_name, context, request)
        )


def _input(widget: _Widget) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', value),
        _attributes(widget),
    )


def _labelled_input(widget: _Widget) -> SafeString:
    element = _input(widget)
    if not widget.get("wrap_label"):
        return element
    number = widget["attrs"].get("id")
    of = format_html(' for="{}"', number) if number else ""
    return format_html("<label{}>{} {}</label>", of, element, widget["label"])


def _textarea(widget: _Widget) -> SafeString:
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>',
        widget["name"],
        _attributes(widget),
        widget["value"] or "",
    )


def _select(widget: _Widget) -> SafeString:
    groups = (_group(title, options) for title, options, _index in widget["optgroups"])
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget),
        format_html_join("", "{}", ((group,) for group in groups)),
    )


def _group(title: str | None, options: list[_Widget]) -> SafeString:
    written = mark_safe("".join(map(_option, options)))  # noqa: S308 - each is escaped
    return format_html('<optgroup label="{}">{}</optgroup>', title, written) if title else written


def _option(option: _Widget) -> str:
    """Return one of hundreds maybe: `format_html` takes three times as long."""
    value, label = conditional_escape(option["value"]), conditional_escape(option["label"])
    attributes = _attributes(option) if option["attrs"] else ""
    return f'<option value="{value}"{attributes}>{label}</option>'


def _attributes(widget: _Widget) -> str:
    given = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in given
        ),
    )


_INPUTS = (
    "checkbox", "date", "datetime", "email", "hidden", "number", "password", "search", "text",
    "time", "url",
)  # fmt: skip
_WRITERS: Final[dict[str, Callable[[_Widget], SafeString]]] = {
    f"django/forms/widgets/{name}.html": write
    for name, write in {
        **dict.fromkeys(_INPUTS, _input),
        "checkbox_option": _labelled_input,
        "radio_option": _labelled_input,
        "textarea": _textarea,
        "select": _select,
    }.items()
}
