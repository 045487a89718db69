"""Create an account and claim its namespace, both or neither."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import AuditAction, record
from accounts.errors import EmailRefused, NameTaken, PasswordRefused, SignupRefused
from accounts.flows import proof_of_work
from accounts.flows.site_invitations import find_invitation, use_site_invitation
from accounts.limits import SIGNUPS
from accounts.models import Invitation, Namespace, User
from accounts.names import check_user_name
from accounts.principals import Principal
from accounts.ratelimits import count, network_of, refuse_above

_LONGEST_EMAIL = 254  # what the column holds; PostgreSQL would answer more with a 500
_INVITATION_GONE = gettext_lazy(
    "This invitation was used or taken back, has ended, or is for another e-mail address."
)


def sign_up(
    *, username: str, email: str, password: str, address: str, invitation: str = "", proof: str = ""
) -> User:
    """Create an account for someone at the door, as the site's rules allow.

    The page, v1 and the REST API call this. An address that belongs to someone already makes no
    difference here: the new account can never prove it, and its owner is told by mail
    (accounts.adapter), so that nobody learns which addresses are known.

    Raises what check_signup and check_open raise, and TooManyAttempts.
    """
    check_signup(username=username, email=email, password=password)
    found = check_open(email=email, invitation=invitation)
    network = network_of(address)
    refuse_above(SIGNUPS, network)
    if proof_of_work.is_demanded(has_invitation=found is not None):
        proof_of_work.check_proof(proof)
    with transaction.atomic():
        if found and not use_site_invitation(found):
            raise SignupRefused(_INVITATION_GONE)
        user = create_user(username=username, email=email, password=password)
    count(SIGNUPS, network)
    return user


def check_open(*, email: str, invitation: str = "") -> Invitation | None:
    """Return the invitation, if one counts; raise SignupRefused when this address may not sign up."""
    if settings.SIGNUP == "closed":
        raise SignupRefused(why_closed())
    found = find_invitation(invitation, email=email) if invitation else None
    if settings.SIGNUP == "open" or found:
        return found
    if invitation:
        raise SignupRefused(_INVITATION_GONE)
    if settings.SIGNUP == "domain" and email.rpartition("@")[2].lower() in settings.SIGNUP_DOMAINS:
        return None
    raise SignupRefused(why_closed())


def why_closed() -> str:
    """Return who may sign up, and what others do; empty where everybody may."""
    host = settings.PUBLIC_HOST
    sentences = {
        "open": "",
        "invitation": _("%(host)s takes new people by invitation: ask one of its administrators.")
        % {"host": host},
        "domain": (
            _(
                "Sign up with an address at %(signup_domains)s, or ask an administrator to "
                "invite you."
            )
            % {"signup_domains": " or ".join(settings.SIGNUP_DOMAINS) or "a domain"}
        ),
        "closed": _("Nobody can sign up at %(host)s. Ask one of its administrators.")
        % {"host": host},
    }
    return sentences[settings.SIGNUP]


def check_signup(*, username: str, email: str, password: str) -> None:
    """Raise NameInvalid, NameReserved, NameTaken, EmailRefused or PasswordRefused."""
    check_user_name(username)
    if Namespace.objects.filter(name=username).exists():
        raise NameTaken(_taken(username))
    try:
        validate_email(email)
        MaxLengthValidator(_LONGEST_EMAIL)(email)
    except ValidationError as error:
        raise EmailRefused(" ".join(error.messages)) from error
    try:
        validate_password(password, User(username=username, email=email))
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error


def create_user(*, username: str, email: str, password: str) -> User:
    """Create the user, the namespace of the same name and the still unproven e-mail address.

    Raises what check_signup raises; a name that someone claims at the same moment is NameTaken.
    """
    check_signup(username=username, email=email, password=password)
    user = User(username=username, email=User.objects.normalize_email(email))
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            namespace = Namespace.objects.create(name=username, user=user)
            EmailAddress.objects.create(user=user, email=user.email.lower(), primary=True)
            record(
                AuditAction.ACCOUNT_CREATED,
                by=Principal(user),
                namespace=namespace,
                user=user,
                target=username,
            )
    except IntegrityError as error:
        raise NameTaken(_taken(username)) from error
    return user


def _taken(username: str) -> str:
    return _("The name %(username)s is taken. Choose another one.") % {"username": username}
