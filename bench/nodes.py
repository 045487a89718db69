"""Many nodes that pull one image at the same moment, each with a credential and connection of its own."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

_MANIFEST = (
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)


class NodeFailed(Exception):
    """Something else came back than what a pull needs."""


@dataclass(frozen=True, slots=True)
class Image:
    """What is pulled, and where."""

    port: int
    service: str
    repository: str
    reference: str


@dataclass(frozen=True, slots=True)
class Credential:
    """What a node has in its pull secret."""

    login: str
    secret: str

    @property
    def header(self) -> str:
        """The Authorization header."""
        return "Basic " + base64.b64encode(f"{self.login}:{self.secret}".encode()).decode()


@dataclass(slots=True)
class Reply:
    """An answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Herd:
    """What came of all pulls; times in seconds."""

    tokens: list[float] = field(default_factory=list)
    pulls: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Storm:
    """What came of log-ins with passwords: how many of each status, and the time of each."""

    statuses: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    without_retry_after: int = 0

    def count(self, *statuses: int) -> int:
        """Return how many had one of these statuses."""
        return sum(status in statuses for status in self.statuses)


def run(
    image: Image,
    nodes: Sequence[Credential],
    people: Iterable[Credential] = (),
    *,
    over: float = 0.0,
) -> tuple[Herd, Storm]:
    """Let all nodes pull and all people log in, each beginning within `over` seconds."""
    return asyncio.run(_run(image, nodes, list(people), over))


async def _run(
    image: Image, nodes: Sequence[Credential], people: Sequence[Credential], over: float
) -> tuple[Herd, Storm]:
    herd, storm = Herd(), Storm()
    await asyncio.gather(
        *(_pull(image, node, herd, over * n / len(nodes)) for n, node in enumerate(nodes)),
        *(_log_in(image, who, storm, over * n / len(people)) for n, who in enumerate(people)),
    )
    return herd, storm


async def _pull(image: Image, node: Credential, herd: Herd, delay: float) -> None:
    await asyncio.sleep(delay)
    begun = time.perf_counter()
    try:
        async with Connection(image) as connection:
            challenge = await connection.ask("/v2/", {})
            expect(challenge, 401)
            asked = time.perf_counter()
            token = await get_token(connection, image, node)
            herd.tokens.append(time.perf_counter() - asked)
            await fetch(connection, image, token)
    except (NodeFailed, OSError, asyncio.IncompleteReadError, ValueError, KeyError) as error:
        herd.failures.append(f"{type(error).__name__}: {error}")
        return
    herd.pulls.append(time.perf_counter() - begun)


async def get_token(
    connection: Connection, image: Image, who: Credential | None, actions: str = "pull"
) -> str:
    """Return a token for the image; None is nobody."""
    said = {"Authorization": who.header} if who else {}
    answer = await connection.ask(_token_url(image, actions), said)
    expect(answer, 200)
    return str(json.loads(answer.body)["token"])


async def fetch(connection: Connection, image: Image, token: str) -> None:
    """Fetch manifest and layers, whole."""
    headers = {"Authorization": f"Bearer {token}", "Accept": _MANIFEST}
    base = f"/v2/{image.repository}"
    manifest = await connection.ask(f"{base}/manifests/{image.reference}", headers)
    expect(manifest, 200)
    for layer in json.loads(manifest.body)["layers"]:
        blob = await connection.ask(f"{base}/blobs/{layer['digest']}", headers)
        expect(blob, 200)
        if len(blob.body) != layer["size"]:
            message = f"{len(blob.body)} bytes of a blob of {layer['size']}"
            raise NodeFailed(message)


async def _log_in(image: Image, person: Credential, storm: Storm, delay: float) -> None:
    await asyncio.sleep(delay)
    begun = time.perf_counter()
    try:
        async with Connection(image) as connection:
            answer = await connection.ask(_token_url(image), {"Authorization": person.header})
    except (OSError, asyncio.IncompleteReadError):
        answer = Reply(0, {}, b"")
    storm.statuses.append(answer.status)
    storm.times.append(time.perf_counter() - begun)
    if answer.status in {429, 503} and not answer.headers.get("retry-after", "").isdigit():
        storm.without_retry_after += 1


def _token_url(image: Image, actions: str = "pull") -> str:
    query = {"service": image.service, "scope": f"repository:{image.repository}:{actions}"}
    return f"/token?{urlencode(query)}"


def expect(reply: Reply, status: int) -> None:
    """Raise NodeFailed where another status came back."""
    if reply.status != status:
        message = f"status {reply.status}: {reply.body[:200]!r}"
        raise NodeFailed(message)


class Connection:
    """One connection, kept; enough of HTTP/1.1 for what answers here."""

    def __init__(self, image: Image) -> None:
        self._image = image

    async def __aenter__(self) -> Connection:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._image.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(
        self, target: str, headers: dict[str, str], method: str = "GET", content: bytes = b""
    ) -> Reply:
        """Send a request; return what comes back."""
        lines = {"Host": self._image.service, **headers}
        if method != "GET":
            lines["Content-Length"] = str(len(content))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._writer.write(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + content)
        await self._writer.drain()
        status, found = _parse_head(await self._reader.readuntil(b"\r\n\r\n"))
        return Reply(status, found, await self._body(found))

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return body


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}
