"""Access tokens and robots with real clients: what they open, what they leave behind, how they end."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.people import People, Person
from tests.e2e.programs import Program
from tests.e2e.stack import Stack

MAKE_TOKEN = """
from accounts.flows.personal_access_tokens import create_token
from accounts.models import User
from accounts.principals import Principal
from accounts.snippets import snippets_for
from accounts.token_limits import read_limits
user = User.objects.get(username=name)
made = create_token(user, name="e2e", limits=read_limits(patterns, actions, []), networks=(),
                    expires_at=None, by=Principal(user))
lines = {snippet.key: snippet.text for snippet in snippets_for(name, made.value)}
answer = {"id": made.token.pk, "secret": made.value, "login": name, "lines": lines}
"""
MAKE_ROBOT = """
from accounts.flows.robot_accounts import create_robot
from accounts.flows.robot_secrets import add_secret
from accounts.models import User
from accounts.principals import Principal
from accounts.snippets import snippets_for
user = User.objects.get(username=name)
robot = create_robot(user.namespace, name="ci", by=Principal(user), may_create=may_create)
made = add_secret(robot, label="e2e", expires_at=None, by=Principal(user))
login = robot.full_name
lines = {snippet.key: snippet.text for snippet in snippets_for(login, made.value)}
answer = {"id": robot.pk, "secret": made.value, "login": login, "lines": lines}
"""
REVOKE_TOKEN = """
from accounts.flows.personal_access_tokens import revoke_token
from accounts.models import PersonalAccessToken
from accounts.principals import Principal
token = PersonalAccessToken.objects.select_related("user").get(pk=id)
revoke_token(token, by=Principal(token.user))
"""
DISABLE_ROBOT = """
from accounts.flows.robot_accounts import set_enabled
from accounts.models import RobotAccount
from accounts.principals import Principal
robot = RobotAccount.objects.select_related("namespace__user").get(pk=id)
set_enabled(robot, enabled=False, by=Principal(robot.namespace.user))
"""
TWO_FACTORS = """
from allauth.mfa.totp.internal.auth import TOTP
from accounts.models import User
TOTP.activate(User.objects.get(username=name), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
"""

HELD_BY_REDIS = """
import redis
from django.conf import settings
client = redis.from_url(settings.REDIS_URL)
readers = {
    "string": client.get, "hash": client.hgetall, "set": client.smembers,
    "list": lambda key: client.lrange(key, 0, -1),
    "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
}
held = [(key, readers[client.type(key).decode()](key)) for key in client.scan_iter("*")]
answer = repr(held)
"""


class Machines:
    """Makes credentials backstage."""

    def __init__(self, backstage: Backstage, people: People) -> None:
        self._backstage, self._people = backstage, people

    def token(self, owner: Person, *patterns: str, actions: list[str]) -> tuple[Person, Any]:
        """Return a machine that has a token of the owner, and what the page would have shown."""
        return self._machine(
            owner, MAKE_TOKEN, patterns=patterns or [f"{owner.name}/*"], actions=actions
        )

    def robot(self, owner: Person, *, may_create: bool) -> tuple[Person, Any]:
        """Return a machine that is a robot of the owner."""
        return self._machine(owner, MAKE_ROBOT, may_create=may_create)

    def _machine(self, owner: Person, code: str, **given: object) -> tuple[Person, Any]:
        made = self._backstage.run(code, name=owner.name, **given)
        machine = replace(
            owner,
            name=made["login"],
            password=made["secret"],
            docker=self._people.make_docker(),
        )
        return machine, made


@pytest.fixture
def machines(backstage: Backstage, people: People) -> Machines:
    """Makes credentials."""
    return Machines(backstage, people)


def words_of(person: Person) -> tuple[str, ...]:
    """Return how podman and skopeo log in."""
    return ("login", "--tls-verify=false", "-u", person.name, "--password-stdin", person.host)


def refusal(person: Person) -> str:
    """Return what docker login prints, without the daemon's preamble."""
    printed = person.docker.fails(*person.login_words, stdin=person.password.encode())
    return printed.strip().rpartition('/v2/": ')[2]


def assert_keeps_its_secret(machine: Person) -> None:
    """The secret stays what it is: kubelet reads no identity tokens."""
    entry = machine.docker.stored["auths"][machine.host]
    assert "identitytoken" not in entry
    assert base64.b64decode(entry["auth"]).decode() == f"{machine.name}:{machine.password}"


def test_docker_keeps_the_token_itself_and_it_pushes_and_pulls(
    alice: Person, machines: Machines
) -> None:
    laptop, _ = machines.token(alice, actions=["push"])
    assert "Login Succeeded" in laptop.login()
    assert_keeps_its_secret(laptop)
    reference = laptop.push_image("app")
    laptop.forget(reference)
    laptop.docker("pull", reference)
    laptop.docker("search", f"{laptop.host}/{alice.name}")


def test_a_token_to_pull_does_not_push_and_docker_says_why(
    alice: Person, machines: Machines
) -> None:
    laptop, _ = machines.token(alice, actions=[])
    laptop.login()
    reference = alice.push_image("app")
    laptop.forget(reference)
    laptop.docker("pull", reference)
    assert "may pull but not push" in laptop.docker.fails("push", reference)


def test_a_token_for_one_repository_sees_no_other(alice: Person, machines: Machines) -> None:
    laptop, _ = machines.token(alice, f"{alice.name}/app", actions=["push"])
    laptop.login()
    laptop.push_image("app")
    other = alice.push_image("other")
    laptop.forget(other)
    assert "may not see it" in laptop.docker.fails("pull", other)
    assert "denied" in laptop.docker.fails("push", laptop.make_image("third"))


def test_a_revoked_token_ends_at_once(
    alice: Person, machines: Machines, backstage: Backstage
) -> None:
    laptop, made = machines.token(alice, actions=["push"])
    laptop.login()
    reference = laptop.push_image("app")
    backstage.run(REVOKE_TOKEN, id=made["id"])
    assert "was revoked" in laptop.docker.fails("push", reference)
    laptop.forget(reference)
    assert "was revoked" in laptop.docker.fails("pull", reference)
    assert "was revoked" in refusal(laptop)


def test_a_robot_pushes_what_it_may_and_ends_at_once(
    alice: Person, machines: Machines, backstage: Backstage
) -> None:
    robot, made = machines.robot(alice, may_create=True)
    assert "Login Succeeded" in robot.login()
    assert_keeps_its_secret(robot)
    mine = replace(robot, name=alice.name)  # its images are in the namespace of alice
    reference = mine.push_image("built")
    theirs = alice.push_image("private")
    mine.forget(theirs)
    assert "may not see it" in robot.docker.fails("pull", theirs)
    backstage.run(DISABLE_ROBOT, id=made["id"])
    mine.forget(reference)
    assert "is disabled" in robot.docker.fails("pull", reference)


@pytest.mark.parametrize("kind", ["token", "robot"])
def test_podman_and_skopeo_take_them_too(
    alice: Person, machines: Machines, podman: Program, skopeo: Program, kind: str
) -> None:
    machine, _ = (
        machines.token(alice, actions=["push"])
        if kind == "token"
        else machines.robot(alice, may_create=True)
    )
    assert "Login Succeeded" in podman(*words_of(machine), stdin=machine.password)
    source = f"docker://{alice.push_image('app')}"
    copy = f"docker://{alice.reference('copy')}"
    plain = ("--src-tls-verify=false", "--dest-tls-verify=false")
    credentials = f"{alice.name}:{alice.password}"
    skopeo("copy", *plain, "--src-creds", credentials, source, copy)
    podman("pull", "--tls-verify=false", alice.reference("copy"))
    podman("tag", alice.reference("copy"), alice.reference("again"))
    podman("push", "--tls-verify=false", alice.reference("again"))
    alice.docker("pull", alice.reference("again"))


def test_podman_and_skopeo_say_that_a_token_was_revoked(
    alice: Person, machines: Machines, backstage: Backstage, podman: Program, skopeo: Program
) -> None:
    machine, made = machines.token(alice, actions=["push"])
    podman(*words_of(machine), stdin=machine.password)
    reference = alice.push_image("app")
    backstage.run(REVOKE_TOKEN, id=made["id"])
    assert "was revoked" in podman.fails("pull", "--tls-verify=false", reference)
    assert "was revoked" in skopeo.fails("inspect", "--tls-verify=false", f"docker://{reference}")
    assert "invalid username/password" in podman.fails(*words_of(machine), stdin=machine.password)


def test_with_two_factors_every_client_is_sent_to_the_tokens(
    alice: Person, machines: Machines, backstage: Backstage, podman: Program, skopeo: Program
) -> None:
    """The right password is refused, with the address of the page; a token made there is taken."""
    reference = alice.push_image("app")
    backstage.run(TWO_FACTORS, name=alice.name)
    wanted = (
        f"'{alice.name}' uses two factors, so this needs an access token instead of the password: "
        f"http://{alice.host}/settings/tokens"
    )
    assert refusal(alice) == f"unauthorized: {wanted}"
    assert wanted in alice.docker.fails("pull", reference)  # by the identity token of before
    credentials = ("--creds", f"{alice.name}:{alice.password}", "--tls-verify=false")
    assert wanted in podman.fails("pull", *credentials, reference)
    assert wanted in skopeo.fails("inspect", *credentials, f"docker://{reference}")
    # podman and skopeo show the words of nobody when they log in
    for program in (podman, skopeo):
        printed = program.fails(*words_of(alice), stdin=alice.password)
        assert "invalid username/password" in printed
    laptop, _ = machines.token(alice, actions=["push"])
    assert "Login Succeeded" in laptop.login()
    assert "Login Succeeded" in podman(*words_of(laptop), stdin=laptop.password)
    assert "Login Succeeded" in skopeo(*words_of(laptop), stdin=laptop.password)
    laptop.docker("pull", reference)
    podman("pull", "--tls-verify=false", reference)
    skopeo("inspect", "--tls-verify=false", f"docker://{reference}")


@pytest.mark.parametrize("tool_name", ["docker", "podman"])
def test_the_line_that_the_page_shows_logs_in(
    alice: Person, machines: Machines, podman: Program, tool_name: str
) -> None:
    """Run by a shell, as it stands, with the tool of that name."""
    robot, made = machines.robot(alice, may_create=False)
    pipe, _, command = made["lines"][tool_name].partition(" | ")
    secret = subprocess.run(["/bin/sh", "-c", pipe], capture_output=True, text=True, check=True)
    shell = f'for word in {command}; do echo "$word"; done'
    words = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True)
    arguments = words.stdout.split()[1:]
    if tool_name == "docker":
        printed = robot.docker(*arguments, stdin=secret.stdout.encode())
    else:
        printed = podman(*arguments, stdin=secret.stdout)
    assert "Login Succeeded" in printed


def test_no_secret_is_in_a_file_or_in_redis(
    alice: Person, machines: Machines, backstage: Backstage, stack: Stack
) -> None:
    """Logs of all processes, the database as it lies on the disk, and queue and cache."""
    laptop, _ = machines.token(alice, actions=["push"])
    robot, _ = machines.robot(alice, may_create=True)
    for machine in (laptop, robot):
        machine.login()
    laptop.push_image("app")
    identity = alice.docker.stored["auths"][alice.host]["identitytoken"]
    alice.docker("search", f"{alice.host}/{alice.name}")
    wanted = "a password that nobody has"
    refusal(replace(alice, password=wanted))
    secrets = [laptop.password, robot.password, identity, alice.password, wanted]
    assert {secret[:3] for secret in secrets[:3]} == {"wbp", "wbs", "wbr"}
    texts = {"redis": backstage.run(HELD_BY_REDIS).encode(), "output": stack.output.encode()}
    skipped = ("registries", "tools")
    for path in stack.var.rglob("*"):
        if path.is_file() and not set(skipped) & set(path.parts):
            texts[str(path)] = path.read_bytes()
    assert any(b"SQLite format" in text[:20] for text in texts.values())
    found = [name for name, text in texts.items() for one in secrets if one.encode() in text]
    assert found == []
