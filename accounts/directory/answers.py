"""What the directory answered lately: so that docker goes on while it is away, and it is left alone.

Kept in the cache as an HMAC of login and password under a key derived from SECRET_KEY: never the
password, and nothing that could be tried out without that key.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac

FRESH_SECONDS = 10  # so long a right password is not asked about again, and an old one still holds
GOOD_SECONDS = 15 * 60  # so long it holds while the directory gives no answer
BAD_SECONDS = 2 * 60  # so long a wrong one is refused unasked: a stale machine locks nobody out
AWAY_SECONDS = 10  # so long nobody waits for a directory that just did not answer

_AWAY = "directory-away"


@dataclass(frozen=True, slots=True)
class Answer:
    """A right password: whose account it opens, and when the directory said so."""

    user_id: int
    at: float

    @property
    def is_fresh(self) -> bool:
        """Whether the directory need not be asked again."""
        return time.time() - self.at < FRESH_SECONDS


def remember_good(login: str, password: str, *, user_id: int) -> None:
    """Keep a right password."""
    cache.set(_key("good", login, password), [user_id, time.time()], GOOD_SECONDS)


def remember_bad(login: str, password: str) -> None:
    """Keep a wrong password; if it was right before, it is so no longer."""
    cache.delete(_key("good", login, password))
    cache.set(_key("bad", login, password), 1, BAD_SECONDS)


def good_answer(login: str, password: str) -> Answer | None:
    """Return what was kept of this password."""
    kept = cache.get(_key("good", login, password))
    return Answer(*kept) if kept else None


def is_bad(login: str, password: str) -> bool:
    """Whether the directory refused this password a moment ago."""
    return cache.get(_key("bad", login, password)) is not None


def remember_away() -> None:
    """Spare the next ones the wait."""
    cache.set(_AWAY, 1, AWAY_SECONDS)


def is_away() -> bool:
    """Whether the directory did not answer a moment ago."""
    return cache.get(_AWAY) is not None


def _key(kind: str, login: str, password: str) -> str:
    # The NUL cannot be in a login, so no two pairs are the same text.
    text = f"{login.lower()}\x00{password}".encode("utf-8", "surrogatepass")
    digest = salted_hmac("accounts.directory.answers", text, algorithm="sha256").hexdigest()
    return f"directory-{kind}:{digest}"
