"""Static files as browsers get them: one style sheet and one script, made of their parts.

The parts in `static/` are served as they are in development and tests; `collectstatic` joins them.
There is no other build: what is written in a part is what runs.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import (  # type: ignore[import-untyped]  # it has none
    CompressedManifestStaticFilesStorage,
)

Read = Callable[[str], str]
Bundle = Callable[[str, Read], tuple[str, set[str]]]

_CSS_IMPORT = re.compile(r'@import url\("([^":]+)"\);\n')
_CSS_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_INDENT = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)
_JS_IMPORT = re.compile(r'^import \{([\w\s,]+)\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_JS_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_JS_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_JS_LEFT_OVER = re.compile(r"^(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)


class CannotBundle(ValueError):
    """A part is written in a way that joining does not know."""


def bundle_styles(name: str, read: Read) -> tuple[str, set[str]]:
    """Return the sheet `name` with the text of what it imports, without comments, and the parts."""
    parts: set[str] = set()

    def text_of(sheet: str) -> str:
        def included(match: re.Match[str]) -> str:
            part = _beside(sheet, match[1])
            parts.add(part)
            return text_of(part)

        return _CSS_IMPORT.sub(included, _CSS_COMMENT.sub("", read(sheet)))

    text = _INDENT.sub("", text_of(name))
    if "@import" in text or "url(" in text:  # an address would be relative to the part
        message = f"{name}: an import or an address that cannot be joined"
        raise CannotBundle(message)
    return text, parts


def bundle_script(name: str, read: Read) -> tuple[str, set[str]]:
    """Return the module `name` after all it imports, each in a function of its own, and the parts.

    Modules import by names in braces and export declarations; anything else is `CannotBundle`.
    """
    done: dict[str, str] = {}  # a part and what it became, those first that others need

    def take(part: str, waiting: tuple[str, ...]) -> None:
        if part in waiting:
            message = f"{part} imports itself, over {', '.join(waiting)}"
            raise CannotBundle(message)
        text = read(part)
        for match in _JS_IMPORT.finditer(text):
            wanted = _beside(part, match[2])
            if wanted not in done:
                take(wanted, (*waiting, part))
        done[part] = _as_function(part, text) if waiting else _body(part, text)

    take(name, ())
    return "\n".join(done.values()), set(done) - {name}


def _as_function(part: str, text: str) -> str:
    names = ", ".join(match[1] for match in _JS_EXPORT.finditer(text))
    body = _body(part, _JS_EXPORT.sub("", text))
    return f"const {_variable(part)} = (() => {{\n{body}return {{ {names} }};\n}})();"


def _body(part: str, text: str) -> str:
    def named(match: re.Match[str]) -> str:
        names = " ".join(match[1].split())
        return f"const {{ {names} }} = {_variable(_beside(part, match[2]))};\n"

    body = _JS_IMPORT.sub(named, _JS_COMMENT.sub("", text))
    if left := _JS_LEFT_OVER.search(body):
        message = f"{part}: {left[0]}"
        raise CannotBundle(message)
    return body


def _variable(part: str) -> str:
    return "part_" + re.sub(r"\W", "_", part)


def _beside(name: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), address))


BUNDLES = {"css/site.css": bundle_styles, "js/main.js": bundle_script}


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Join the parts, then name every file by its content and keep a compressed copy."""

    def post_process(
        self, paths: dict[str, Any], **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Replace each bundle's first file by the whole; its parts need no names of their own."""
        if not options.get("dry_run"):
            for name, bundle in BUNDLES.items():
                paths = self._join(name, bundle, paths)
        yield from super().post_process(paths, **options)

    def _join(self, name: str, bundle: Bundle, paths: dict[str, Any]) -> dict[str, Any]:
        def read(part: str) -> str:
            storage, path = paths[part]
            with storage.open(path) as file:
                return str(file.read().decode())

        text, parts = bundle(name, read)
        Path(self.path(name)).write_text(text, encoding="utf-8")
        rest = {path: found for path, found in paths.items() if path not in parts}
        return {**rest, name: (self, name)}
