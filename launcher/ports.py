"""Which ports to listen on; all of them on the loopback interface."""

from __future__ import annotations

import atexit
import errno
import random
import socket
from itertools import islice

from launcher.problems import Problem

LOOPBACK = "127.0.0.1"
# Below 32768: from there on Linux hands out ports to outgoing connections, so that one that was
# free when it was chosen may be taken a moment later.
_CHOICE = range(20_000, 32_000)
# What this process has chosen, bound until it ends; the kernel lets go however that happens.
_chosen: list[socket.socket] = []


def check_free(port: int) -> None:
    """Say early, in one sentence, that the public port cannot be had."""
    try:
        listener(port).close()
    except OverflowError as error:
        sentence = f"{port} is no port: choose one from 1 to 65535 with --port."
        raise Problem(sentence) from error
    except OSError as error:
        if error.errno == errno.EACCES:
            sentence = f"Only root may listen on port {port}: choose one above 1023 with --port."
            raise Problem(sentence) from error
        sentence = (
            f"Port {port} is in use by another program: stop that, or choose another port, for"
            f" example --port {next_free(port)}."
        )
        raise Problem(sentence) from error


def is_free(port: int) -> bool:
    try:
        listener(port).close()
    except OSError:
        return False
    return True


def next_free(port: int) -> int:
    """The first free port above a busy one."""
    nearby = (candidate for candidate in range(port + 1, min(port + 100, 65536)))
    return next(filter(is_free, nearby), 0) or free_ports(1)[0]


def free_ports(count: int, *, besides: int = 0) -> list[int]:
    """Different ports that nobody has, none of them the one that is promised already.

    They stay with this process: another that looks before anybody listens chooses others.
    """
    shuffled = random.sample(_CHOICE, len(_CHOICE))
    free = (port for port in shuffled if port != besides and choose(port))
    return list(islice(free, count))


def choose(port: int) -> bool:
    """Whether nobody has the port; then it is ours, for whoever is told of it to listen on."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.bind((LOOPBACK, port))
    except OSError:
        sock.close()
        return False
    # Only now: no other may choose it, but servers, which all set this, may listen beside us.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _chosen.append(sock)
    atexit.register(sock.close)
    return True


def listener(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As servers do: connections of the run before, still in TIME_WAIT, do not make it busy.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
        sock.listen(1)
    except (OSError, OverflowError):
        sock.close()
        raise
    return sock
