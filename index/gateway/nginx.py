"""The gateway's configuration, generated from settings and from the registries in the database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from index.gateway.credential_patterns import PATTERNS
from index.gateway.error_pages import error_page, error_page_policy
from index.gateway.refusals import AUTHENTICATION_REQUIRED, TokenNeeded
from index.gateway.responses import challenge, oci_error
from index.models import Registry

_TEMPLATE = settings.BASE_DIR / "deploy" / "templates" / "nginx.conf"
_DOWN = (
    "Not answering at this moment",
    (
        "The site is being started anew, or very busy. Nothing was changed; it is usually back within a "
        "minute. Pulls that are running go on."
    ),
)
_TOO_LARGE = (
    "That is too large",
    (
        "What was sent is larger than this site takes, and nothing of it was kept. Go back and choose a "
        "smaller file."
    ),
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of the certificate with which nginx ends TLS; none in front of which something else does."""

    chain: str
    key: str


@dataclass(frozen=True, slots=True)
class AppServers:
    """host:port of those that sign tokens and say routes, hash passwords, and make pages.

    All are the same program, so one address may stand in all three places.
    """

    tokens: Sequence[str]
    passwords: Sequence[str]
    web: Sequence[str]


def render_nginx(
    registries: Iterable[Registry],
    *,
    listen: str,
    servers: AppServers,
    certificate: Certificate | None = None,
    access_log: str = "",
) -> str:
    """Return nginx.conf. `listen` is [host:]port of the gateway; `access_log` a file, if one is wanted.

    It holds the gateway's secret: write it to a file that only its owner may read.
    """
    chosen = list(registries)
    return _TEMPLATE.read_text().format(
        # Started by root, nginx would hand its workers to `nobody`, who cannot enter our folder.
        user_directive="user root;\n" if os.geteuid() == 0 else "",
        listen=f"{listen} ssl" if certificate else listen,
        certificate=_certificate(certificate) if certificate else "",
        access_log=_access_log(access_log),
        tokens=_servers(servers.tokens),
        passwords=_servers(servers.passwords),
        web=_servers(servers.web),
        secrets="\n".join(f'    "~{pattern}" secret;' for pattern in PATTERNS),
        scheme=urlsplit(settings.PUBLIC_URL).scheme,
        public_host=settings.PUBLIC_HOST,
        secret=settings.GATEWAY_SECRET,
        upstreams="\n".join(_upstream(registry) for registry in chosen),
        registry_map="\n".join(_origin(registry) for registry in chosen),
        challenge=challenge(),
        challenged=json.dumps(oci_error(TokenNeeded(AUTHENTICATION_REQUIRED, scope=""))),
        unavailable=_error(
            "UNAVAILABLE", "the index or the registry is away or too busy: try again in a moment"
        ),
        malformed=_error("UNSUPPORTED", "the request is malformed or too large"),
        down_page=error_page(503, *_DOWN),
        too_large_page=error_page(413, *_TOO_LARGE),
        page_policy=error_page_policy(),
    )


def _servers(addresses: Sequence[str]) -> str:
    return " ".join(f"server {address};" for address in addresses)


def _certificate(certificate: Certificate) -> str:
    return f"\n    ssl_certificate {certificate.chain};\n    ssl_certificate_key {certificate.key};"


def _origin(registry: Registry) -> str:
    scheme = urlsplit(registry.upstream_url).scheme
    return f'    {registry.name} "{scheme}://registry_{registry.name}";'


def _upstream(registry: Registry) -> str:
    url = urlsplit(registry.upstream_url)
    port = url.port or (443 if url.scheme == "https" else 80)
    host = url.netloc.removesuffix(f":{url.port}")  # an IPv6 address keeps its brackets
    return f"  upstream registry_{registry.name} {{ server {host}:{port}; keepalive 16; }}"


def _error(code: str, message: str) -> str:
    return json.dumps({"errors": [{"code": code, "message": message, "detail": None}]})


def _access_log(file: str) -> str:
    """Return how requests are logged: never the whole address, for links in mails are secrets."""
    if not file:
        return "  access_log off;"
    fields = {
        "at": "$time_iso8601",
        "request": "$request_id",  # the same on error pages, in the log of web and worker
        "client": "$remote_addr",
        "method": "$request_method",
        "door": "$door",
        "status": "$status",
        "bytes": "$bytes_sent",
        "seconds": "$request_time",
        "upstream": "$upstream_response_time",
        "agent": "$http_user_agent",
    }
    return (
        '  map $request_uri $door { default "/"; "~^(?<first_part>/[^/?]*)" $first_part; }\n'
        f"  log_format waybill escape=json '{json.dumps(fields)}';\n"
        f"  access_log {file} waybill;"
    )
