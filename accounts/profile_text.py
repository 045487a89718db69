"""What people write about themselves and their organizations: one line each, and one link."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from accounts.errors import TextRefused

LONGEST_DISPLAY_NAME = 80
LONGEST_DESCRIPTION = 200
LONGEST_LOCATION = 80
LONGEST_LINK = 200

# Controls, overrides of the writing direction and lone surrogates; joiners belong to scripts.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_is_link = URLValidator(schemes=["http", "https"])


def check_line(text: str, *, what: str, longest: int) -> str:
    """Return the text unchanged, or raise TextRefused."""
    if len(text) > longest:
        message = f"{what} has at most {longest} characters."
        raise TextRefused(message)
    for character in text:
        if character in _DIRECTION_OVERRIDES or (
            unicodedata.category(character) in _REFUSED_CATEGORIES
        ):
            message = f"{what} has a character that cannot be seen. Type it anew."
            raise TextRefused(message)
    return text


def check_link(link: str) -> str:
    """Return the link unchanged, or raise TextRefused; none is fine, `javascript:` is not."""
    if not link:
        return link
    check_line(link, what="The link", longest=LONGEST_LINK)
    try:
        _is_link(link)
    except ValidationError as error:
        message = "The link is an address that starts with https:// or http://."
        raise TextRefused(message) from error
    return link
