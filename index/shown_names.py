"""Who did something, as far as everybody who sees the repository may know (CVE-2020-14313)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Visibility


def shown_name(name: str, *, actor: str, visibility: str) -> str:
    """Return the name of a person, and of machines what they are: their names are for insiders.

    `actor` is a principal's subject. Whoever sees a private repository may know its robots.
    """
    kind = actor.partition(":")[0]
    if kind == "robot" and visibility != Visibility.PRIVATE:
        return _("a robot of %(partition)s") % {"partition": name.partition("+")[0]}
    return _("a CI job") if kind == "workload" else name
