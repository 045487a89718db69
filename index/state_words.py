"""Why a repository takes no pushes although there is a role for it: one line, as docker prints it."""

from __future__ import annotations

from django.conf import settings

from index.models import RepositoryMode, Writers

_MODES = {
    RepositoryMode.ARCHIVED: "is archived: it can be pulled, and nothing in it changes",
    RepositoryMode.READ_ONLY: "is read-only for now: it can be pulled, and nothing in it changes",
}
_WRITERS = {
    Writers.BUILDERS: (
        "is in a registry that build servers alone push to: CI jobs that the repository trusts, and "
        "robots that an administrator of this site marked as such"
    ),
    Writers.PROMOTION: (
        "is in a registry that nobody pushes to: push to a repository of an earlier stage and have "
        "it promoted"
    ),
}


def words_for_mode(name: str, mode: str) -> str:
    """Return that it is archived or read-only, and who can change that; "" where it is neither."""
    words = _MODES.get(RepositoryMode(mode))
    if words is None:
        return ""
    return (
        f"{name} {words}. Its admins can open it again: {settings.PUBLIC_URL}/r/{name}/-/settings"
    )


def words_for_stage(name: str, writers: str) -> str:
    """Return who writes into the registry that keeps it, and what to do; "" where everybody may."""
    words = _WRITERS.get(Writers(writers))
    return f"{name} {words}" if words else ""
