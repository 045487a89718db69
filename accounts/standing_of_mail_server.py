"""Whether the mail server takes us: asked when somebody waits for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at


@looks_at(gettext_noop("Mail"), asks_others=True, needs_database=False)
def _mail_server() -> Iterator[Line]:
    """Connect and log in, and send nothing."""
    if not settings.EMAIL_BACKEND.endswith("SmtpBackend"):
        return
    name, server = gettext_noop("Mail server"), get_connection()
    try:
        server.open()
        server.close()
    except (SMTPException, OSError) as error:
        yield Line(
            name,
            State.BAD,
            gettext_noop("It does not take us."),
            gettext_noop("Correct WAYBILL_EMAIL_URL: host, port, tls, user and password."),
            detail=f"{type(error).__name__}: {error}",
        )
    else:
        yield Line(name, State.GOOD, gettext_noop("It took our login just now."))
