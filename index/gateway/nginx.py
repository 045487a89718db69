"""The gateway's configuration, generated from settings and from the registries in the database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from index.models import Registry

_TEMPLATE = settings.BASE_DIR / "deploy" / "templates" / "nginx.conf"


def render_nginx(registries: Iterable[Registry], *, listen: str, web: str) -> str:
    """Return nginx.conf. `listen` and `web` are host:port of the gateway and of the app server.

    It holds the gateway's secret: write it to a file that only its owner may read.
    """
    chosen = list(registries)
    return _TEMPLATE.read_text().format(
        # Started by root, nginx would hand its workers to `nobody`, who cannot enter our folder.
        user_directive="user root;\n" if os.geteuid() == 0 else "",
        listen=listen,
        web=web,
        secret=settings.GATEWAY_SECRET,
        upstreams="\n".join(_upstream(registry) for registry in chosen),
        registry_map="\n".join(
            f'    {registry.name} "{urlsplit(registry.upstream_url).scheme}://registry_{registry.name}";'
            for registry in chosen
        ),
        unavailable=_error("UNAVAILABLE", "the registry is not answering: try again in a moment"),
        malformed=_error("UNSUPPORTED", "the request is malformed or too large"),
    )


def _upstream(registry: Registry) -> str:
    url = urlsplit(registry.upstream_url)
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"  upstream registry_{registry.name} {{ server {url.hostname}:{port}; keepalive 16; }}"


def _error(code: str, message: str) -> str:
    return json.dumps({"errors": [{"code": code, "message": message, "detail": None}]})
