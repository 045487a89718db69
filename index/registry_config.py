"""The configuration a registry needs to trust our tokens and to tell us what happens."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings

from index.models import KeyFormat, Registry
from tokenauth.signing.keys import signing_keys

_TEMPLATE = settings.BASE_DIR / "deploy" / "templates" / "registry.yml"


def trust_option(key_format: str) -> str:
    """Return the option of distribution that names the file of what it trusts.

    A bundle of certificates holds the root for x5c, and for libtrust every leaf.
    """
    return "jwks" if key_format == KeyFormat.THUMBPRINT else "rootcertbundle"


def render_registry_config(
    registry: Registry,
    *,
    listen: str,
    storage: Path,
    events_secret: str,
    trust_file: Path | None = None,
) -> str:
    """Return config.yml for distribution. It holds the events secret: keep the file private.

    `trust_file` is where what the registry trusts lies on its host: the root certificate without it.
    """
    return _TEMPLATE.read_text().format(
        listen=listen,
        storage=storage,
        http_secret=secrets.token_hex(32),
        realm=f"{settings.PUBLIC_URL}/token",
        service=registry.service,
        issuer=settings.ISSUER,
        trust_option=trust_option(registry.key_format),
        trust_file=trust_file or signing_keys.root_certificate,
        events_url=f"{settings.PUBLIC_URL}/events/{registry.name}",
        events_secret=events_secret,
    )
