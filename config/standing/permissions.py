"""Who may read and write what lies on the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# Where Docker shows a container the files meant for it, and nobody else.
_SHOWN_TO_US = Path("/run/secrets")


@looks_at(gettext_noop("Files"), needs_database=False)
def _files() -> Iterator[Line]:
    yield _folder()
    open_ones = [str(path) for path in _private() if _is_open(path)]
    name = gettext_noop("Private files")
    if open_ones:
        yield Line(
            name,
            State.BAD,
            gettext_noop("Others on this machine can read: %(files)s."),
            gettext_noop("Run `chmod go= FILE`, and think about who has read it."),
            {"files": ", ".join(open_ones[:5])},
        )
    else:
        yield Line(name, State.GOOD, gettext_noop("Nobody else on this machine can read them."))


def _folder() -> Line:
    """Return whether we may write where we have to."""
    name = gettext_noop("Folder of this instance")
    if os.access(settings.VAR_DIR, os.R_OK | os.W_OK | os.X_OK):
        return Line(name, State.GOOD, gettext_noop("It can be written."))
    return Line(
        name,
        State.BAD,
        gettext_noop("%(folder)s is not there, or cannot be written by user %(user)s."),
        gettext_noop("Make it, and give it to the user that Waybill runs as."),
        {"folder": settings.VAR_DIR, "user": os.geteuid()},
    )


def _private() -> Iterator[Path]:
    """Yield the files that hold a secret; what is not here is somebody else's to check."""
    yield settings.KEYS_DIR
    yield from settings.KEYS_DIR.glob("*.pem")
    for name, value in os.environ.items():
        if name[:8] == "WAYBILL_" and name[-5:] == "_FILE" and "CA_FILE" not in name:
            yield Path(value)
    yield settings.VAR_DIR / "nginx" / "nginx.conf"
    yield settings.VAR_DIR / "waybill.sqlite3"


def _is_open(path: Path) -> bool:
    try:
        found = path.stat()
        return bool(found.st_mode & _foreign(found)) and not _is_shielded(path)
    except OSError:
        return False


def _foreign(found: os.stat_result) -> int:
    """Return the bits that are for others; what somebody else gave to our group is for us."""
    is_given = found.st_gid == os.getegid() and found.st_uid != os.geteuid()
    return stat.S_IRWXO if is_given else _OTHERS


def _is_shielded(path: Path) -> bool:
    """Whether a folder above lets nobody else in."""
    whole = path.resolve()
    return whole.is_relative_to(_SHOWN_TO_US) or any(
        not folder.stat().st_mode & _OTHERS for folder in whole.parents
    )
