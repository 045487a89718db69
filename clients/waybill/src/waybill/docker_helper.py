"""`docker-credential-waybill`: docker's credentials for Waybill come from the log-in that is kept here.

The protocol is that of docker-credential-helpers: a word as argument, the rest on standard input,
answers and errors on standard output. Docker takes exactly `_NOT_FOUND` for "go on as nobody", and
goes on so after any other error of `get`, too, without a word; what went wrong is therefore said on
standard error as well, which docker leaves to the terminal.

An access token, a robot's secret or a session is never handed to docker: for each `get` the server is
asked for a credential that is made of it and lasts for an hour. None is kept: a command of docker asks
once, and begins with the whole hour; nothing lies about, and there is nothing to forget.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter

from waybill import calls, errors
from waybill.client import Waybill
from waybill.logins.book import API, DOCKER, SESSION, Book, Login
from waybill.retries import Retries
from waybill.terminal.words import clean

_NOT_FOUND = "credentials not found in native keychain"
_NO_SERVER = "no credentials server URL"
# Access tokens, robots' secrets, and sessions; all else is for docker alone.
_OF_THE_API = ("wbp_", "wbs_", SESSION)
_SHORT = "wbk_"  # what the server makes of one of those
_TIMEOUT = (5.0, 15.0)  # somebody waits for docker


class NobodyThere(errors.WaybillError):
    """Nobody is logged in there."""


@dataclass(frozen=True)
class Helper:
    """The words of the protocol; tests bring an adapter."""

    book: Book
    adapter: BaseAdapter | None = None

    def get(self, told: str) -> str:
        """Return the credentials for a host: what `docker login` left, else what `waybill login` did."""
        server = told.strip()
        url = self.book.of_host(_host(server))
        login = self.book.find(url, DOCKER) or self.book.find(url, API) if url else None
        if login is None:
            raise NobodyThere(_NOT_FOUND)
        username, secret = login.username, login.secret
        if secret.startswith(_OF_THE_API):
            username, secret = self._short(login)
        return json.dumps({"ServerURL": server, "Username": username, "Secret": secret})

    def store(self, told: str) -> str:
        """Keep what `docker login` was given: a token for everything, all else for docker alone.

        After `get`, docker login gives back what it got there: that is over within the hour, and the
        log-in it was made of is here already.
        """
        try:
            given = json.loads(told)
            host, username, secret = (given[name] for name in ("ServerURL", "Username", "Secret"))
        except (ValueError, TypeError, KeyError) as error:
            message = "store wants an object with ServerURL, Username and Secret"
            raise errors.WaybillError(message) from error
        host = _host(host)
        url = self.book.of_host(host)
        if secret.startswith(_SHORT):
            return self._known(url)
        login = Login(url or _url_of(host), username, secret)
        slot = API if secret.startswith(_OF_THE_API) else DOCKER
        self.book.keep(login, slot)
        if slot == API:
            self.book.forget(login.url, DOCKER)
        return ""

    def erase(self, told: str) -> str:
        """Forget everything about a host: after `docker logout` nothing is left to pull with."""
        url = self.book.of_host(_host(told.strip()))
        for slot in (DOCKER, API):
            if url:
                self.book.forget(url, slot)
        return ""

    def list(self, told: str) -> str:
        """Return who is logged in where."""
        find = self.book.find
        logins = {url: find(url, DOCKER) or find(url, API) for url in self.book.servers}
        return json.dumps({url: login.username for url, login in logins.items() if login})

    def version(self, told: str) -> str:
        """Return what this is."""
        try:
            number = version("waybill")
        except PackageNotFoundError:
            number = "from a checkout"
        return f"docker-credential-waybill (waybill) {number}"

    def _short(self, login: Login) -> tuple[str, str]:
        """Return name and secret of what the server makes of a log-in; raise WaybillError."""
        client = Waybill(
            login.url,
            token=login.secret,
            retries=Retries(most=0),
            timeout=_TIMEOUT,
            adapter=self.adapter,
        )
        try:
            with client:
                made = client.ask(calls.credentials.for_docker())
        except errors.WaybillError as error:
            message = clean(
                f"docker gets no credential for {client.server.host}: {_why(error, login)}"
            )
            raise errors.WaybillError(message) from error
        return made["username"], made["secret"]

    def _known(self, url: str) -> str:
        if not (url and self.book.find(url, API)):
            message = "that is over within the hour: log in with an access token"
            raise errors.WaybillError(message)
        return ""


_WORDS: dict[str, Callable[[Helper, str], str]] = {
    "get": Helper.get,
    "store": Helper.store,
    "erase": Helper.erase,
    "list": Helper.list,
    "version": Helper.version,
}


def answer(words: list[str], told: str, helper: Helper) -> tuple[str, str, int]:
    """Return what is said to docker and to whoever runs it, and the number to end with."""
    if len(words) != 1 or words[0] not in _WORDS:
        return f"usage: docker-credential-waybill <{'|'.join(_WORDS)}>", "", 1
    try:
        return _WORDS[words[0]](helper, told), "", 0
    except (errors.WaybillError, OSError) as error:
        is_silent = words[0] == "get" and not isinstance(error, NobodyThere)
        return str(error), f"docker-credential-waybill: {error}" if is_silent else "", 1


def run() -> NoReturn:
    """Start here."""
    words = sys.argv[1:]
    told = sys.stdin.read() if words[:1] in (["get"], ["store"], ["erase"]) else ""
    said, aside, code = answer(words, told, Helper(Book()))
    for text, stream in ((said, sys.stdout), (aside, sys.stderr)):
        if text:
            stream.write(f"{text}\n")
    sys.exit(code)


def _why(error: errors.WaybillError, login: Login) -> str:
    if isinstance(error, errors.NotLoggedIn):
        return f"{error}. Log in again: waybill login {login.url}"
    if isinstance(error, errors.NotFound):
        return "the server is older than this program and makes none. Have it brought up to date"
    return f"{error}. What you are logged in with is not handed over"


def _host(server: str) -> str:
    """Return the host of what docker calls a server: `host:5000`, or an address of it."""
    host = urlsplit(server if "://" in server else f"//{server}").netloc
    if not host:
        raise errors.WaybillError(_NO_SERVER)
    return host


def _url_of(host: str) -> str:
    """Return where a server is that only docker knows: over http on this machine, as docker does."""
    name = urlsplit(f"//{host}").hostname or ""
    is_here = name in {"localhost", "::1"} or name.startswith("127.")
    return f"{'http' if is_here else 'https'}://{host}"
