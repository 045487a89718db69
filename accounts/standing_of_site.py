"""What administrators want to know of the site itself: mail, audit, who administers, disk and database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from accounts.audit_forwarding.lag import standings
from accounts.mail_record import mail_record
from accounts.models import Membership, Organization, OrganizationRole, User
from accounts.standing import Line, State, looks_at

_FULL, _NEARLY_FULL = 0.03, 0.10  # what is left of a disk
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@looks_at(gettext_noop("Mail"))
def _mail() -> Iterator[Line]:
    record = mail_record()
    name = gettext_noop("Mail")
    if record.is_failing:
        yield Line(
            name,
            State.BAD,
            gettext_noop("The last mail was not sent: %(problem)s."),
            gettext_noop("Check WAYBILL_EMAIL_URL and the mail server's log."),
            {"problem": record.problem},
            view="web-manage-settings",
            at=record.failed_at,
        )
    elif record.sent_at is None:
        yield Line(
            name,
            State.UNKNOWN,
            gettext_noop("No mail has been sent in the last 30 days."),
            gettext_noop("To test it, invite somebody or ask for a new password."),
            view="web-manage-invitations",
        )
    else:
        yield Line(name, State.GOOD, gettext_noop("The last mail was sent."), at=record.sent_at)
    if settings.EMAIL_BACKEND.endswith("FolderBackend"):
        yield Line(
            gettext_noop("Mail server"),
            State.GOOD if settings.IS_OWN_MACHINE else State.BAD,
            gettext_noop("Mail is written into a folder and reaches nobody."),
            "" if settings.IS_OWN_MACHINE else gettext_noop("Set WAYBILL_EMAIL_URL to smtp://…"),
            view="web-manage-settings",
        )


@looks_at(gettext_noop("People"))
def _people() -> Iterator[Line]:
    state, sentence, advice, facts = _administrators()
    name = gettext_noop("Administrators")
    yield Line(name, state, sentence, advice, facts, view="web-manage-people")
    yield from _ownerless()


def _administrators() -> tuple[State, str, str, dict[str, str]]:
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=_FACTORS)
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    bare = list(administrators.exclude(Exists(factors)).values_list("username", flat=True)[:10])
    if bare:
        sentence = gettext_noop("Without a second factor: %(names)s.")
        advice = gettext_noop("Their password alone opens everything here: ask them to set one up.")
        return State.LOOK, sentence, advice, {"names": ", ".join(bare)}
    count = administrators.count()
    if count == 0:
        sentence = gettext_noop("There is no administrator yet.")
        return State.LOOK, sentence, gettext_noop("Run `manage.py setup_link`, and open it."), {}
    if count == 1:
        sentence = gettext_noop("There is only one.")
        advice = gettext_noop("Appoint a second one: nobody else can help when a phone is lost.")
        return State.LOOK, sentence, advice, {}
    return State.GOOD, gettext_noop("All have two factors."), "", {}


def _ownerless() -> Iterator[Line]:
    owners = Membership.objects.filter(
        organization=OuterRef("pk"), role=OrganizationRole.OWNER, user__is_active=True
    )
    without = Organization.objects.filter(deleted_at=None).exclude(Exists(owners)).count()
    if without:
        yield Line(
            gettext_noop("Organizations"),
            State.LOOK,
            gettext_noop("Without an owner who can log in: %(count)s."),
            gettext_noop("Give them an owner."),
            {"count": without},
            view="web-manage-organizations",
        )


@looks_at(gettext_noop("Audit"))
def _audit() -> Iterator[Line]:
    for standing in standings():
        failed_at = standing.forwarding.failed_at
        yield Line(
            standing.name,
            State.BAD if failed_at else State.GOOD,
            gettext_noop("Events waiting to be forwarded: %(count)s. %(problem)s"),
            gettext_noop("Check the collector; nothing is lost in the meantime.")
            if failed_at
            else "",
            {"count": standing.behind, "problem": standing.forwarding.last_problem},
            view="web-manage-audit",
            at=failed_at,
        )
    if not settings.AUDIT_SYSLOG and not settings.AUDIT_HTTP_URL:
        yield Line(
            gettext_noop("Collectors"),
            State.GOOD,
            gettext_noop("None is set up: the audit is kept only here."),
            view="web-manage-audit",
        )


@looks_at(gettext_noop("Disk and database"))
def _disk() -> Iterator[Line]:
    usage = shutil.disk_usage(settings.VAR_DIR)
    left = usage.free / usage.total if usage.total else 0.0
    state = State.BAD if left < _FULL else State.LOOK if left < _NEARLY_FULL else State.GOOD
    yield Line(
        gettext_noop("Folder of this instance"),
        state,
        gettext_noop("%(free)s of %(total)s are free on its disk."),
        gettext_noop("Make room: keys, mails and the database may lie there.")
        if state is not State.GOOD
        else "",
        {"free": gigabytes(usage.free), "total": gigabytes(usage.total)},
    )
    yield Line(
        gettext_noop("Database"),
        State.GOOD,
        gettext_noop("%(vendor)s, %(size)s."),
        values={"vendor": connection.display_name, "size": gigabytes(_database_size())},
    )


def gigabytes(size: float) -> str:
    """Return bytes as docker prints them, decimal: `12.4 GB`, `830 MB`."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB"


def _database_size() -> int:
    """Return the bytes of the database; of SQLite with what was not written back yet."""
    if connection.vendor == "sqlite":
        path = str(connection.settings_dict["NAME"])
        files = (Path(f"{path}{ending}") for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.is_file())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
