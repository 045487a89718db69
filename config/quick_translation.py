"""`translate` and `blocktranslate` of templates, without what Django does anew each time.

It joins the message of its parts, trims it by an expression and looks it up again for every row of a table: a fifth
of what a page with tables took. A message and its text in a language stay what they are.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, Variable, render_value_in_context
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Text(template.Node):
    """A text of the template's own."""

    def __init__(self, text: str, asvar: str | None) -> None:
        self._message = text.replace("%", "%%")
        self._asvar = asvar
        self._by_language: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Return it in the language of the page."""
        language = get_language()
        text = self._by_language.get(language)
        if text is None:
            text = mark_safe(gettext(self._message).replace("%%", "%"))  # noqa: S308 - of a template, or a catalogue
            self._by_language[language] = text
        if self._asvar is None:
            return text
        context[self._asvar] = text
        return SafeString("")


class Block(i18n.BlockTranslateNode):
    """A text with values in it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._singular = super().render_token_list(self.singular)
        self._plural = super().render_token_list(self.plural or [])
        self._by_language: dict[str | None, str] = {}

    def render_token_list(self, tokens: list[Token]) -> tuple[str, list[str]]:
        """Return the message, and the names of what goes into it."""
        message, names = self._singular if tokens is self.singular else self._plural
        return message, [*names]

    def render(self, context: Context, nested: bool = False) -> str:  # noqa: FBT001, FBT002 - as Django has it
        """Return it in the language of the page; what is rare is left to Django."""
        if nested or self.message_context or self.countervar:
            return str(super().render(context, nested))
        message, names = self._singular
        language = get_language()
        text = self._by_language.get(language)
        if text is None:
            text = self._by_language[language] = gettext(message)
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        try:
            values = {
                name: render_value_in_context(
                    given[name] if name in given else context[name], context
                )
                for name in names
            }
            result = SafeString(text % values)
        except (KeyError, ValueError):  # a name that is nowhere, a text that is wrong
            return str(super().render(context))
        if self.asvar is None:
            return result
        context[self.asvar] = result
        return ""


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> template.Node:
    """Read the tag; a text that has filters, or comes from elsewhere, is Django's."""
    node = i18n.do_translate(parser, token)
    text = _literal(node.filter_expression)
    if text is None or node.noop or node.message_context:
        return node
    return Text(text, node.asvar)


@register.tag("blocktranslate")
@register.tag("blocktrans")
def block_translate(parser: Parser, token: Token) -> template.Node:
    """Read the tag and what it encloses."""
    return Block(**vars(i18n.do_block_translate(parser, token)))


def _literal(expression: FilterExpression) -> str | None:
    is_bare = isinstance(expression.var, Variable) and not expression.filters
    text = expression.var.literal if is_bare else None
    return text if isinstance(text, str) else None
