"""Log in with the password of the company's directory; the account is made at the first time."""

from __future__ import annotations

import logging
import threading

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.directory import answers
from accounts.directory.connection import Directory, Entry, Person, Unreachable, is_plausible
from accounts.errors import AccountError, AccountNotCreated, DirectoryUnavailable
from accounts.flows.external_groups import replace_groups
from accounts.flows.external_signup import create_external_user
from accounts.models import DirectoryAccount, User

log = logging.getLogger(__name__)

SOURCE = "directory"
# A directory that hangs holds no more threads than these; the others are told at once.
_questions = threading.BoundedSemaphore(4)


def is_kept_in_directory(user: User | None) -> bool:
    """Whether the directory is asked for this account's password; for nobody's, it may know one.

    An account with a password here is never taken to the directory, where somebody else may have
    the same name.
    """
    if settings.DIRECTORY is None:
        return False
    return user is None or DirectoryAccount.objects.filter(user=user).exists()


def has_password_somewhere(user: User) -> bool:
    """Whether there is a password at all, here or in the directory; single sign-on brings none."""
    return is_kept_in_directory(user) or user.has_usable_password()


def check_directory_password(user: User | None, *, login: str, password: str) -> User | None:
    """Return whose password it is, None if it is wrong; `user` is the account of that login, if any.

    Raises DirectoryUnavailable when nobody can say, and AccountNotCreated for a right password of
    someone who cannot have an account here.
    """
    account = DirectoryAccount.objects.filter(user=user).first() if user else None
    name = account.login if account else login
    if not is_plausible(name) or answers.is_bad(name, password):
        return None
    kept = answers.good_answer(name, password)
    if kept and kept.is_fresh:
        return _user_of(kept)
    try:
        person = _ask(name, password, key=account.key if account else "")
    except DirectoryUnavailable:
        if kept is None:
            raise
        return _user_of(kept)
    if person is None:
        answers.remember_bad(name, password)
        return None
    found = _welcome(person, login=name)
    answers.remember_good(name, password, user_id=found.pk)
    return found


def _ask(login: str, password: str, *, key: str) -> Person | None:
    message = _("the company's directory gives no answer: try again in a minute")
    configuration = settings.DIRECTORY
    if configuration is None or answers.is_away() or not _questions.acquire(blocking=False):
        raise DirectoryUnavailable(message)
    try:
        return Directory(configuration).verify(login, password, key=key)
    except Unreachable as error:
        log.warning("the directory gives no answer: %s", error)
        answers.remember_away()
        raise DirectoryUnavailable(message) from error
    finally:
        _questions.release()


def _user_of(kept: answers.Answer) -> User | None:
    account = DirectoryAccount.objects.filter(user=kept.user_id, gone_at=None)
    found = account.select_related("user").first()
    return found.user if found else None


def _welcome(person: Person, *, login: str) -> User:
    """Return the account of an entry, made if it is new, with the teams of its groups."""
    entry = person.entry
    with transaction.atomic():
        user = _account_of(entry) or _create(entry)
        DirectoryAccount.objects.update_or_create(
            key=entry.key,
            defaults={"user": user, "login": login, "checked_at": timezone.now()},
        )
        replace_groups(user, person.groups, source=SOURCE)
    return user


def _account_of(entry: Entry) -> User | None:
    account = DirectoryAccount.objects.filter(key=entry.key).select_related("user").first()
    return account.user if account else None


def _create(entry: Entry) -> User:
    try:
        return create_external_user(
            username=entry.login,
            email=entry.mail,
            is_proven=True,  # the directory is the company's own word for it
            source=SOURCE,
            display_name=entry.name,
        )
    except AccountError as error:
        if user := _account_of(entry):  # the same person, at the same moment
            return user
        message = _(
            "the directory knows you as '%(login)s', and no account here can be made of "
            "that: %(error)s Ask an administrator."
        ) % {"login": entry.login, "error": error}
        raise AccountNotCreated(message) from error
