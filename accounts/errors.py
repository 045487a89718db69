"""What can go wrong with accounts; each door translates these once."""

from __future__ import annotations


class AccountError(Exception):
    """The base of all refusals that concern accounts; `str()` is a sentence for people."""


class NameInvalid(AccountError):
    """The name is outside the grammar."""


class NameReserved(AccountError):
    """The name belongs to the house."""


class NameTaken(AccountError):
    """A user or an organization has, or had, this name."""


class PasswordRefused(AccountError):
    """The new password breaks a rule; the sentence says which."""


class EmailRefused(AccountError):
    """The e-mail address is not one, or is taken."""


class InvalidCredentials(AccountError):
    """User name and password do not belong together; says nothing about which of them is wrong."""


class AccountNotVerified(AccountError):
    """The password is right, the e-mail address still unproven."""


class AccountDisabled(AccountError):
    """The password is right, an administrator has disabled the account."""


class SecondFactorRequired(AccountError):
    """The password is right, and not enough: the account needs a token where no code can be asked."""


class NotAllowed(AccountError):
    """The principal may know of it and may not do this."""


class QuotaExceeded(AccountError):
    """The plan of the namespace leaves no room; the sentence says for what and who can change it."""


class TooManyAttempts(AccountError):
    """Too many wrong passwords for this account from this network lately."""

    def __init__(self, retry_after: int) -> None:
        """Keep the seconds to wait."""
        super().__init__(f"too many failed logins: try again in {retry_after} seconds")
        self.retry_after = retry_after
