"""Makers of second factors, and the codes they show."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def set_up_app(user: User) -> Authenticator:
    """An authenticator app with SECRET, and recovery codes."""
    factor: Authenticator = TOTP.activate(user, SECRET).instance
    RecoveryCodes.activate(user)
    return factor


def code_of(secret: str = SECRET) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def recovery_codes_of(user: User) -> list[str]:
    """The codes that are left."""
    factor = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return list(factor.wrap().get_unused_codes())
