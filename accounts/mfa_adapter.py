"""Where django-allauth's two factors ask us: secrets at rest, names, and what may be removed."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import second_factor


class MFAAdapter(DefaultMFAAdapter):
    """Seeds are encrypted, for they cannot be kept as digests; our words for what goes wrong."""

    error_messages = {  # noqa: RUF012 - allauth's attribute, read only
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "That did not match. A code is good for half a minute and once; wait for the next one."
        ),
        "cannot_delete_authenticator": _(
            "It is your last second factor, and two factors are demanded of you. Add "
            "another one first."
        ),
        "unverified_email": _(
            "Verify all your e-mail addresses first, or remove those that are not verified."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return the text encrypted with a key that follows from the secret key."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text again, also with a former secret key."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor of whom two are demanded."""
        return not (
            second_factor.is_last(authenticator)
            and second_factor.is_demanded_of(authenticator.user)
        )

    def get_totp_label(self, user: Any) -> str:
        """Return the user name: an authenticator app shows it to whoever looks over a shoulder."""
        return str(user.username)

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """Return what a browser shows when it asks which passkey to use."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"name": user.username, "display_name": user.username}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        """Return a name for a key that was given none."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return f"Key {number}"


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(str(secret))) for secret in secrets])


def _key(secret: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"waybill second factors")
    return base64.urlsafe_b64encode(derive.derive(secret.encode()))
