"""JSON Schema in words: the fields of a body, one row each, and an example of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from index.readme import parsed, safe_html

Schema = Mapping[str, Any]
_DEEPEST = 4  # objects in objects; what lies deeper is told as "object"
_MOST_WORDS = 16
_FORMATS = {
    "date-time": "date and time",
    "date": "date",
    "uri": "URL",
    "email": "e-mail address",
    "double": "number",
    "int64": "number",
    "binary": "file",
}
_EXAMPLES = {
    "email": "alice@example.com",
    "date-time": "2030-01-31T12:00:00Z",
    "date": "2030-01-31",
    "uri": "https://example.com/hook",
}
_BY_NAME = {
    "repositories": ["acme/*"],
    "repository": "acme/app",
    "target": "acme/release",
    "image": "1.4",
    "tag": "1.4",
    "namespace": "acme",
    "username": "alice",
    "digest": "sha256:…",
    "networks": ["192.0.2.0/24"],
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field; a field of a field is named `outer.inner`, one of a list of objects `list[].inner`."""

    name: str
    kind: str
    is_required: bool
    description: SafeString


class Schemas:
    """The schemas of a description, which refer to each other by name."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        """Keep them."""
        self._components = components

    def fields(self, schema: Schema, *, before: str = "", depth: int = 0) -> Iterator[Field]:
        """Yield the fields of an object, and of what is in it."""
        found = self._whole(schema)
        required = set(found.get("required", ()))
        for name, inner in found.get("properties", {}).items():
            whole = self._whole(inner)
            yield Field(
                before + name, self.kind(inner), name in required, words(whole.get("description"))
            )
            if depth < _DEEPEST:
                yield from self._inside(whole, f"{before}{name}", depth)

    def kind(self, schema: Schema) -> str:
        """Return what a value may be, in words."""
        whole = self._whole(schema)
        if "enum" in whole:
            return _one_of(whole["enum"])
        if "oneOf" in whole:
            return " or ".join(dict.fromkeys(self.kind(one) for one in whole["oneOf"]))
        kinds = _kinds(whole)
        if "array" in kinds:
            inner = f"list of {self.kind(whole.get('items', {}))}"
            kinds = [inner if kind == "array" else kind for kind in kinds]
        elif kinds and "format" in whole:
            kinds[0] = _FORMATS.get(whole["format"], kinds[0])
        return " or ".join(kinds or ["anything"]) + _limits(whole)

    def example(self, schema: Schema, name: str = "") -> Any:
        """Return a body with what must be in it, or with all of it where nothing must."""
        whole = self._whole(schema)
        if name in _BY_NAME:
            return _BY_NAME[name]
        if "properties" in whole:
            wanted = whole.get("required") or list(whole["properties"])[:2]
            return {key: self.example(whole["properties"][key], key) for key in wanted}
        if "enum" in whole:
            return whole["enum"][0]
        if "oneOf" in whole:
            return self.example(whole["oneOf"][0], name)
        return self._plain(whole, name)

    def _plain(self, whole: Schema, name: str) -> Any:
        kind = next(iter(_kinds(whole)), "text")
        if kind == "array":
            return [self.example(whole.get("items", {}))]
        if kind in {"number", "yes or no", "object"}:
            return {"number": whole.get("minimum", 1), "yes or no": True, "object": {}}[kind]
        return _EXAMPLES.get(whole.get("format", ""), name or "text")

    def _inside(self, whole: Schema, name: str, depth: int) -> Iterator[Field]:
        if "items" in whole:
            yield from self.fields(whole["items"], before=f"{name}[].", depth=depth + 1)
        elif "properties" in whole:
            yield from self.fields(whole, before=f"{name}.", depth=depth + 1)

    def _whole(self, schema: Schema) -> Schema:
        """Return the schema with what it refers to; its own words win."""
        if "$ref" in schema:
            found = self._components[schema["$ref"].rpartition("/")[2]]
            return {**self._whole(found), **{k: v for k, v in schema.items() if k != "$ref"}}
        if len(schema.get("allOf", ())) == 1:
            return {**self._whole(schema["allOf"][0]), **schema}
        return schema


def words(text: str | None) -> SafeString:
    """Return a description, which is Markdown, without the enum's list that the generator adds."""
    plain = (text or "").partition("\n\n* `")[0] if (text or "").count("\n* `") else text or ""
    return safe_html(parsed("" if plain.lstrip().startswith("* `") else plain), rel=None)


def _kinds(schema: Schema) -> list[str]:
    """Return the names of the types as people say them."""
    found = schema.get("type", "object" if "properties" in schema else [])
    said = {"string": "text", "integer": "number", "boolean": "yes or no"}
    return [said.get(kind, kind) for kind in ([found] if isinstance(found, str) else found)]


def _limits(schema: Schema) -> str:
    """Return how long or how large it may be."""
    told = []
    if schema.get("maxLength"):
        told.append(f"at most {schema['maxLength']} characters")
    if "maxItems" in schema:
        told.append(f"at most {schema['maxItems']} of them")
    if "minimum" in schema and "maximum" in schema and schema["maximum"] < 10**12:
        told.append(f"{schema['minimum']} to {schema['maximum']}")
    return f" ({', '.join(told)})" if told else ""


def _one_of(values: Sequence[object]) -> str:
    """Return the words to choose from; of very many the first ones."""
    said = ["nothing" if value in {None, ""} else str(value) for value in values]
    shown = ", ".join(said[:_MOST_WORDS])
    return f"one of {shown}" + (
        f" and {len(said) - _MOST_WORDS} more" if said[_MOST_WORDS:] else ""
    )
