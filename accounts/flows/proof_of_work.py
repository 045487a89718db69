"""A moment of work for every browser that signs up: ALTCHA, without any third party.

A challenge is signed and expires, so nothing is kept until it is solved; a solved one counts once.
"""

from __future__ import annotations

import base64
import json
import time

from altcha import Payload, create_challenge, verify_solution
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.errors import SignupRefused

_ALGORITHM = "PBKDF2/SHA-256"
_COST = 10_000  # iterations a try; 256 tries on average: about two seconds of a laptop
_LIFETIME = 1200  # seconds to fill in the form
_LONGEST = 4000


def make_challenge() -> str:
    """Return the JSON that the browser works on."""
    challenge = create_challenge(
        _ALGORITHM, _COST, expires_at=int(time.time()) + _LIFETIME, hmac_secret=_secret()
    )
    return json.dumps(challenge.to_dict())


def check_proof(text: str) -> None:
    """Take a solution, once; raise SignupRefused for anything else."""
    if not text:
        message = _(
            "The calculation that keeps machines out was not done. Wait until the form "
            "says that it is, then send it again. Without JavaScript it cannot be done: "
            "ask an administrator for an invitation."
        )
        raise SignupRefused(message)
    if len(text) > _LONGEST or not verify_solution(text, _secret()).verified:
        message = _("The calculation took too long, or went wrong. It starts anew: wait for it.")
        raise SignupRefused(message)
    nonce = _nonce_of(text)
    if not cache.add(f"proof-of-work:{nonce}", 1, _LIFETIME + 60):
        message = _("This calculation was used already. A new one has started: wait for it.")
        raise SignupRefused(message)


def _nonce_of(text: str) -> str:
    """Return the challenge's own random number; the signature covers it, lower case by its maker."""
    payload = Payload.from_dict(json.loads(base64.b64decode(text)))
    return payload.challenge.parameters.nonce


def _secret() -> str:
    return salted_hmac("accounts.proof_of_work", "signature", algorithm="sha256").hexdigest()


def is_demanded(*, has_invitation: bool) -> bool:
    """Whether this sign-up needs the calculation."""
    return settings.SIGNUP_CAPTCHA and settings.SIGNUP == "open" and not has_invitation
