"""What people call a credential: `token:17` is a number that nobody knows it by."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_lazy

from accounts.models import CommandLineSession, PersonalAccessToken, RobotSecret
from accounts.principals import BY_DOCKER
from accounts.together import read_together

_KINDS = {
    "": gettext_lazy("password"),
    "command-line": gettext_lazy("command line"),
    "machine": gettext_lazy("a machine that stays logged in"),
    "token": gettext_lazy("access token"),
    "secret": gettext_lazy("robot's secret"),
}


def public_parts(credentials: Iterable[str]) -> dict[str, str]:
    """Return what lists call the credentials, by the `via` that names them: one query at most.

    Of a docker credential it is the public part of what it was made of.
    """
    listed = set(credentials)
    named = {credential.removeprefix(BY_DOCKER).partition(":") for credential in listed}
    models: dict[str, type[CommandLineSession | PersonalAccessToken | RobotSecret]] = {
        "command-line": CommandLineSession,
        "token": PersonalAccessToken,
        "secret": RobotSecret,
    }
    asked = {
        kind: model.objects.filter(
            pk__in={number for via, _, number in named if via == kind and number.isdigit()}
        ).values_list("pk", "selector")
        for kind, model in models.items()
    }
    known = {
        f"{kind}:{pk}": f"{models[kind].PREFIX}_{selector}"
        for kind, rows in zip(asked, read_together(*asked.values()), strict=True)
        for pk, selector in rows
    }
    made_of = {credential: credential.removeprefix(BY_DOCKER) for credential in listed}
    return {credential: known[one] for credential, one in made_of.items() if one in known}


def in_words(credentials: Iterable[str]) -> dict[str, str]:
    """Return the kind of each credential and what lists call it; those of no known kind are left out."""
    listed = set(credentials)
    parts = public_parts(listed)
    words = {credential: name_of(credential, parts.get(credential, "")) for credential in listed}
    return {credential: name for credential, name in words.items() if credential and name}


def name_of(credential: str, public_part: str) -> str:
    """Return what one is called; empty for one of no known kind."""
    kind = _KINDS.get(credential.removeprefix(BY_DOCKER).partition(":")[0], "")
    name = f"{kind} {public_part}".strip() if kind else ""
    if name and credential.startswith(BY_DOCKER):
        return gettext("%(credential)s (docker credential)") % {"credential": name}
    return name
