"""What can go wrong with accounts; each door translates these once."""

from __future__ import annotations

from typing import ClassVar

from accounts.guide import Anchor


class AccountError(Exception):
    """The base of all refusals that concern accounts; `str()` is a sentence for people."""

    help: ClassVar[Anchor | None] = None  # where the guide explains it


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
    """User name and secret do not belong together; says nothing about which of them is wrong."""

    help = Anchor.UNAUTHORIZED


class OtherAccount(InvalidCredentials):
    """The secret is right, and somebody else's."""

    help = Anchor.OTHER_ACCOUNT


class CredentialEnded(InvalidCredentials):
    """The secret was right, and was revoked or has expired."""

    help = Anchor.TOKEN_ENDED


class NetworkRefused(InvalidCredentials):
    """The secret is right, and not to be used from there."""

    help = Anchor.NETWORK


class WrongPassword(InvalidCredentials):
    """That secret would have had to be a password."""


class AccountNotVerified(AccountError):
    """The password is right, the e-mail address still unproven."""

    help = Anchor.NOT_VERIFIED


class AccountDisabled(AccountError):
    """The password is right, an administrator has disabled the account."""

    help = Anchor.DISABLED


class AccountNotCreated(AccountDisabled):
    """The directory knows the password, and nobody here can have the name or address it tells."""


class NoAnswerNow(AccountError):
    """Whether the password is right cannot be said at the moment: 503, never a no."""

    help = Anchor.BUSY

    retry_after = 60  # seconds


class DirectoryUnavailable(NoAnswerNow):
    """Whether the password is right is known by the directory alone, and it gives no answer."""


class PasswordsBusy(NoAnswerNow):
    """More passwords are to be checked than this machine can check in time."""

    retry_after = 5

    def __init__(self) -> None:
        """Say so; which account it was makes no difference."""
        super().__init__("too many logins at this moment: try again in some seconds")


class SecondFactorRequired(AccountError):
    """The password is right, and not enough: the account needs a token where no code can be asked."""

    help = Anchor.TWO_FACTORS


class NotAllowed(AccountError):
    """The principal may know of it and may not do this."""


class PlanRefused(AccountError):
    """A plan cannot be so; the sentence says why."""


class PlanInUse(PlanRefused):
    """The plan holds for somebody, so it cannot go."""


class QuotaExceeded(AccountError):
    """The plan of the namespace leaves no room; the sentence says for what and who can change it."""

    help = Anchor.PLAN


class TooManyAttempts(AccountError):
    """Too many wrong passwords for this account from this network lately."""

    help = Anchor.TOO_MANY_REQUESTS

    def __init__(self, retry_after: int) -> None:
        """Keep the seconds to wait."""
        super().__init__(f"too many failed logins: try again in {retry_after} seconds")
        self.retry_after = retry_after


class LimitReached(AccountError):
    """Too much of something lately; the sentence says of what."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        """Keep the seconds to wait."""
        super().__init__(sentence)
        self.retry_after = retry_after


class LastWayIn(AccountError):
    """Without it, nothing would open the account any more."""


class LastOwner(AccountError):
    """The organization would be left without anyone who can change it."""


class AlreadyMember(AccountError):
    """The person is in the organization or the team already."""


class InvitationRefused(AccountError):
    """The invitation cannot be sent, or not be accepted; the sentence says why and what to do."""


class TeamIsManaged(AccountError):
    """Its members come with a group of the directory or identity provider, at each log-in."""


class TextRefused(AccountError):
    """A text for people has characters that are none, or a link is not one; the sentence says."""


class DomainRefused(AccountError):
    """The domain cannot be claimed or verified; the sentence says why."""


class OrganizationInUse(AccountError):
    """It cannot be deleted yet; the sentence says what is in the way."""


class SignupRefused(AccountError):
    """The site does not let this address sign up; the sentence says who can."""


class PictureRefused(AccountError):
    """The file is not a picture that we keep; the sentence says why."""


class AccountInUse(AccountError):
    """The account cannot be closed yet; the sentence says what is in the way."""


class ReasonMissing(AccountError):
    """An administrator's step against an account needs a reason."""


class CredentialRefused(AccountError):
    """A token, a robot or a secret cannot be made or changed like this; the sentence says why."""


class MachineRefused(NotAllowed):
    """A token or robot asked for what people alone may do: credentials never make credentials."""


class AnnouncementRefused(AccountError):
    """It cannot be announced so; the sentence says why."""


class AuthorizationPending(AccountError):
    """Nobody has answered the command line yet: ask again (RFC 8628 §3.5)."""


class SlowDown(AuthorizationPending):
    """And not so soon."""


class AccessDenied(AccountError):
    """Somebody refused the command line."""


class ExpiredToken(AccountError):
    """The code of a command line has ended, was used already, or never was one."""
