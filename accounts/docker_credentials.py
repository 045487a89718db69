"""What docker is handed in place of a long-lived secret: signed, good for an hour, kept nowhere.

It has the form of every secret of ours, so scanners know it. The selector is its parent's: the
access token or robot's secret that it was made of. The rest says of which kind that is and until
when it holds, and is signed with the server's key and the parent's digest: who has only one of the
two makes none. The parent's row is read anyway, for as long as that is good this one is.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.opaque_tokens import OpaqueToken, parse_opaque_token

PREFIX = "wbk"
LIFETIME = timedelta(hours=1)
_SALT = "waybill docker credential"
_SIGNED = 54  # hexadecimal digits: 216 bits
# The last letter of the parent's prefix, and the second until which it is good.
_BODY = re.compile(rf"([0-9a-f]{{2}})([0-9a-f]{{8}})([0-9a-f]{{{_SIGNED}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class DockerCredential:
    """One that was shown: of which parent, and until when, if its signature is right."""

    parent: str  # the prefix of its kind
    selector: str
    expires_at: datetime
    signature: str

    def matches(self, digest: str) -> bool:
        """Whether it is of the parent with this digest, and unchanged; in constant time."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        said = _said(self.parent, self.selector, self.expires_at, digest)
        return any(hmac.compare_digest(_sign(said, key), self.signature) for key in keys)

    @property
    def is_expired(self) -> bool:
        """Whether its last second has begun to be over: no leeway, for we alone look at it."""
        return datetime.now(UTC) >= self.expires_at

    def __repr__(self) -> str:
        """Hide the signature."""
        return f"DockerCredential({PREFIX}_{self.selector}_***)"


def make_docker_credential(
    *, parent: str, selector: str, digest: str, expires_at: datetime
) -> tuple[str, datetime]:
    """Return one, and when it ends: at a whole second, not after `expires_at`."""
    ends = expires_at.replace(microsecond=0)
    signature = _sign(_said(parent, selector, ends, digest), settings.SECRET_KEY)
    body = f"{ord(parent[-1]):02x}{int(ends.timestamp()):08x}{signature}"
    return OpaqueToken(PREFIX, selector, body).value, ends


def parse_docker_credential(text: str) -> DockerCredential | None:
    """Return what the text says, still to be proven by `matches`; None for any other text."""
    shown = parse_opaque_token(text, PREFIX)
    parts = _BODY.fullmatch(shown.secret) if shown else None
    if shown is None or parts is None:
        return None
    expires_at = datetime.fromtimestamp(int(parts[2], 16), UTC)
    return DockerCredential(f"wb{chr(int(parts[1], 16))}", shown.selector, expires_at, parts[3])


def _said(parent: str, selector: str, expires_at: datetime, digest: str) -> str:
    return f"{parent}_{selector}_{int(expires_at.timestamp())}_{digest}"


def _sign(said: str, key: str | bytes) -> str:
    return salted_hmac(_SALT, said, secret=key, algorithm="sha256").hexdigest()[:_SIGNED]
