"""Where both programs start: outside the package, so that Ctrl-C while that loads is quiet, too."""

from __future__ import annotations

import sys

_STOPPED = 130


def command() -> None:
    """Run `waybill`."""
    try:
        from waybill.commands.main import run

        run()
    except KeyboardInterrupt:
        sys.exit(_STOPPED)


def docker_helper() -> None:
    """Run `docker-credential-waybill`."""
    try:
        from waybill.docker_helper import run

        run()
    except KeyboardInterrupt:
        sys.exit(_STOPPED)
