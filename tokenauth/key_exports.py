"""What registries are told of our keys: snippets to paste, and the files these name.

Registries differ in what they go by (docs/operations/keys.md has the table). A snippet fits the
format of keys that all registries of the service have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.conf import settings

from index.registry_config import trust_option
from tokenauth.signing.certificates import certificate_pem
from tokenauth.signing.key_folder import KeyTrouble
from tokenauth.signing.key_format import KeyFormat
from tokenauth.signing.keys import SigningKey, SigningKeys

_FOLDER = "/etc/waybill"
_FILES = {
    KeyFormat.X5C: "root.crt",
    KeyFormat.LIBTRUST: "keys.pem",
    KeyFormat.THUMBPRINT: "keys.json",
}
_HINTS = {
    KeyFormat.X5C: "# {file}: what `keys export root` prints. It stays the same when keys change.",
    KeyFormat.LIBTRUST: "# {file}: what `keys export certificates` prints. {again}",
    KeyFormat.THUMBPRINT: "# {file}: what `keys export jwks` prints. {again}",
}
_AGAIN = "Write it anew\n# after `keys prepare`, and restart the registry before `keys rotate`."


def distribution(service: str, key_format: KeyFormat, *, version: int) -> str:
    """Return the `auth` section for distribution 2.x or 3.x."""
    option, file_name = trust_option(key_format), _FILES[key_format]
    if version == 2 and key_format == KeyFormat.THUMBPRINT:
        message = "distribution 2.x knows no thumbprints: `registries key-format` x5c or libtrust is for it"
        raise KeyTrouble(message)
    if version > 2 and key_format == KeyFormat.LIBTRUST:
        # Its own names for certificates are thumbprints; in a JWKS it takes whatever stands there.
        option, file_name = "jwks", _FILES[KeyFormat.THUMBPRINT]
    hint = _HINTS[KeyFormat.THUMBPRINT if option == "jwks" else key_format]
    return "\n".join(
        [
            hint.format(file=f"{_FOLDER}/{file_name}", again=_AGAIN),
            "auth:",
            "  token:",
            f"    realm: {settings.PUBLIC_URL}/token",
            f"    service: {service}",
            f"    issuer: {settings.ISSUER}",
            f"    {option}: {_FOLDER}/{file_name}",
            *(["    signingalgorithms: [ES256]"] if version > 2 else []),
        ]
    )


ZOT_HINT = (
    "signing-key.crt is what `keys export certificate` prints. zot trusts one key alone and reads it"
    " at start, and looks at neither issuer nor service: see docs/operations/keys.md."
)


def zot(service: str) -> str:
    """Return the `http.auth` section for zot, which trusts exactly one key."""
    bearer = {
        "realm": f"{settings.PUBLIC_URL}/token",
        "service": service,
        "cert": f"{_FOLDER}/signing-key.crt",
    }
    return json.dumps({"http": {"auth": {"bearer": bearer}}}, indent=2)


def jwks(keys: Iterable[SigningKey], key_format: KeyFormat) -> str:
    """Return the keys as a JWKS, named as tokens in that format name them."""
    named = [
        {**key.jwk, "kid": key.libtrust_kid if key_format == KeyFormat.LIBTRUST else key.kid}
        for key in keys
    ]
    return json.dumps({"keys": named}, indent=2)


def certificates(keys: Iterable[SigningKey]) -> str:
    """Return the certificate of each key: what distribution 2.x finds fingerprints in."""
    return "".join(certificate_pem(key.certificate).decode() for key in keys).rstrip("\n")


def one_certificate(keys: SigningKeys) -> str:
    """Return the certificate of the key that signs next, or of the one that signs."""
    contents = keys.contents()
    return certificates([contents.next or contents.current])
