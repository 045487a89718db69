"""Grammar of domains that an organization may claim. Reject, never repair."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from accounts.errors import DomainRefused

CHALLENGE_LABEL = "_waybill-challenge"
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LONGEST = 253 - len(CHALLENGE_LABEL) - 1  # the record's name must fit as well

# Domains under which strangers register theirs. A record below one of them can be set by its
# operator alone, so this list is a courtesy to whoever mistypes; it need not be complete.
_PUBLIC_SUFFIXES = frozenset(
    [
        "ac.uk", "co.at", "co.il", "co.in", "co.jp", "co.kr", "co.nz", "co.uk", "co.za", "com.ar",
        "com.au", "com.br", "com.cn", "com.mx", "com.sg", "com.tr", "com.tw", "gov.uk", "ne.jp",
        "net.au", "or.jp", "org.au", "org.uk", "blogspot.com", "github.io", "gitlab.io",
        "herokuapp.com", "netlify.app", "pages.dev", "vercel.app", "web.app", "workers.dev",
    ]
)  # fmt: skip


def check_domain_name(name: str) -> str:
    """Return the name unchanged, or raise DomainRefused with the rule that it breaks."""
    if not name.isascii():
        message = _("Write the domain in its ASCII form, which starts with xn--.")
        raise DomainRefused(message)
    labels = name.split(".")
    if len(name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        message = _("A domain is lowercase letters, digits and hyphens between dots: example.com.")
        raise DomainRefused(message)
    if len(labels) < 2 or labels[-1].isdigit() or name in _PUBLIC_SUFFIXES:
        message = _(
            "%(name)s is not a domain that one organization can hold. Use one like example.com."
        ) % {"name": name}
        raise DomainRefused(message)
    return name
