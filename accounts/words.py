"""Words of the API that people read, too: roles, visibilities, modes and sizes.

In the API, for docker and in the audit they stay as they are; only pages and mails say them in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_WORDS = {
    "reader": _("reader"),
    "writer": _("writer"),
    "admin": _("admin"),
    "owner": _("owner"),
    "member": _("member"),
    "maintainer": _("maintainer"),
    "public": _("public"),
    "internal": _("internal"),
    "private": _("private"),
    "open": _("open"),
    "read-only": _("read-only"),
    "archived": _("archived"),
    "ordinary": _("ordinary"),
    "large": _("large"),
    "anonymous": _("anonymous"),
    "this site": _("this site"),
}


def word(value: str) -> str:
    """Return what this is called in the language of the page; what is not listed stays."""
    return str(_WORDS.get(str(value), value))


def title(value: str) -> str:
    """Return the same with a capital letter, as a choice stands in a form."""
    text = word(value)
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], more: int) -> str:
    """Return "one, two and 3 more"; `more` are those that are not named."""
    text = ", ".join(names)
    return (
        gettext("%(names)s and %(more)s more") % {"names": text, "more": more} if more > 0 else text
    )


lazy_title = lazy(title, str)
