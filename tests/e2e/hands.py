"""How images come and go in tests that are about pages: by docker, or by the requests that docker makes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from tests.e2e.engine import layer
from tests.e2e.images import put_image
from tests.e2e.people import Person
from tests.e2e.wire import MANIFEST_TYPES, Answer, Wire


class Hands(Protocol):
    """What somebody does at a terminal; `name` is a repository's full name."""

    def log_in(self, person: Person) -> None:
        """Log in."""

    def push(self, person: Person, name: str, tag: str = "1.0") -> None:
        """Push a new image."""

    def is_refused(self, person: Person, name: str) -> str:
        """Push in vain; return what is said."""

    def pull(self, person: Person, name: str, tag: str = "1.0") -> None:
        """Fetch an image."""

    def pulls_nothing(self, person: Person, name: str, tag: str = "1.0") -> None:
        """Fetch an image in vain."""


class ByDocker:
    """The real command, and the real engine."""

    def log_in(self, person: Person) -> None:
        person.login()

    def push(self, person: Person, name: str, tag: str = "1.0") -> None:
        person.docker("push", self._made(person, name, tag))
        person.forget(f"{person.host}/{name}:{tag}")  # so that a pull has to fetch it

    def is_refused(self, person: Person, name: str) -> str:
        return person.docker.fails("push", self._made(person, name, "1.0"))

    def pull(self, person: Person, name: str, tag: str = "1.0") -> None:
        person.docker("pull", f"{person.host}/{name}:{tag}")

    def pulls_nothing(self, person: Person, name: str, tag: str = "1.0") -> None:
        person.docker.fails("pull", f"{person.host}/{name}:{tag}")

    def _made(self, person: Person, name: str, tag: str) -> str:
        reference = f"{person.host}/{name}:{tag}"
        content = layer(**{"hello.txt": secrets.token_hex(500)})
        person.docker("import", "-", reference, stdin=content)
        return reference


@dataclass(frozen=True, slots=True)
class ByHand:
    """The same requests, in a fraction of the time."""

    wire: Wire

    def log_in(self, person: Person) -> None:
        # What `docker login` asks for, and keeps no longer than we do.
        self.wire.token(person, account=person.name, client_id="docker", offline_token="true")

    def push(self, person: Person, name: str, tag: str = "1.0") -> None:
        put_image(self.wire, person, name, tag)

    def is_refused(self, person: Person, name: str) -> str:
        token = self.wire.bearer(person, f"repository:{name}:pull,push")
        answer = self.wire.ask("POST", f"/v2/{name}/blobs/uploads/", token)
        assert (answer.status, answer.code) == (403, "DENIED")
        return answer.message

    def pull(self, person: Person, name: str, tag: str = "1.0") -> None:
        assert self._fetched(person, name, tag).status == 200

    def pulls_nothing(self, person: Person, name: str, tag: str = "1.0") -> None:
        assert self._fetched(person, name, tag).status == 404

    def _fetched(self, person: Person, name: str, tag: str) -> Answer:
        headers = self.wire.bearer(person, f"repository:{name}:pull")
        target = f"/v2/{name}/manifests/{tag}"
        return self.wire.ask("GET", target, headers | {"Accept": MANIFEST_TYPES})
