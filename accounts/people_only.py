"""What people do with their own hands: a credential never makes or widens credentials (case 16)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import MachineRefused, NotAllowed
from accounts.models import Namespace, User
from accounts.principals import Principal


def check_person(by: Principal) -> User:
    """Return who acts; raise MachineRefused unless it is a person who logged in as such."""
    if by.user is None or not by.is_in_person:
        message = _("This needs a log-in on the page: a token or robot changes no credentials.")
        raise MachineRefused(message)
    return by.user


def check_holder(by: Principal, namespace: Namespace, *, ends: bool = False) -> User:
    """Return who acts; raise NotAllowed unless it is the namespace's user or one of its owners.

    While it is frozen administrators alone act; only what `ends` a credential waits for nobody.
    """
    user = check_person(by)
    if by.is_administrator:
        return user
    held = Namespace.objects.held_by(user).filter(pk=namespace.pk).first()
    if held is None:
        message = _("Only owners of %(name)s may do this.") % {"name": namespace.name}
        raise NotAllowed(message)
    if held.frozen_at and not ends:
        message = _("%(name)s is frozen: ask an administrator of this site to end that.") % {
            "name": namespace.name
        }
        raise NotAllowed(message)
    return user
