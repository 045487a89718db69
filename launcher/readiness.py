"""Whether an instance really answers: a request through each part."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass

from launcher.ports import LOOPBACK
from launcher.services import Ports


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part that does not answer as it should."""

    part: str
    what: str


Check = Callable[[], Trouble | None]


def checks_for(ports: Ports) -> list[Check]:
    """The requests that must succeed, in the order they are tried."""
    return [
        *(_app_server_check(name, port) for name, port in ports.app_servers.items()),
        *(_registry_check(name, port) for name, port in ports.registries.items()),
        lambda: installation_trouble(ports.public),
        lambda: challenge_trouble(ports.public),
    ]


def first_trouble(checks: list[Check]) -> Trouble | None:
    """The first trouble found; checks that passed are dropped, so none is asked twice."""
    while checks:
        trouble = checks[0]()
        if trouble is not None:
            return trouble
        checks.pop(0)
    return None


def silence(name: str, port: int) -> Trouble | None:
    """Wait for app servers on their own ports first, or the gateway's log would begin with errors."""
    try:
        get(port, "/healthz")
    except OSError as error:
        return Trouble(name, f"no answer on port {port} ({error})")
    return None


def registry_trouble(name: str, port: int) -> Trouble | None:
    """A registry must refuse us: an answer of 200 would be one without token auth."""
    try:
        status, _, _ = get(port, "/v2/")
    except OSError as error:
        return Trouble(name, f"no answer on port {port} ({error})")
    return None if status == 401 else Trouble(name, f"GET /v2/ gives {status}, not 401")


def installation_trouble(port: int) -> Trouble | None:
    """GET /readyz passes the gateway and asks web for database, Redis, key and worker."""
    try:
        status, _, body = get(port, "/readyz")
    except OSError as error:
        return Trouble("gateway", f"no answer on port {port} ({error})")
    if status == 200:
        return None
    if status in (502, 504):
        return Trouble("web", f"the gateway cannot reach it (GET /readyz gives {status})")
    return Trouble(missing_part(body), f"GET /readyz gives {status}: {body[:200]}")


def missing_part(body: str) -> str:
    """Which process to look at when /readyz names what is not ready."""
    try:
        parts = json.loads(body)
        missing = [name for name, answers in parts.items() if not answers]
    except (ValueError, AttributeError):
        return "web"
    processes = {"redis": "redis", "worker": "worker"}
    return next((processes[name] for name in missing if name in processes), "web")


def challenge_trouble(port: int) -> Trouble | None:
    """What every client asks first: 401, with where to get a token."""
    try:
        status, challenge, _ = get(port, "/v2/")
    except OSError as error:
        return Trouble("gateway", f"no answer on port {port} ({error})")
    if status == 401 and challenge:
        return None
    return Trouble("gateway", f"GET /v2/ gives {status} and not 401 with a challenge")


def get(port: int, path: str) -> tuple[int, str | None, str]:
    """Status, challenge and body; every failure is an OSError."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(4096).decode(errors="replace")
    except http.client.HTTPException as error:
        raise OSError(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    return response.status, response.getheader("WWW-Authenticate"), body


def _app_server_check(name: str, port: int) -> Check:
    return lambda: silence(name, port)


def _registry_check(name: str, port: int) -> Check:
    return lambda: registry_trouble(name, port)
