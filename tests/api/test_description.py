"""The description of the API is OpenAPI 3.1, and whole."""

from __future__ import annotations

from typing import Any

from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from config.api_description import described

METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> list[dict[str, Any]]:
    """Return what is said of each."""
    return [
        told
        for methods in described()["paths"].values()
        for method, told in methods.items()
        if method in METHODS
    ]


def references(value: Any) -> set[str]:
    """Return whatever is pointed to."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_it_is_what_the_standard_says() -> None:
    assert described()["openapi"] == "3.1.0"
    validate: Any = validate_schema
    validate(described())  # by the standard's own schema


def test_its_schemas_are_json_schemas_and_lead_nowhere_else() -> None:
    schemas = described()["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert references(described()) == {f"#/components/schemas/{name}" for name in schemas}


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [told["operationId"] for told in operations()]
    assert len(names) == len(set(names))
    assert not [name for name in names if "__" in name or name[-1].isdigit()]
    assert all(told["summary"] and told["description"] for told in operations())


def test_it_says_the_same_to_everybody_and_names_no_other_site(db: None, client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == described()
    page = client.get("/docs/api/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert 'src="http' not in page.content.decode()
