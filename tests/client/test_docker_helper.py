"""The credential helper, in the words of docker's protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from waybill import docker_helper
from waybill.docker_helper import Helper
from waybill.logins.book import API, DOCKER, Book, Login

from accounts.docker_credentials import parse_docker_credential
from accounts.flows.personal_access_tokens import NewToken, revoke_token
from accounts.models import KeptAnswer
from accounts.principals import Principal
from tests.client.transport import InProcess, Interference, answers, loses
from tests.command_lines import CommandLine
from tests.conftest import World
from tests.machines import make_robot, make_secret, make_token

HOST = "index.test:5000"
URL = f"http://{HOST}"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """Somebody who is logged in with a token."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr("waybill.logins.stores._has_keyring", lambda: False)
    book = Book(tmp_path)
    book.keep(Login(URL, "alice", "wbp_secret"))
    return book


def answer(words: list[str], given: str, book: Book) -> tuple[str, int]:
    """What docker is told, where the server is not asked."""
    said, _, code = docker_helper.answer(words, given, Helper(book))
    return said, code


def get(book: Book, transport: InProcess, server: str = HOST) -> tuple[str, str, int]:
    return docker_helper.answer(["get"], server, Helper(book, transport))


@pytest.fixture
def token(world: World, book: Book) -> NewToken:
    """A real one, with which alice is logged in under the address that she has proven."""
    made = make_token(world.alice)
    book.keep(Login(URL, "alice@example.com", made.value))
    return made


def told(username: str, secret: str, server: str = HOST) -> str:
    return json.dumps({"ServerURL": server, "Username": username, "Secret": secret})


@pytest.mark.parametrize("server", [HOST, f"{URL}/v2/", f"{HOST}\n"])
def test_docker_gets_what_the_server_makes_of_the_token(
    book: Book, token: NewToken, transport: InProcess, server: str
) -> None:
    said, aside, code = get(book, transport, server)
    assert (aside, code) == ("", 0)
    told = json.loads(said)
    assert (told["ServerURL"], told["Username"]) == (server.strip(), "alice")
    made = parse_docker_credential(told["Secret"])
    assert made
    assert made.selector == token.token.selector


def test_docker_gets_it_of_a_robots_secret_too(
    book: Book, world: World, transport: InProcess
) -> None:
    secret = make_secret(make_robot("acme", by=world.olga), by=world.olga).value
    book.keep(Login(URL, "acme+ci", secret))
    told = json.loads(get(book, transport)[0])
    assert (told["Username"], told["Secret"][:4]) == ("acme+ci", "wbk_")


def test_docker_gets_it_of_a_session_too(book: Book, world: World, transport: InProcess) -> None:
    book.keep(Login(URL, "alice", CommandLine(world.alice).secret))
    told = json.loads(get(book, transport)[0])
    assert (told["Username"], told["Secret"][:4]) == ("alice", "wbk_")


def test_each_command_of_docker_asks_once_and_nothing_is_kept(
    book: Book, token: NewToken, transport: InProcess
) -> None:
    before = {path: path.read_bytes() for path in book.folder.iterdir()}
    get(book, transport)
    get(book, transport)
    assert transport.paths == ["/api/v1/credentials/docker"] * 2
    assert {path: path.read_bytes() for path in book.folder.iterdir()} == before
    assert not KeptAnswer.objects.exists()


def test_a_revoked_token_gets_nothing_and_it_is_said_what_to_do(
    book: Book, world: World, token: NewToken, transport: InProcess
) -> None:
    revoke_token(token.token, by=Principal(world.alice))
    said, aside, code = get(book, transport)
    assert code == 1
    assert "was revoked" in aside
    assert aside.endswith(f"Log in again: waybill login {URL}")
    assert aside == f"docker-credential-waybill: {said}"


@pytest.mark.parametrize(
    ("interference", "words"),
    [
        (answers(404, b"<h1>nothing</h1>"), "older than this program"),
        (answers(503), "the server answered 503"),
        (answers(200, b"<p>Log in to the hotel</p>"), "is no JSON"),
        (loses, "the line was cut"),
    ],
    ids=["older", "down", "another", "away"],
)
def test_without_an_answer_docker_gets_nothing_and_never_the_token(
    book: Book, transport: InProcess, interference: Interference, words: str
) -> None:
    transport.instead = [interference]
    said, aside, code = get(book, transport)
    assert code == 1
    assert words in aside
    assert "wbp_secret" not in said + aside
    assert len(transport.sent) == 1


def test_for_another_host_docker_goes_on_as_nobody(book: Book) -> None:
    assert answer(["get"], "elsewhere.test", book) == (
        "credentials not found in native keychain", 1,
    )  # fmt: skip


def test_what_docker_login_got_goes_to_docker_alone(book: Book) -> None:
    assert answer(["store"], told("<token>", "wbr_identity"), book) == ("", 0)
    assert json.loads(answer(["get"], HOST, book)[0])["Secret"] == "wbr_identity"
    login = book.find(URL, API)
    assert login
    assert login.secret == "wbp_secret"


def test_docker_login_with_a_token_is_a_login_for_everything(book: Book) -> None:
    answer(["store"], told("<token>", "wbr_identity"), book)
    answer(["store"], told("alice", "wbp_other"), book)
    login = book.find(URL, API)
    assert login
    assert (login.secret, book.find(URL, DOCKER)) == ("wbp_other", None)


def test_docker_login_comes_first_where_nobody_was_logged_in(book: Book) -> None:
    answer(["store"], told("olga", "wbr_identity", "https://other.test/v1/"), book)
    assert json.loads(answer(["get"], "other.test", book)[0])["Username"] == "olga"
    assert book.of_host("other.test") == "https://other.test"


def test_docker_login_gives_back_what_it_got_here_and_it_is_not_kept(book: Book) -> None:
    assert answer(["store"], told("alice", "wbk_short"), book) == ("", 0)
    login = book.find(URL, API)
    assert login
    assert (login.secret, book.find(URL, DOCKER)) == ("wbp_secret", None)


def test_what_is_over_within_the_hour_is_no_login(book: Book) -> None:
    said, code = answer(["store"], told("alice", "wbk_short", "other.test"), book)
    assert (said.startswith("that is over within the hour"), code) == (True, 1)
    assert book.servers == [URL]


def test_after_docker_logout_nothing_is_left(book: Book) -> None:
    answer(["store"], told("<token>", "wbr_identity"), book)
    assert answer(["erase"], HOST, book) == ("", 0)
    assert answer(["get"], HOST, book)[1] == 1
    assert book.servers == []


def test_the_list_names_servers_and_users(book: Book) -> None:
    assert json.loads(answer(["list"], "", book)[0]) == {URL: "alice"}


def test_it_says_what_it_is(book: Book) -> None:
    assert answer(["version"], "", book)[0].startswith("docker-credential-waybill ")


@pytest.mark.parametrize("words", [[], ["gets"], ["get", "it"]])
def test_other_words_are_answered_with_those_there_are(book: Book, words: list[str]) -> None:
    said, code = answer(words, "", book)
    assert (said.startswith("usage:"), code) == (True, 1)


@pytest.mark.parametrize(("word", "given"), [("store", "{}"), ("store", "x"), ("get", "\n")])
def test_what_is_no_request_is_refused_in_a_sentence(book: Book, word: str, given: str) -> None:
    said, code = answer([word], given, book)
    assert (bool(said), code) == (True, 1)
