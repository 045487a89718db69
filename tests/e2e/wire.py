"""HTTP over a socket, byte for byte: clients that normalise a path cannot show what a gateway does."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from tests.e2e.people import Person
from tests.e2e.stack import Stack

_MANIFEST_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
MANIFEST_TYPES = ", ".join(_MANIFEST_TYPES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the first error in the registry protocol's form."""
        return str(self.json["errors"][0]["code"])

    @property
    def message(self) -> str:
        return str(self.json["errors"][0]["message"])


@dataclass(frozen=True, slots=True)
class Wire:
    """Requests to the gateway, or to a part behind it by its port."""

    stack: Stack

    def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        port: int | None = None,
        timeout: float = 30,
        source: str = "",
    ) -> Answer:
        """Send the target as it is; `port` names another part than the gateway.

        `source` is the client's own address: all of 127.0.0.0/8 are ours.
        """
        lines = {"Host": self.stack.host, "Connection": "close", **(headers or {})}
        if body:
            lines["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        address = ("127.0.0.1", port or self.stack.port)
        with socket.create_connection(address, timeout, (source, 0)) as connection:
            connection.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
            response = http.client.HTTPResponse(connection, method=method)
            with response:
                response.begin()
                return Answer(response.status, response.headers, response.read())

    def token(self, person: Person | None, *scopes: str, **query: str) -> str:
        """Fetch a token as clients do."""
        asked = [("service", self.stack.host), *query.items()]
        asked += [("scope", scope) for scope in scopes]
        headers = {"Authorization": basic(person.name, person.password)} if person else {}
        answer = self.ask("GET", f"/token?{urlencode(asked)}", headers)
        assert answer.status == 200, answer
        return str(answer.json["token"])

    def bearer(self, person: Person | None, *scopes: str) -> dict[str, str]:
        """Return the header that carries such a token."""
        return {"Authorization": f"Bearer {self.token(person, *scopes)}"}


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
