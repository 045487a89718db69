"""Who asks while something fails: an owner with a public and a private image, and tokens of hers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.instance import Instance
from bench.nodes import Credential
from tests.e2e.backstage import Backstage, running_backstage
from tests.e2e.stack import Stack, environment
from tests.e2e.wire import MANIFEST_TYPES, Answer, Wire
from tests.faults.traffic import Door
from tests.waiting import eventually

OWNER = "herd0000"  # as bench.instance calls her
_PUBLISH = """
from index.models import Repository
answer = Repository.objects.filter(name=name, last_pushed_at__isnull=False).update(visibility="public")
"""
_UNLIMITED = """
from accounts.models import Namespace, Plan
plan = Plan.objects.get(name="unlimited")
answer = Namespace.objects.filter(user__username=name).update(plan=plan)
"""
_API_TOKEN = """
from accounts.flows.personal_access_tokens import create_token
from accounts.models import User
from accounts.principals import Principal
from accounts.token_limits import ApiPart, read_limits
user = User.objects.get(username=name)
limits = read_limits(["*"], ["push", "delete"], [part.value for part in ApiPart])
made = create_token(
    user, name="api", limits=limits, networks=[], expires_at=None, by=Principal(user)
)
answer = made.value
"""
_SESSION = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.models import User
user = User.objects.get(username=name)
store = import_module(settings.SESSION_ENGINE).SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.create()
answer = f"{settings.SESSION_COOKIE_NAME}={store.session_key}"
"""


@dataclass(frozen=True)
class Cast:
    """A running instance, and who uses it."""

    stack: Stack
    backstage: Backstage
    wire: Wire
    node: Credential
    api: str  # an access token with all parts of the API
    cookie: str

    @property
    def public(self) -> str:
        return f"{OWNER}/public"

    @property
    def private(self) -> str:
        return f"{OWNER}/private"

    def token_of(self, repository: str, *actions: str) -> str:
        """Fetch a token by her access token."""
        url = self.token_url(repository, *actions)
        answer = self.wire.ask("GET", url, {"Authorization": self.node.header})
        assert answer.status == 200, answer
        return str(answer.json["token"])

    def token_url(self, repository: str, *actions: str) -> str:
        scope = f"repository:{repository}:{','.join(actions or ('pull',))}"
        return f"/token?service={self.stack.host}&scope={scope}"

    def doors(self) -> dict[str, Door]:
        """Return what is asked all the time."""
        bearer = {"Authorization": f"Bearer {self.token_of(self.private)}"}
        pull = bearer | {"Accept": MANIFEST_TYPES}
        mine = {"Authorization": self.node.header}
        cookie = {"Cookie": self.cookie}
        doors = (
            Door("token", self.token_url(self.private), mine),
            Door("anonymous", f"{self.token_url(self.public)}&x=#"),
            Door("pull", f"/v2/{self.private}/manifests/1.0?x=#", pull),
            Door("page", f"/r/{self.public}?x=#"),
            Door("own page", "/", cookie),
            Door("api", "/api/v1/repositories", {"Authorization": f"Bearer {self.api}"}),
        )
        return {door.name: door for door in doors}

    def write(self) -> Answer:
        """Change something."""
        said = {"Authorization": f"Bearer {self.api}", "Content-Type": "application/json"}
        text = json.dumps({"description": f"written at {uuid.uuid4()}"}).encode()
        return self.wire.ask("PATCH", f"/api/v1/repositories/{self.private}", said, text)

    def tell(self, body: bytes) -> Answer:
        """Tell something as east does."""
        headers = {"Authorization": f"Bearer {self.stack.secret('events_east')}"}
        return self.wire.ask("POST", "/events/east", headers, body)

    def are_all_served(self) -> bool:
        """Whether all that is asked all the time is answered as in ordinary times."""
        url, said = self.token_url(self.private), {"Authorization": self.node.header}
        if self.wire.ask("GET", url, said).status != 200:  # the doors need one
            return False
        found = {door.name: self._status(door) for door in self.doors().values()}
        return set(found.values()) == {200}

    def _status(self, door: Door) -> int:
        return self.wire.ask(door.method, door.target, door.headers, door.body).status


@contextmanager
def running_cast(stack: Stack, **told: str) -> Iterator[Cast]:
    """Make them in an instance that runs; `told` are its settings."""
    made = Instance(stack.port, stack.var, environment() | told, stack.checkout)
    made.push_image("public")
    [node] = made.make_nodes(1)
    with running_backstage(stack, **told) as backstage:
        assert backstage.run(_UNLIMITED, name=OWNER) == 1
        made.push(node, f"{OWNER}/private")
        cookie = backstage.run(_SESSION, name=OWNER)
        api = backstage.run(_API_TOKEN, name=OWNER)
        cast = Cast(stack, backstage, Wire(stack), node, api, cookie)
        eventually(lambda: backstage.run(_PUBLISH, name=cast.public) == 1, within=120)
        eventually(cast.are_all_served, within=120)
        yield cast


def told_pull(repository: str) -> bytes:
    """Return the body by which a registry tells of one more pull."""
    target = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "repository": repository,
        "digest": "sha256:" + "0" * 64,
    }
    now = datetime.now(UTC).isoformat()
    event = {"id": str(uuid.uuid4()), "timestamp": now, "action": "pull", "target": target}
    return json.dumps({"events": [event | {"request": {"method": "GET"}}]}).encode()
