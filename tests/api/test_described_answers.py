"""Answers are what the description says they are."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from config.api_description import described
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.conftest import World

FORMATS = FormatChecker()
FORMATS.checks("uri")(lambda text: not isinstance(text, str) or "://" in text)

READ = sorted(door for door in ADDRESSES if door.startswith("api/v1/") and "openapi" not in door)


@pytest.mark.parametrize("door", READ)
@pytest.mark.parametrize("person", ["olga", "root"])
def test_what_is_read_is_what_is_described(
    world: World, client: Client, door: str, person: str
) -> None:
    operations = described()["paths"]["/" + re.sub(r"<\w+:(\w+)>", r"{\1}", door)]
    user = world.person(person)
    assert user
    client.force_login(user)
    response = client.get(fill_in(ADDRESSES[door], world))
    assert "get" in operations or response.status_code in {401, 403, 405}
    if response.status_code == 200:
        content = operations["get"]["responses"]["200"]["content"]
        media_type = response["Content-Type"].partition(";")[0]
        assert media_type in content
        if not media_type.endswith("json"):
            return
        schema = content[media_type]["schema"]
        whole = {**schema, "components": described()["components"]}
        Draft202012Validator(whole, format_checker=FORMATS).validate(response.json())
