"""A whole instance as `./dev run` makes it, with a private image and those who may pull it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.nodes import Credential, Image
from bench.processes import cpu_seconds
from bench.stack import NotStarted, database, postmaster
from launcher.layout import CHECKOUT
from launcher.ports import LOOPBACK, free_ports

_STARTS_WITHIN = (
    1_200.0  # `./dev run` itself says sooner what does not start, however busy the machine
)
_CONFIG = b"{}"
_LAYER = secrets.token_bytes(65_536)
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
PASSWORD = "a long quiet river"  # noqa: S105 - of nobody
_PEOPLE = """
import json
from allauth.account.models import EmailAddress
from accounts.flows.signup import create_user
for number in range(FIRST, FIRST + MANY):
    name = f"herd{number:04}"
    user = create_user(username=name, email=f"{name}@example.com", password=PASSWORD)
    EmailAddress.objects.filter(user=user).update(verified=True)
print(json.dumps([]))
"""
_TOKENS = """
import json
from accounts.flows import personal_access_tokens as flow
from accounts.models import Namespace, Plan, User
from accounts.principals import Principal
from accounts.token_limits import read_limits
flow.MOST_TOKENS = MANY + 10
user = User.objects.get(username="herd0000")
limits = read_limits(["herd0000/*"], ["push"], [])
made = [
    flow.create_token(
        user, name=f"node {n}", limits=limits, networks=[], expires_at=None, by=Principal(user)
    ).value
    for n in range(MANY)
]
print(json.dumps(made))
"""
_SESSION = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.models import User
user = User.objects.get(username="herd0000")
store = import_module(settings.SESSION_ENGINE).SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.create()
print(json.dumps([f"{settings.SESSION_COOKIE_NAME}={store.session_key}"]))
"""
_PUBLISH = """
import json
from index.models import Repository
print(json.dumps([str(Repository.objects.filter(name=NAME).update(visibility="public"))]))
"""


@dataclass(frozen=True, slots=True)
class Instance:
    """Where it answers, and its data folder."""

    port: int
    var: Path
    environment: Mapping[str, str]
    checkout: Path = CHECKOUT
    database: int | None = None  # PostgreSQL's main process

    @property
    def host(self) -> str:
        """What stands before a repository's name, and the service."""
        return f"{LOOPBACK}:{self.port}"

    def cpu_seconds(self) -> dict[str, float]:
        """Return the processor time of each part so far."""
        return {name: cpu_seconds(pid) for name, pid in self.parts().items()}

    def parts(self) -> dict[str, int]:
        """Return the main process of each part."""
        note = json.loads((self.var / "run" / "instance.json").read_text())
        found = {name: int(of["pid"]) for name, of in note["processes"].items()}
        return found | ({"postgresql": self.database} if self.database else {})

    def make_people(self, many: int) -> list[Credential]:
        """Make accounts; each is its own hash of the same password."""
        self._run(_PEOPLE, FIRST=1, MANY=many, PASSWORD=PASSWORD)
        return [Credential(f"herd{number:04}", PASSWORD) for number in range(1, many + 1)]

    def make_nodes(self, many: int) -> list[Credential]:
        """Make access tokens of one account."""
        made = self._run(_TOKENS, MANY=many)
        return [Credential("herd0000", value) for value in made]

    def make_session(self) -> str:
        """Return the cookie of the owner's browser."""
        [cookie] = self._run(_SESSION)
        return cookie

    def publish(self, repository: str) -> None:
        """Let everybody pull it."""
        if self._run(_PUBLISH, NAME=repository) != ["1"]:
            message = f"{repository} is not in the index"
            raise NotStarted(message)

    def push_image(self, name: str) -> Image:
        """Make the owner, and push an image of one layer as a registry's client does."""
        self._run(_PEOPLE, FIRST=0, MANY=1, PASSWORD=PASSWORD)
        [owner] = self.make_nodes(1)
        return self.push(owner, f"herd0000/{name}")

    def push(self, owner: Credential, repository: str) -> Image:
        """Push the image once more, for somebody who is there."""
        image = Image(self.port, self.host, repository, "1.0")
        scope = {"service": self.host, "scope": f"repository:{image.repository}:pull,push"}
        answer = self._ask("GET", f"/token?{urlencode(scope)}", {"Authorization": owner.header})
        bearer = {"Authorization": f"Bearer {json.loads(answer)['token']}"}
        for blob in (_CONFIG, _LAYER):
            self._push_blob(image.repository, blob, bearer)
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": _descriptor("application/vnd.oci.image.config.v1+json", _CONFIG),
            "layers": [_descriptor("application/vnd.oci.image.layer.v1.tar", _LAYER)],
        }
        self._ask(
            "PUT",
            f"/v2/{image.repository}/manifests/{image.reference}",
            {**bearer, "Content-Type": _MANIFEST},
            json.dumps(manifest).encode(),
        )
        return image

    def _push_blob(self, repository: str, blob: bytes, bearer: Mapping[str, str]) -> None:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        headers = {**bearer, "Host": self.host}
        connection.request("POST", f"/v2/{repository}/blobs/uploads/", b"", headers)
        begun = connection.getresponse()
        answer = begun.read()
        location = begun.headers["Location"]
        if begun.status != 202 or location is None:
            message = f"no blob may be pushed: {begun.status} {answer[:200]!r}"
            raise NotStarted(message)
        join = "&" if "?" in location else "?"
        target = f"{location}{join}{urlencode({'digest': _digest(blob)})}"
        connection.request("PUT", target, blob, headers)
        ended = connection.getresponse()
        if ended.status != 201:
            message = f"a blob was not taken: {ended.status} {ended.read()[:200]!r}"
            raise NotStarted(message)
        connection.close()

    def _ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> bytes:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        connection.request(method, target, body, {**headers, "Host": self.host})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status not in {200, 201}:
            message = f"{method} {target}: {response.status} {answer[:200]!r}"
            raise NotStarted(message)
        return answer

    def _run(self, code: str, **names: object) -> list[str]:
        given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        command = [sys.executable, str(self.checkout / "dev"), "manage", "--var", str(self.var)]
        done = subprocess.run(
            [*command, "shell", "-c", given + code],
            cwd=self.checkout,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        answer: list[str] = json.loads(done.stdout.splitlines()[-1])
        return answer


@contextmanager
def running_instance(kind: str, *, durable: bool = False) -> Iterator[Instance]:
    """Start one on `sqlite` or `postgresql`, which waits for its disk if `durable`; then all is gone."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wb-bench-")))
        environment = {**os.environ, "WAYBILL_VENV": sys.prefix}
        main = None
        if kind != "sqlite":
            url = stack.enter_context(database(kind, folder, durable=durable))
            environment["WAYBILL_DATABASE_URL"], main = url, postmaster(url)
        [port] = free_ports(1)
        var, output = folder / "var", folder / "output"
        command = [sys.executable, str(CHECKOUT / "dev"), "run", "--var", str(var)]
        with output.open("w") as file:
            process = subprocess.Popen(
                [*command, "--port", str(port)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        stack.callback(_stop, process)
        _wait_for(process, output)
        yield Instance(port, var, environment, database=main)


def _wait_for(process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while "READY " not in output.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"the instance did not start: {output.read_text()[-500:]}"
            raise NotStarted(message)
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
