"""Say which mails one wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from accounts.audit import AuditAction, record
from accounts.mail_kinds import MailKind, unwanted_by
from accounts.models import MailChoice, User
from accounts.people_only import check_person
from accounts.principals import Principal


def choose_mails(*, by: Principal, wanted: Iterable[MailKind]) -> None:
    """Want mails of these kinds, and of no other that can be switched off. Raises MachineRefused."""
    chosen = set(wanted)
    change_mails(by=by, choices={kind: kind in chosen for kind in MailKind})


def change_mails(*, by: Principal, choices: Mapping[MailKind, bool]) -> None:
    """Change some kinds and leave the others. Raises MachineRefused."""
    user = check_person(by)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        unwanted = unwanted_by(user)
        changed = {
            kind: is_wanted
            for kind, is_wanted in choices.items()
            if is_wanted == (kind.value in unwanted)
        }
        for kind, is_wanted in changed.items():
            MailChoice.objects.update_or_create(
                user=user, kind=kind.value, defaults={"is_wanted": is_wanted}
            )
        if changed:
            record(
                AuditAction.MAILS_CHOSEN,
                by=by,
                user=user,
                target=user.username,
                on=", ".join(kind.value for kind, is_wanted in changed.items() if is_wanted),
                off=", ".join(kind.value for kind, is_wanted in changed.items() if not is_wanted),
            )


def unsubscribe(user: User, kind: MailKind) -> None:
    """End one kind by the link of a mail: whoever has the mail may."""
    change_mails(by=Principal(user), choices={kind: False})
