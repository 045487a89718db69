"""A repository moves from one registry to the other while docker pulls and pushes all the time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack
from tests.e2e.wire import MANIFEST_TYPES, Wire, basic
from tests.waiting import eventually

_HOLD = """
from datetime import timedelta
from django.utils import timezone
from index.models import Repository
until = timezone.now() + timedelta(seconds=seconds)
answer = Repository.objects.live().filter(name=repository).update(writes_held_until=until)
"""
_HURRY = """
from datetime import timedelta
from django.utils import timezone
from index.models import Move
moves = Move.objects.filter(repository__name=repository, state="flipped")
now = timezone.now()
moves.update(flipped_at=now - timedelta(days=8), next_attempt_at=now)
"""


@contextmanager
def again_and_again(work: Callable[[], object]) -> Iterator[list[object]]:
    """Do it in a thread until the block ends; give what came of each time, exceptions too."""
    came: list[object] = []
    is_over = threading.Event()

    def run() -> None:
        while not is_over.is_set():
            try:
                came.append(work())
            except Exception as error:  # noqa: BLE001 - the test looks at it
                came.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield came
    finally:
        is_over.set()
        thread.join()


def failures(came: list[object]) -> list[object]:
    return [one for one in came if isinstance(one, BaseException)]


@dataclass(slots=True)
class Busy:
    """Somebody who pulls, looks and pushes all the time."""

    alice: Person
    wire: Wire
    pushed: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The repository."""
        return f"{self.alice.name}/app"

    def pull(self) -> None:
        """Pull as if for the first time."""
        reference = self.alice.reference("app", "1.0")
        self.alice.forget(reference)
        self.alice.docker("pull", reference)

    def look(self) -> None:
        """Ask for a manifest."""
        headers = self.wire.bearer(self.alice, f"repository:{self.name}:pull")
        path = f"/v2/{self.name}/manifests/1.1"
        answer = self.wire.ask("GET", path, headers | {"Accept": MANIFEST_TYPES})
        assert answer.status == 200, answer.body

    def push(self) -> None:
        """Push a new image under a new tag."""
        tag = f"2.{len(self.pushed)}"
        self.alice.push_image("app", tag)
        self.pushed.append(tag)

    def v1_endpoint(self) -> str:
        """Return where v1 clients are sent."""
        headers = {
            "Authorization": basic(self.alice.name, self.alice.password),
            "X-Docker-Token": "true",
        }
        answer = self.wire.ask("GET", f"/v1/repositories/{self.name}/images", headers)
        return answer.headers["X-Docker-Endpoints"]


def test_pulls_never_fail_and_no_push_is_lost(
    alice: Person, stack: Stack, setup: Setup, registries: Registries, wire: Wire
) -> None:
    busy = Busy(alice, wire)
    for tag in ("1.0", "1.1"):
        alice.push_image("app", tag)
    setup.wait_for_push(busy.name)
    with (
        again_and_again(busy.pull) as pulls,
        again_and_again(busy.look) as looks,
        again_and_again(busy.push) as pushes,
    ):
        eventually(lambda: busy.pushed and pulls)
        said = stack.manage("move", busy.name, "west", "--wait")
        before = len(pulls)
        eventually(lambda: len(pulls) > before + 1)  # by the new route as well
    assert f"{busy.name} is at west" in said
    assert not failures(pulls)
    assert not failures(looks)
    for refused in failures(pushes):  # what did not get in says so, and is not called pushed
        assert "Try again in a moment" in str(refused)
    assert len(busy.pushed) > 1
    for tag in (*busy.pushed, "1.0", "1.1"):
        assert "west" in registries.keepers(busy.name, tag)
    assert busy.v1_endpoint() == f"127.0.0.1:{stack.port_of('west')}"


def test_the_old_copy_goes_in_the_end(
    alice: Person, stack: Stack, setup: Setup, registries: Registries, backstage: Backstage
) -> None:
    reference = alice.push_image("app")
    name = f"{alice.name}/app"
    setup.wait_for_push(name)
    stack.manage("move", name, "west", "--wait")
    assert registries.keepers(name, "1.0") == {"east", "west"}
    backstage.run(_HURRY, repository=name)
    eventually(lambda: registries.keepers(name, "1.0") == {"west"})
    alice.forget(reference)
    alice.docker("pull", reference)
    alice.push_image("app", "2.0")
    assert registries.keepers(name, "2.0") == {"west"}


def test_pushes_that_are_held_go_on_by_themselves(
    alice: Person, setup: Setup, backstage: Backstage, skopeo: Program
) -> None:
    reference = alice.push_image("app")
    name = f"{alice.name}/app"
    setup.wait_for_push(name)
    login = ("login", "--tls-verify=false", "-u", alice.name, "-p", alice.password, alice.host)
    skopeo(*login)
    both = ("--src-tls-verify=false", "--dest-tls-verify=false")
    copied = alice.reference("app", "copied")
    other = alice.make_image("app", "other")
    assert backstage.run(_HOLD, repository=name, seconds=4) == 1
    with again_and_again(lambda: alice.docker("push", other)) as pushes:
        skopeo("copy", "--retry-times", "3", *both, f"docker://{reference}", f"docker://{copied}")
        eventually(lambda: pushes)
    assert not failures(pushes)
    alice.docker("pull", copied)


def test_docker_says_why_a_manifest_was_held(
    alice: Person, setup: Setup, backstage: Backstage
) -> None:
    reference = alice.push_image("app")
    setup.wait_for_push(f"{alice.name}/app")
    again = alice.reference("app", "again")
    alice.docker("tag", reference, again)
    backstage.run(_HOLD, repository=f"{alice.name}/app", seconds=60)
    assert "takes nothing for some seconds" in alice.docker.fails("push", again)
    alice.docker("pull", reference)
