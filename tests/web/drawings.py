"""Pictures of a page, read as strictly as XML is."""

from __future__ import annotations

import re
from xml.etree import ElementTree  # of our own pages
from xml.etree.ElementTree import Element


def drawings(page: str, name: str) -> list[Element]:
    """Return the pictures of that class; one that is no XML, or brings style of its own, fails."""
    found = [
        ElementTree.fromstring(text)  # noqa: S314 - pages that we made
        for text in re.findall(r"<svg\b.*?</svg>", page, re.DOTALL)
        if name in text.partition(">")[0]
    ]
    for picture in found:
        assert not any("style" in part.attrib for part in picture.iter())
    return found
