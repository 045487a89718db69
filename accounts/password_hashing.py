"""Password hashes: one at a time, none for whom nobody waits any more, none twice within a minute.

A hash takes 19 ms of a core and blocks its worker, so it is what an overload is made of. Three things
bound it, in each process by itself:

* `slot` lets one hash run at once. Who cannot begin by the deadline of the request is refused with
  PasswordsBusy. A request counts from the moment the gateway passed it on, and `check_time` refuses
  what waited too long in the queue of the app server before the database is asked for anything.
* `verify` remembers right passwords for a minute. The key is an HMAC of stored hash and password under
  a key that only this process has: a changed password is another key, and nothing can be read.
* Wrong passwords, unknown accounts and accounts without a password are never remembered and always
  cost one hash (case 13), or one of each kind where hashes were brought from another product.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.contrib.auth.hashers import get_hashers, make_password

from accounts.errors import PasswordsBusy
from accounts.models import User

REMEMBERED_SECONDS = 60
REMEMBERED_AT_MOST = 8_192
DEADLINE = 5.0  # seconds from the gateway to the beginning of the hash
QUICK_DEADLINE = 1.5  # where programs wait, which try again by themselves
NO_QUEUE_IS_OLDER = 30.0  # nginx gives up before

_HASH, _LOGIN = "hash", "login"
_BEGAN = re.compile(r"t=[0-9]{1,12}\.[0-9]{3}", re.ASCII)
_one_at_a_time = threading.BoundedSemaphore(1)
_begin_by: ContextVar[float | None] = ContextVar("_begin_by", default=None)


def verify(user: User | None, password: str) -> bool:
    """Whether this is the user's password; for nobody it takes as long to say no.

    Raises PasswordsBusy.
    """
    if user is None:
        make_password(password)
        _even_out(password, "")
        return False
    if memory.knows(_HASH, user.password, password):
        return True
    if not user.check_password(password):
        _even_out(password, user.password)
        return False
    memory.keep(_HASH, user.password, password)  # the hash may be a newer one by now
    return True


def _even_out(password: str, encoded: str) -> None:
    """Let a wrong password cost the same whatever hash there is, or none: one of each kind that is checked here.

    Only where people brought hashes from elsewhere there is more than one kind. It is known already that the password
    is wrong, so who has no time for more says so, and the failure counts.
    """
    _today, *brought = get_hashers()
    with suppress(PasswordsBusy):
        for hasher in brought:
            hasher.harden_runtime(password, encoded)
            if encoded.startswith(f"{hasher.algorithm}$"):
                make_password(password)


def check_time(login: str, password: str) -> None:
    """Raise PasswordsBusy if there is no time for a hash any more, and one may be needed.

    A pair that opened an account a moment ago goes on: most likely `verify` remembers it.
    """
    begin_by = _begin_by.get()
    is_late = begin_by is not None and begin_by < time.monotonic()
    if is_late and not memory.knows(_LOGIN, login, password):
        raise PasswordsBusy


def remember_login(login: str, password: str) -> None:
    """Note that this pair opened an account, whoever said so; it proves nothing."""
    memory.keep(_LOGIN, login, password)


@contextmanager
def slot() -> Iterator[None]:
    """Wait for the one place where a hash is computed; raise PasswordsBusy at the deadline."""
    begin_by = _begin_by.get()
    patience = DEADLINE if begin_by is None else begin_by - time.monotonic()
    if patience <= 0 or not _one_at_a_time.acquire(timeout=patience):
        raise PasswordsBusy
    try:
        yield
    finally:
        _one_at_a_time.release()


@contextmanager
def deadline(began: str, *, seconds: float = DEADLINE) -> Iterator[None]:
    """Let hashes begin within so many seconds of `began`: X-Request-Start, as the gateway sends it.

    Only the gateway's word may come here: a time in the future would make everyone else late. Of
    two deadlines the earlier one holds. Without its word there was no queue to wait in: then `slot`
    alone counts.
    """
    if not began:
        yield
        return
    begin_by = time.monotonic() + seconds - lateness(began)
    token = _begin_by.set(min(begin_by, _begin_by.get() or begin_by))
    try:
        yield
    finally:
        _begin_by.reset(token)


def lateness(began: str) -> float:
    """Return the seconds between the gateway's `t=1700000000.123` and now; 0 where that is not known.

    Less than none and more than nginx waits for anything says that a clock was set or is wrong: who
    cannot be known to be late is in time. Nothing is learned, so a clock that is set is over at once.
    """
    if not _BEGAN.fullmatch(began):
        return 0.0
    passed = time.time() - float(began.removeprefix("t="))
    return passed if 0 <= passed <= NO_QUEUE_IS_OLDER else 0.0


class Memory:
    """Which passwords were right a moment ago."""

    def __init__(self) -> None:
        """Make the key that only this process has."""
        self._key = secrets.token_bytes(32)
        self._until: OrderedDict[bytes, float] = OrderedDict()  # oldest first
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many it holds, forgotten ones included."""
        return len(self._until)

    def knows(self, kind: str, subject: str, password: str) -> bool:
        """Whether this password was right for this stored hash or login within the minute."""
        until = self._until.get(self._name(kind, subject, password), 0.0)
        return time.time() < until

    def keep(self, kind: str, subject: str, password: str) -> None:
        """Remember it for a minute, and forget what is older or too much."""
        name, now = self._name(kind, subject, password), time.time()
        with self._lock:
            self._until[name] = now + REMEMBERED_SECONDS
            self._until.move_to_end(name)
            while len(self._until) > REMEMBERED_AT_MOST or next(iter(self._until.values())) < now:
                self._until.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._until.clear()

    def _name(self, kind: str, subject: str, password: str) -> bytes:
        # With the length in front no two pairs are the same text.
        text = f"{kind}{len(subject)}:{subject}{password}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)


memory = Memory()
