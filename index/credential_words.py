"""What people call a credential: `token:17` is a number that nobody knows it by."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from accounts.models import CommandLineSession, PersonalAccessToken, RobotSecret
from accounts.together import read_together

KINDS = {
    "": gettext_lazy("password"),
    "command-line": gettext_lazy("command line"),
    "machine": gettext_lazy("a machine that stays logged in"),
    "token": gettext_lazy("access token"),
    "secret": gettext_lazy("robot's secret"),
}


def public_parts(credentials: Iterable[str]) -> dict[str, str]:
    """Return what lists call the credentials, by the `via` that names them: one query at most."""
    named = {credential.partition(":") for credential in credentials}
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
    return {
        f"{kind}:{pk}": f"{models[kind].PREFIX}_{selector}"
        for kind, rows in zip(asked, read_together(*asked.values()), strict=True)
        for pk, selector in rows
    }


def in_words(credentials: Iterable[str]) -> dict[str, str]:
    """Return the kind of each credential and what lists call it; those of no known kind are left out."""
    listed = set(credentials)
    parts = public_parts(listed)
    kinds = {credential: str(KINDS.get(credential.partition(":")[0], "")) for credential in listed}
    return {
        credential: f"{words} {parts.get(credential, '')}".strip()
        for credential, words in kinds.items()
        if credential and words
    }
