"""`docker login`, with the engine and without one."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.engine import Nowhere
from tests.e2e.people import People, Person
from tests.e2e.wire import Wire

CHANGE_PASSWORD = """
from accounts.flows.change_credentials import change_credentials
from accounts.models import User
change_credentials(User.objects.get(username=name), email=None, password="another quiet river")
"""


def assert_keeps_no_password(person: Person) -> None:
    entry = person.docker.stored["auths"][person.host]
    assert entry["identitytoken"]
    assert base64.b64decode(entry["auth"]).decode() == f"{person.name}:"


@pytest.mark.shows("docker", "log-in")
def test_login_stores_an_identity_token_and_no_password(people: People) -> None:
    alice = people.make("alice")
    assert "Login Succeeded" in alice.login()
    assert_keeps_no_password(alice)


def test_login_without_an_engine_stores_no_password_either(people: People) -> None:
    person = people.make("alice")
    nowhere = replace(person.docker, engine=Nowhere())
    alice = replace(person, docker=nowhere)
    assert "Login Succeeded" in alice.login()
    assert_keeps_no_password(alice)


def refusal(person: Person) -> str:
    """Return what docker prints, without the daemon's preamble."""
    printed = person.docker.fails(*person.login_words, stdin=person.password.encode())
    return printed.strip().removeprefix(
        f'Error response from daemon: Get "http://{person.host}/v2/": '
    )


def wrong(person: Person) -> str:
    """Return what a wrong password is answered."""
    return (
        f"wrong user name or password for '{person.name}'. Accounts with single sign-on or two "
        f"factors need an access token: http://{person.host}/settings/tokens"
    )


def test_a_wrong_password_is_named_as_such(people: People) -> None:
    alice = replace(people.make("alice"), password="not this one")
    assert refusal(alice) == f"unauthorized: {wrong(alice)}"
    assert not alice.docker.home.joinpath("config.json").exists()


def test_an_unknown_account_reads_the_same(people: People, wire: Wire) -> None:
    nobody = Person("nobody2", wire.stack.host, people.make_docker())
    assert refusal(nobody) == f"unauthorized: {wrong(nobody)}"


def test_an_unverified_account_is_told_what_to_do(people: People) -> None:
    newt = people.make("newt", verified=False)
    assert refusal(newt) == (
        f"unauthorized: account '{newt.name}' is not verified: "
        f"log in at http://{newt.host}/accounts/login/ to get a new code"
    )


def test_after_a_logout_nothing_private_is_open_any_more(alice: Person) -> None:
    reference = alice.push_image("app")
    alice.forget(reference)
    alice.docker("logout", alice.host)
    assert "may require 'docker login'" in alice.docker.fails("pull", reference)


def test_a_changed_password_ends_the_logins_of_all_machines(
    alice: Person, backstage: Backstage
) -> None:
    alice.docker("search", f"{alice.host}/anything")
    backstage.run(CHANGE_PASSWORD, name=alice.name)
    assert "this login has ended" in alice.docker.fails("push", alice.make_image("app"))
