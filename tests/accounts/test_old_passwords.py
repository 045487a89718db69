"""Passwords that came from another product as bcrypt hold until they are right once, and tell nobody who has one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.errors import PasswordsBusy, TooManyAttempts, WrongPassword
from accounts.flows.authenticate import verify_password
from accounts.models import User
from accounts.old_passwords import Bcrypt, can_be_checked
from accounts.passwords import Argon2
from tests.factories import make_user

MOST = 6
REST = "." * 53  # salt and hash
LONG = "wonderland " * 9  # bcrypt looks at 72 bytes of it


# `wonderland`, by cost, as the libraries of other products wrote it: salt and hash.
OLD = {
    4: "abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu",
    5: "abcdefghijklmnopqrstuuA0vov2GDneHB3.8.cv9UF9g.RdvScIW",
    6: "abcdefghijklmnopqrstuu9iE8GGYj0.Y8Dz1eenke86C6L58D3Ai",
}
OLD_LONG = "abcdefghijklmnopqrstuu1ppJW9P25pqGPY/3fG2upghMvhnzVXW"


def old(rest: str, *, cost: int = 4, kind: str = "2b") -> str:
    """Return the hash of a product that uses bcrypt, as it is kept here."""
    return f"bcrypt$${kind}${cost:02}${rest}"


class CountingBcrypt(Bcrypt):
    """Notes what each hash cost."""

    costs: list[int] = []  # noqa: RUF012 - the fixture empties it

    def encode(self, password: str, salt: str | bytes) -> str:
        """Note the cost, of which each is twice the one before."""
        given = salt.decode() if isinstance(salt, bytes) else salt
        self.costs.append(2 ** int(given.split("$")[2]))
        return super().encode(password, salt)


class CountingArgon2(Argon2):
    """Counts."""

    costs: list[int] = []  # noqa: RUF012 - the fixture empties it

    def encode(self, password: str, salt: str) -> str:
        """Count a hash."""
        self.costs.append(1)
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Count a check."""
        self.costs.append(1)
        return super().verify(password, encoded)


@pytest.fixture(autouse=True)
def hashers(db: None, settings: Any) -> None:
    """Let old passwords in, up to a cost."""
    CountingBcrypt.costs.clear()
    CountingArgon2.costs.clear()
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingArgon2", f"{__name__}.CountingBcrypt"]
    settings.BCRYPT_COST = MOST


@pytest.fixture
def alice() -> User:
    """Return somebody who moved in."""
    user = make_user("alice")
    user.password = old(OLD[4])
    user.save(update_fields=["password"])
    return user


def log_in(login: str, password: str) -> User:
    return verify_password(login=login, password=password, address="192.0.2.1")


@pytest.mark.parametrize("kind", ["2a", "2b", "2y"])
def test_an_old_password_is_right_and_is_a_hash_of_today_from_then_on(
    alice: User, kind: str
) -> None:
    User.objects.update(password=old(OLD[4], kind=kind))
    assert log_in("alice", "wonderland") == alice
    alice.refresh_from_db()
    assert alice.password.startswith("argon2$argon2id$")
    assert alice.tokens_not_before is None
    assert log_in("alice", "wonderland") == alice


def test_a_wrong_one_is_refused_and_changes_nothing(alice: User) -> None:
    with pytest.raises(WrongPassword):
        log_in("alice", "looking glass")
    alice.refresh_from_db()
    assert alice.password == old(OLD[4])


def test_of_a_long_one_as_much_counts_as_the_other_product_looked_at(alice: User) -> None:
    User.objects.update(password=old(OLD_LONG))
    assert log_in("alice", LONG) == alice


@pytest.mark.parametrize(
    "kept", ["", "!", old(REST, cost=31), *(old(OLD[cost], cost=cost) for cost in OLD)]
)
def test_a_wrong_password_costs_the_same_whatever_is_kept(alice: User, kept: str) -> None:
    User.objects.update(password=kept)
    CountingArgon2.costs.clear()
    with pytest.raises(WrongPassword):
        log_in("alice", "looking glass")
    assert (sum(CountingBcrypt.costs), len(CountingArgon2.costs)) == (2**MOST, 1)


def test_so_it_does_for_nobody_and_for_who_has_a_hash_of_today(alice: User) -> None:
    alice.set_password("wonderland")
    alice.save(update_fields=["password"])
    for login in ("alice", "nobody"):
        CountingBcrypt.costs.clear()
        CountingArgon2.costs.clear()
        with pytest.raises(WrongPassword):
            log_in(login, "looking glass")
        assert (sum(CountingBcrypt.costs), len(CountingArgon2.costs)) == (2**MOST, 1)


class HurriedBcrypt(Bcrypt):
    """Finds no time to do more than is needed."""

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Wait in vain for the one place where a hash is computed."""
        raise PasswordsBusy


@pytest.mark.parametrize("login", ["alice", "nobody"])
def test_a_wrong_password_counts_also_where_there_is_no_time_for_more(
    alice: User, settings: Any, login: str
) -> None:
    """Else who keeps the machine busy could guess as often as he likes."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingArgon2", f"{__name__}.HurriedBcrypt"]
    for _ in range(10):
        with pytest.raises(WrongPassword):
            log_in(login, "looking glass")
    with pytest.raises(TooManyAttempts):
        log_in(login, "looking glass")


def test_a_right_password_of_today_costs_no_bcrypt(alice: User) -> None:
    alice.set_password("wonderland")
    alice.save(update_fields=["password"])
    log_in("alice", "wonderland")
    assert CountingBcrypt.costs == []


def test_where_they_are_not_let_in_any_more_old_ones_are_wrong(alice: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingArgon2"]
    with pytest.raises(WrongPassword):
        log_in("alice", "wonderland")
    assert CountingBcrypt.costs == []


@pytest.mark.parametrize(
    "hashed",
    [
        "$2b$31$" + REST,
        "$2b$07$" + REST,
        "$2b$03$" + REST,
        "$2x$05$" + REST,
        "$2b$05$" + REST[:-1],
        "$2b$05$" + REST + "\n",
        "$2b$05$" + "a" * 53,
        "$apr1$salt$0123456789abcdefghijk.",
        "",
    ],
)
def test_hashes_that_cost_too_much_or_are_none_cannot_be_checked(hashed: str) -> None:
    assert not can_be_checked(f"bcrypt${hashed}")
