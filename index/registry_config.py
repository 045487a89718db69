"""The configuration a registry needs to trust our tokens and to tell us what happens."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings

from index.models import Registry
from tokenauth.signing.keys import signing_keys

_TEMPLATE = settings.BASE_DIR / "deploy" / "templates" / "registry.yml"


def render_registry_config(
    registry: Registry, *, listen: str, storage: Path, events_secret: str
) -> str:
    """Return config.yml for distribution. It holds the events secret: keep the file private."""
    return _TEMPLATE.read_text().format(
        listen=listen,
        storage=storage,
        http_secret=secrets.token_hex(32),
        realm=f"{settings.PUBLIC_URL}/token",
        service=registry.service,
        issuer=settings.ISSUER,
        root_certificate=signing_keys.root_certificate,
        events_url=f"{settings.PUBLIC_URL}/events/{registry.name}",
        events_secret=events_secret,
    )
