"""The chapter about the REST API says where the operations of each page are, and leaves none out."""

from __future__ import annotations

import re

from config.guide.reference import reference
from launcher.layout import CHECKOUT


def test_every_kind_of_operation_is_in_the_table_of_pages() -> None:
    chapter = (CHECKOUT / "docs" / "guide" / "en" / "rest-api.md").read_text()
    found = re.findall(r"'docs-api-group' '([a-z-]+)'", chapter)
    assert sorted(found) == sorted(group.name for group in reference())
