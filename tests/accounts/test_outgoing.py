"""Requests of ours to addresses from outside stay on the Internet (case 35, F17)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from accounts import outgoing
from accounts.ip_addresses import is_public
from accounts.outgoing import OutgoingRefused, fetch_json
from tests.local_issuer import LocalIssuer, running_issuer

INTERNAL = (
    "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "2001::1", "2002:7f00:1::", "fc00::1", "fe80::1", "fec0::1", "ff02::1",
    "2001:db8::1",
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[LocalIssuer]:
    """Something that answers JSON on this machine."""
    with running_issuer() as server:
        server.answer("/ok", {"fine": True}, Cache_Control="public, max-age=77")
        yield server


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["140.82.121.4", "2606:50c0:8000::153", "::ffff:140.82.121.4"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ip_address(address))


def test_settings_open_a_private_network(settings: Any) -> None:
    settings.OUTGOING_NETWORKS = [ip_network("10.20.0.0/16")]
    assert is_public(ip_address("10.20.3.4"))
    assert is_public(ip_address("::ffff:10.20.3.4"))
    assert not is_public(ip_address("10.21.3.4"))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{}/ok", "https://127.1:{}/ok", "https://0x7f000001:{}/ok",
        "https://2130706433:{}/ok", "https://0177.0.0.1:{}/ok", "https://localhost:{}/ok",
        "https://localhost.:{}/ok", "https://[::1]:{}/ok", "https://[::ffff:127.0.0.1]:{}/ok",
        "https://0.0.0.0:{}/ok", "http://127.0.0.1:{}/ok", "http://localhost:{}/ok",
        "https://user@127.0.0.1:{}/ok", "gopher://127.0.0.1:{}/ok", "file:///etc/passwd",
        "//127.0.0.1:{}/ok", "https://", "", "https://127.0.0.1:99999/", "https://[::1/", "https://exa mple/",
    ],
)  # fmt: skip
def test_no_spelling_of_this_machine_is_reached(server: LocalIssuer, url: str) -> None:
    server.requests.clear()
    port = server.url.rpartition(":")[2]
    with pytest.raises(OutgoingRefused):
        fetch_json(url.format(port), largest=1000)
    assert server.requests == []


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is checked cannot be private when it is connected to."""
    answers = iter([[_found("10.0.0.1")], [_found("127.0.0.1")]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))
    with pytest.raises(OutgoingRefused, match="no address that may be reached"):
        fetch_json("https://rebinding.example/", largest=1000)
    assert next(answers)


def _found(address: str) -> Any:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))


def test_a_certificate_must_be_good(server: LocalIssuer, settings: Any) -> None:
    """What answers here has none at all."""
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]
    url = server.url.replace("http:", "https:")
    with pytest.raises(OutgoingRefused, match="SSL"):
        fetch_json(f"{url}/ok", largest=1000)


def test_an_answer_comes_with_its_age(server: LocalIssuer) -> None:
    answer = fetch_json(f"{server.url}/ok", largest=1000, loopback=True)
    assert (answer.body, answer.max_age) == ({"fine": True}, 77)


def test_a_large_answer_is_refused(server: LocalIssuer) -> None:
    server.answer("/large", b'{"a": "' + b"x" * 2000 + b'"}')
    with pytest.raises(OutgoingRefused, match="more than 1000 bytes"):
        fetch_json(f"{server.url}/large", largest=1000, loopback=True)


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_an_answer_that_drips_ends_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """Each byte comes in time, and the whole answer, a good one, too late."""
    monkeypatch.setattr(outgoing, "_ALTOGETHER", 0.5)
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()
    threading.Thread(target=_drip, args=(listener, version, done), daemon=True).start()
    with pytest.raises(OutgoingRefused):
        fetch_json(f"http://127.0.0.1:{listener.getsockname()[1]}/", largest=1000, loopback=True)
    done.set()
    listener.close()


def _drip(listener: socket.socket, version: str, done: threading.Event) -> None:
    connection, _ = listener.accept()
    connection.sendall(f"HTTP/{version} 200 OK\r\nContent-Length: 32\r\n\r\n".encode())
    for byte in b" " * 30 + b"{}":
        if done.wait(0.1):
            break
        try:
            connection.sendall(bytes([byte]))
        except OSError:
            break
    connection.close()
