"""The credential helper, in the words of docker's protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from waybill.docker_helper import answer
from waybill.logins.book import API, DOCKER, Book, Login

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


def told(username: str, secret: str, server: str = HOST) -> str:
    return json.dumps({"ServerURL": server, "Username": username, "Secret": secret})


@pytest.mark.parametrize("server", [HOST, f"{URL}/v2/", f"{HOST}\n"])
def test_docker_gets_the_token_of_the_login(book: Book, server: str) -> None:
    said, code = answer(["get"], server, book)
    assert code == 0
    assert json.loads(said) == {
        "ServerURL": server.strip(), "Username": "alice", "Secret": "wbp_secret",
    }  # fmt: skip


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
