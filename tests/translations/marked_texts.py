"""Finds what is marked for translation, in code and templates, without xgettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from django.utils.translation.template import templatize

_MARKS = re.compile(r"_|u?n?p?gettext(_lazy|_noop)?")
_IN_TEMPLATES = re.compile(
    r"(?<!\w)(?:_|gettext|ngettext)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
)


def in_code(source: str) -> Iterator[str]:
    """Yield the first text of each call of a function that translates."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _MARKS.fullmatch(_name(node.func)) and node.args:
            at = 1 if "pgettext" in _name(node.func) else 0
            text = node.args[at]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def in_template(source: str) -> Iterator[str]:
    """Yield what the tags that translate have in them, as Django's own extraction sees it."""
    for quoted in _IN_TEMPLATES.findall(templatize(source)):
        yield str(ast.literal_eval(quoted))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
