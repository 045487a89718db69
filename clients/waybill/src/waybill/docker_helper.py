"""`docker-credential-waybill`: docker's credentials for Waybill come from the log-in that is kept here.

The protocol is that of docker-credential-helpers: a word as argument, the rest on standard input,
answers and errors on standard output. Docker takes exactly `_NOT_FOUND` for "go on as nobody".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn
from urllib.parse import urlsplit

from waybill.errors import WaybillError
from waybill.logins.book import API, DOCKER, Book, Login

_NOT_FOUND = "credentials not found in native keychain"
_NO_SERVER = "no credentials server URL"
_OF_THE_API = ("wbp_", "wbs_")  # access tokens and robots' secrets; all else is for docker alone


class NotFound(WaybillError):
    """Nobody is logged in there."""


def get(book: Book, told: str) -> str:
    """Return the credentials for a host: what `docker login` left, else what `waybill login` did."""
    server = told.strip()
    url = book.of_host(_host(server))
    login = book.find(url, DOCKER) or book.find(url, API) if url else None
    if login is None:
        raise NotFound(_NOT_FOUND)
    if login.is_session:
        message = f"docker takes no session: docker login {_host(server)}, or waybill login --token"
        raise WaybillError(message)
    return json.dumps({"ServerURL": server, "Username": login.username, "Secret": login.secret})


def store(book: Book, told: str) -> str:
    """Keep what `docker login` was given: a token for everything, all else for docker alone."""
    try:
        given = json.loads(told)
        host, username, secret = (given[name] for name in ("ServerURL", "Username", "Secret"))
    except (ValueError, TypeError, KeyError) as error:
        message = "store wants an object with ServerURL, Username and Secret"
        raise WaybillError(message) from error
    host = _host(host)
    login = Login(book.of_host(host) or _url_of(host), username, secret)
    slot = API if secret.startswith(_OF_THE_API) else DOCKER
    book.keep(login, slot)
    if slot == API:
        book.forget(login.url, DOCKER)
    return ""


def erase(book: Book, told: str) -> str:
    """Forget everything about a host: after `docker logout` nothing is left to pull with."""
    url = book.of_host(_host(told.strip()))
    for slot in (DOCKER, API):
        if url:
            book.forget(url, slot)
    return ""


def list_(book: Book, told: str) -> str:
    """Return who is logged in where."""
    logins = {url: book.find(url, DOCKER) or book.find(url, API) for url in book.servers}
    return json.dumps({url: login.username for url, login in logins.items() if login})


def version_(book: Book, told: str) -> str:
    """Return what this is."""
    try:
        number = version("waybill")
    except PackageNotFoundError:
        number = "from a checkout"
    return f"docker-credential-waybill (waybill) {number}"


_WORDS: dict[str, Callable[[Book, str], str]] = {
    "get": get,
    "store": store,
    "erase": erase,
    "list": list_,
    "version": version_,
}


def answer(words: list[str], told: str, book: Book) -> tuple[str, int]:
    """Return what is printed, and the number to end with."""
    if len(words) != 1 or words[0] not in _WORDS:
        return f"usage: docker-credential-waybill <{'|'.join(_WORDS)}>", 1
    try:
        return _WORDS[words[0]](book, told), 0
    except (WaybillError, OSError) as error:
        return str(error), 1


def run() -> NoReturn:
    """Start here."""
    words = sys.argv[1:]
    told = sys.stdin.read() if words[:1] in (["get"], ["store"], ["erase"]) else ""
    said, code = answer(words, told, Book())
    if said:
        sys.stdout.write(f"{said}\n")
    sys.exit(code)


def _host(server: str) -> str:
    """Return the host of what docker calls a server: `host:5000`, or an address of it."""
    host = urlsplit(server if "://" in server else f"//{server}").netloc
    if not host:
        raise WaybillError(_NO_SERVER)
    return host


def _url_of(host: str) -> str:
    """Return where a server is that only docker knows: over http on this machine, as docker does."""
    name = urlsplit(f"//{host}").hostname or ""
    is_here = name in {"localhost", "::1"} or name.startswith("127.")
    return f"{'http' if is_here else 'https'}://{host}"
