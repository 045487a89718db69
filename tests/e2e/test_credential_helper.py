"""docker with `credHelpers`: what it logs in with is made for an hour of the log-in of the command line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from waybill.logins.book import DOCKER, Book, Login

from launcher.layout import CHECKOUT
from tests.e2e.backstage import Backstage
from tests.e2e.people import People, Person
from tests.waiting import eventually

MAKE_TOKEN = """
from accounts.flows.personal_access_tokens import create_token
from accounts.models import User
from accounts.principals import Principal
from accounts.token_limits import read_limits
user = User.objects.get(username=name)
limits = read_limits(("*",), ("push",), ())
answer = create_token(
    user, name="laptop", limits=limits, networks=(), expires_at=None, by=Principal(user)
).value
"""
REVOKE = """
from accounts.flows.personal_access_tokens import revoke_all_tokens
from accounts.models import User
from accounts.principals import Principal
user = User.objects.get(username=name)
answer = revoke_all_tokens(user, by=Principal(user))
"""
PUSHED_WITH = """
from index.models import Tag
pushed = Tag.objects.filter(repository__namespace__name=name, repository__name__endswith="/app")
answer = [one.partition(":")[0] for one in pushed.values_list("pushed_with", flat=True)]
"""
HIDE = """
from index.models import Repository
answer = Repository.objects.filter(namespace__name=name).update(visibility="private")
"""
HELPER = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(CHECKOUT / "clients/waybill/src")!r})
from waybill_start import docker_helper
docker_helper()
"""


@pytest.fixture
def helped(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Someone whose docker asks the helper, and finds nobody logged in yet."""
    program = tmp_path / "docker-credential-waybill"
    program.write_text(HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("WAYBILL_CONFIG", str(tmp_path / "waybill"))
    monkeypatch.setattr("waybill.logins.stores._has_keyring", lambda: False)
    person = people.make("alice")
    person.docker.home.mkdir(parents=True)
    settings = {"credHelpers": {person.host: "waybill"}}
    (person.docker.home / "config.json").write_text(json.dumps(settings))
    return person


def test_docker_pushes_and_pulls_with_what_ends_with_the_token(
    helped: Person, backstage: Backstage
) -> None:
    assert "denied" in helped.docker.fails("push", helped.make_image("app"))
    token = str(backstage.run(MAKE_TOKEN, name=helped.name))
    Book().keep(Login(f"http://{helped.host}", helped.name, token))
    reference = helped.push_image("app")
    assert eventually(lambda: backstage.run(PUSHED_WITH, name=helped.name)) == ["docker-token"]
    backstage.run(HIDE, name=helped.name)
    helped.forget(reference)
    helped.docker("pull", reference)
    assert "auths" not in helped.docker.stored
    backstage.run(REVOKE, name=helped.name)
    helped.forget(reference)
    refused = helped.docker.fails("pull", reference)
    assert "was revoked" in refused
    assert f"Log in again: waybill login http://{helped.host}" in refused


def test_docker_login_with_a_token_leaves_it_to_the_helper_alone(
    helped: Person, backstage: Backstage
) -> None:
    token = str(backstage.run(MAKE_TOKEN, name=helped.name))
    words = ("login", "-u", helped.name, "--password-stdin", helped.host)
    assert "Login Succeeded" in helped.docker(*words, stdin=token.encode())
    assert "Login Succeeded" in helped.docker("login", helped.host)  # with what the helper gives
    url = f"http://{helped.host}"
    kept = Book().find(url)
    assert kept
    assert (kept.secret, Book().find(url, DOCKER)) == (token, None)
    helped.push_image("app")
    assert token not in (helped.docker.home / "config.json").read_text()


def test_docker_login_leaves_what_it_got_to_the_helper(helped: Person) -> None:
    assert "Login Succeeded" in helped.login()
    helped.push_image("app")
    assert helped.docker.stored.get("auths", {}).get(helped.host, {}) == {}
    helped.docker("logout", helped.host)
    assert Book().servers == []
