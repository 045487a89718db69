"""What many people and machines ask at the same time, each kind so many times a second."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from bench.nodes import Connection, Credential, Image, NodeFailed, expect, fetch, get_token
from bench.whole_clock import Clock

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_SEARCHES = ("herd", "layer", "private", "nginx", "no-such-word")
_PAGES = ("/", "/u/herd0000", "/search?q=herd", "/docs/", "/accounts/login/")
_OWN_PAGES = ("/", "/r/herd0000/load", "/r/herd0000/load/-/tags", "/search?q=herd")
_CONFIG = b"{}"


@dataclass(frozen=True, slots=True)
class Site:
    """What is asked, and by whom."""

    image: Image
    public: Image
    nodes: Sequence[Credential]
    people: Sequence[Credential]
    cookie: str
    events_secret: str


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done: when it began, how long it took, and what was wrong."""

    kind: str
    at: float
    seconds: float
    problem: str


Act = Callable[[Site, Connection, int], Awaitable[None]]


@dataclass(slots=True)
class Mix:
    """All of it, by a clock; what a pause of the machine interrupted is only counted."""

    site: Site
    clock: Clock
    done: list[Done] = field(default_factory=list)
    interrupted: int = 0

    async def keep_doing(self, kind: str, act: Act, *, rate: float, seconds: float) -> None:
        """Begin one after another by the clock, whether or not those before have ended."""
        tasks = []
        for number in range(int(seconds * rate)):
            while (left := number / rate - self.clock.now()) > 0:
                await asyncio.sleep(left)
            tasks.append(asyncio.create_task(self._do(kind, act, number)))
        await asyncio.gather(*tasks)

    async def _do(self, kind: str, act: Act, number: int) -> None:
        at, pauses, problem = self.clock.now(), len(self.clock.pauses), ""
        try:
            async with Connection(self.site.image) as connection:
                await act(self.site, connection, number)
        except (NodeFailed, OSError, asyncio.IncompleteReadError, ValueError, KeyError) as error:
            problem = f"{type(error).__name__}: {error}"
        took = self.clock.now() - at
        if len(self.clock.pauses) > pauses:
            self.interrupted += 1
        else:
            self.done.append(Done(kind, at, took, problem))


async def pull(site: Site, connection: Connection, number: int) -> None:
    """Fetch a token by an access token, then manifest and layer."""
    node = site.nodes[number % len(site.nodes)]
    await fetch(connection, site.image, await get_token(connection, site.image, node))


async def anonymous_pull(site: Site, connection: Connection, _number: int) -> None:
    """Fetch a token as nobody, then manifest and layer."""
    await fetch(connection, site.public, await get_token(connection, site.public, None))


async def log_in(site: Site, connection: Connection, number: int) -> None:
    """Log in with a password, as docker does."""
    await get_token(connection, site.image, site.people[number % len(site.people)])


async def push(site: Site, connection: Connection, number: int) -> None:
    """Push a new layer and move a tag to it."""
    node = site.nodes[number % len(site.nodes)]
    token = await get_token(connection, site.image, node, "pull,push")
    bearer = {"Authorization": f"Bearer {token}"}
    layer = secrets.token_bytes(4_096)
    for blob in (_CONFIG, layer):
        await _upload(site, connection, blob, bearer)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _descriptor("application/vnd.oci.image.config.v1+json", _CONFIG),
        "layers": [_descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
    }
    said = {**bearer, "Content-Type": _MANIFEST}
    target = f"/v2/{site.image.repository}/manifests/moved"
    expect(await connection.ask(target, said, "PUT", json.dumps(manifest).encode()), 201)


async def search(_site: Site, connection: Connection, number: int) -> None:
    """Search as docker does."""
    expect(await connection.ask(f"/v1/search?q={_SEARCHES[number % len(_SEARCHES)]}", {}), 200)


async def page(_site: Site, connection: Connection, number: int) -> None:
    """Look at a page that everybody may see."""
    expect(await connection.ask(_PAGES[number % len(_PAGES)], {}), 200)


async def own_page(site: Site, connection: Connection, number: int) -> None:
    """Look at a page as somebody who is logged in."""
    page = _OWN_PAGES[number % len(_OWN_PAGES)]
    expect(await connection.ask(page, {"Cookie": site.cookie}), 200)


async def event(site: Site, connection: Connection, number: int) -> None:
    """Tell of a pull as a registry does."""
    target = {"mediaType": _MANIFEST, "repository": site.image.repository}
    told = {
        "id": str(uuid.uuid4()),
        "timestamp": datetime.now(UTC).isoformat(),
        "action": "pull",
        "target": {**target, "digest": f"sha256:{number:064x}"},
        "request": {"method": "GET"},
    }
    said = {"Authorization": f"Bearer {site.events_secret}"}
    body = json.dumps({"events": [told]}).encode()
    expect(await connection.ask("/events/east", said, "POST", body), 202)


# How often each happens in a second: what two cores do beside whoever asks.
RATES: dict[str, tuple[Act, float]] = {
    "pull": (pull, 8.0),
    "anonymous pull": (anonymous_pull, 4.0),
    "log-in": (log_in, 1.0),
    "push": (push, 0.5),
    "search": (search, 2.0),
    "page": (page, 3.0),
    "own page": (own_page, 1.0),
    "event": (event, 10.0),
}


def run(site: Site, clock: Clock, seconds: float, factor: float = 1.0) -> Mix:
    """Let all of it happen for so long, `factor` times as often."""
    mix = Mix(site, clock)
    asyncio.run(_run(mix, seconds, factor))
    return mix


async def _run(mix: Mix, seconds: float, factor: float) -> None:
    kinds = (
        mix.keep_doing(kind, act, rate=rate * factor, seconds=seconds)
        for kind, (act, rate) in RATES.items()
    )
    await asyncio.gather(*kinds)


async def _upload(site: Site, connection: Connection, blob: bytes, bearer: dict[str, str]) -> None:
    begun = await connection.ask(f"/v2/{site.image.repository}/blobs/uploads/", bearer, "POST")
    expect(begun, 202)
    place = urlsplit(begun.headers["location"])
    address = f"{place.path}?{place.query}&{urlencode({'digest': _digest(blob)})}"
    expect(await connection.ask(address, bearer, "PUT", blob), 201)


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"
