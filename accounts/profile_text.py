"""What people write about themselves and their organizations: one line each, and one link."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from accounts.errors import TextRefused

LONGEST_DISPLAY_NAME = 80
LONGEST_DESCRIPTION = 200
LONGEST_LOCATION = 80
LONGEST_LINK = 200

# Controls, overrides of the writing direction, lone surrogates, and what has no width.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # of category Cf too, but scripts and emoji need them
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs without any ink
_is_link = URLValidator(schemes=["http", "https"])


def check_line(text: str, *, what: str, longest: int) -> str:
    """Return the text unchanged, or raise TextRefused."""
    if len(text) > longest:
        message = _("%(what)s has at most %(longest)s characters.") % {
            "what": what,
            "longest": longest,
        }
        raise TextRefused(message)
    for character in text:
        if character not in _JOINERS and (
            character in _BLANKS or unicodedata.category(character) in _REFUSED_CATEGORIES
        ):
            message = _("%(what)s has a character that cannot be seen. Type it again.") % {
                "what": what
            }
            raise TextRefused(message)
    if text and not any(character.isprintable() and not character.isspace() for character in text):
        message = _("%(what)s has nothing in it that can be seen.") % {"what": what}
        raise TextRefused(message)
    return text


def check_link(link: str) -> str:
    """Return the link unchanged, or raise TextRefused; none is fine, `javascript:` is not."""
    if not link:
        return link
    check_line(link, what=_("The link"), longest=LONGEST_LINK)
    try:
        _is_link(link)
    except ValidationError as error:
        message = _("The link is an address that starts with https:// or http://.")
        raise TextRefused(message) from error
    return link
