"""The API reference says what the description says."""

from __future__ import annotations

import re
import shlex

import pytest
from django.test import Client

from config import api_description
from config.guide.reference import operations_with, reference
from config.guide.schemas import Schemas


def test_every_operation_is_in_the_reference_once() -> None:
    told = {
        (method.upper(), path)
        for path, methods in api_description.described()["paths"].items()
        for method in methods
        if method != "parameters"
    }
    shown = [(one.method, one.path) for group in reference() for one in group.operations]
    assert len(shown) == len(set(shown))
    assert set(shown) == told


def test_each_group_has_a_page_with_an_anchor_for_each_operation(client: Client, db: None) -> None:
    for group in reference():
        page = client.get(f"/docs/api/{group.name}/").content.decode()
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert sorted(ids) == sorted(set(ids)), group.name
        assert {one.anchor for one in group.operations} <= set(ids)


def test_the_first_page_links_to_operations_and_to_the_description(
    client: Client, db: None
) -> None:
    page = client.get("/docs/api/").content.decode()
    assert 'href="/docs/api/user/#user-tokens-create"' in page
    assert 'href="/api/v1/openapi.json"' in page


def test_calls_to_copy_are_commands_with_this_host() -> None:
    for group in reference():
        for operation in group.operations:
            words = shlex.split(operation.curl.replace("\\\n", " "))
            assert words[0] == "curl"
            assert words[-1].startswith("http://index.test/api/v1/")


def test_an_operation_says_what_a_token_needs() -> None:
    operations = {(one.method, one.path): one for group in reference() for one in group.operations}
    assert operations["POST", "/api/v1/user/tokens"].part == ""
    assert operations["GET", "/api/v1/repositories"].part == "repositories:read"
    assert operations["GET", "/api/v1/repositories"].is_open
    assert operations["POST", "/api/v1/repositories"].part == "repositories:write"


def test_a_body_is_told_field_by_field(client: Client, db: None) -> None:
    page = client.get("/docs/api/user/").content.decode()
    body = page.partition('id="user-tokens-create"')[2].partition("</section>")[0]
    assert "<code>expires_at</code>" in body
    assert "date and time or null" in body
    assert "at most 80 characters" in body


def test_the_reference_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = reference()
    monkeypatch.setattr("config.guide.reference.described", None)
    assert reference() is first


def test_no_third_party_and_no_script_of_its_own(client: Client, db: None) -> None:
    page = client.get("/docs/api/repositories/").content.decode()
    assert "swagger" not in page.lower()
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert re.findall(r'(?:src|href)="https?://', page) == []


def test_operations_are_found_by_their_words() -> None:
    assert any(one.path == "/api/v1/user/tokens" for one in operations_with("access token"))
    assert operations_with("xyzzyq") == []


def test_schemas_that_contain_themselves_end() -> None:
    loop = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Loop"}}}
    schemas = Schemas({"Loop": loop})
    assert len(list(schemas.fields({"$ref": "#/components/schemas/Loop"}))) < 10
