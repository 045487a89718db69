"""Hashes are few, in time, and not made twice within a minute for the same right password."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.credential_kinds import Use
from accounts.errors import PasswordsBusy, WrongPassword
from accounts.flows.authenticate import authenticate, verify_password
from accounts.flows.change_credentials import change_credentials
from accounts.models import User
from accounts.opaque_tokens import make_opaque_token
from accounts.password_hashing import (
    NO_QUEUE_IS_OLDER,
    REMEMBERED_AT_MOST,
    REMEMBERED_SECONDS,
    Memory,
    deadline,
    lateness,
    memory,
    slot,
    verify,
)
from accounts.passwords import Argon2
from tests.clients import basic
from tests.factories import PASSWORD, SERVICE, make_user


class Counting(Argon2):
    """A hash that can be counted."""

    made = 0

    def verify(self, password: str, encoded: str) -> bool:
        """Count a check."""
        is_right = super().verify(password, encoded)
        type(self).made += 1
        return is_right

    def encode(self, password: str, salt: str) -> str:
        """Count a hash."""
        made = super().encode(password, salt)
        type(self).made += 1
        return made


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Begin and end without remembered passwords."""
    memory.clear()
    yield
    memory.clear()


@pytest.fixture
def alice(settings: Any, db: None) -> User:
    """Somebody whose password costs what it costs in life; the hashes begin to count here."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    alice = make_user("alice")
    Counting.made = 0
    return alice


@pytest.fixture
def late(alice: User, settings: Any) -> Client:
    """A client whose requests waited 20 seconds between the gateway and here."""
    return Client(
        headers={
            "X-Waybill-Gateway": settings.GATEWAY_SECRET,
            "X-Real-IP": "192.0.2.1",
            "X-Forwarded-Proto": "http",
            "X-Request-Start": f"t={time.time() - 20:.3f}",
        }
    )


def test_a_right_password_costs_one_hash_a_minute(alice: User) -> None:
    assert all(verify(alice, PASSWORD) for _ in range(5))
    assert Counting.made == 1
    with time_machine.travel(time.time() + REMEMBERED_SECONDS + 1):
        assert verify(alice, PASSWORD)
    assert Counting.made == 2


def test_a_wrong_password_and_nobodys_cost_one_hash_each_time(alice: User) -> None:
    """Case 13: whatever is known of an account, a refusal takes as long."""
    assert verify(alice, PASSWORD)
    Counting.made = 0
    for user in (alice, None):
        for _ in range(3):
            assert not verify(user, "wrong river")
    assert Counting.made == 6
    assert len(memory) == 1


def test_an_account_without_a_password_costs_one_hash(alice: User) -> None:
    alice.set_unusable_password()
    assert not verify(alice, PASSWORD)
    assert not verify(alice, PASSWORD)
    assert Counting.made == 2
    assert len(memory) == 0


def test_a_new_password_ends_the_old_one_at_once(alice: User) -> None:
    assert verify_password(login="alice", password=PASSWORD, address="192.0.2.1") == alice
    change_credentials(alice, email=None, password="another river 99")
    with pytest.raises(WrongPassword):
        verify_password(login="alice", password=PASSWORD, address="192.0.2.1")
    assert verify_password(login="alice", password="another river 99", address="192.0.2.1") == alice


def test_setting_the_same_password_again_is_another_entry(alice: User) -> None:
    assert verify(alice, PASSWORD)
    alice.set_password(PASSWORD)
    Counting.made = 0
    assert verify(alice, PASSWORD)
    assert Counting.made == 1


def test_a_disabled_account_is_refused_with_its_remembered_password(alice: User) -> None:
    authenticate(login="alice", secret=PASSWORD, address="192.0.2.1", use=Use.TOKEN)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(Exception, match="disabled"):
        authenticate(login="alice", secret=PASSWORD, address="192.0.2.1", use=Use.TOKEN)


def test_a_password_is_remembered_for_its_own_account_alone(alice: User) -> None:
    bob = make_user("bobby")
    assert verify(alice, PASSWORD)
    Counting.made = 0
    assert verify(bob, PASSWORD)
    assert Counting.made == 1


def test_memory_holds_so_many_and_forgets_the_oldest() -> None:
    memory = Memory()
    for number in range(REMEMBERED_AT_MOST + 10):
        memory.keep("hash", f"{number}", "river")
    assert len(memory) == REMEMBERED_AT_MOST
    assert not memory.knows("hash", "9", "river")
    assert memory.knows("hash", "10", "river")


def test_memory_drops_what_is_over_with_the_next_password() -> None:
    memory = Memory()
    memory.keep("hash", "stored", "river")
    with time_machine.travel(time.time() + REMEMBERED_SECONDS + 1):
        memory.keep("hash", "other", "river")
    assert len(memory) == 1


def test_memory_of_another_process_is_of_no_use() -> None:
    memory = Memory()
    memory.keep("hash", "stored", "river")
    assert not Memory().knows("hash", "stored", "river")
    assert "river" not in repr(vars(memory))
    assert "stored" not in repr(vars(memory))


def test_one_hash_at_a_time(alice: User) -> None:
    with ThreadPoolExecutor(1) as other:
        with slot():
            waiting = other.submit(Argon2().encode, "river", "some salt")
            assert not wait([waiting], timeout=0.1).done
        assert waiting.result().startswith("argon2")


def test_who_cannot_begin_by_the_deadline_is_refused(alice: User) -> None:
    def ask() -> None:
        with deadline(f"t={time.time():.3f}", seconds=0.01):
            verify(alice, PASSWORD)

    with slot(), ThreadPoolExecutor(1) as other, pytest.raises(PasswordsBusy):
        other.submit(ask).result()
    assert verify(alice, PASSWORD)


def test_a_request_that_waited_too_long_in_the_queue_costs_no_hash(late: Client) -> None:
    for login in ("alice", "nobody"):
        answer = late.get("/token", {"service": SERVICE}, headers={"Authorization": basic(login)})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["errors"][0]["code"] == "UNAVAILABLE"
    assert Counting.made == 0


def test_what_is_made_to_look_like_a_secret_is_hashed_where_passwords_are(
    alice: User, client: Client
) -> None:
    """`alice:x:wbp_…` has `:wbp_` in its base64, and its secret begins with an x."""
    secret = f"x:{make_opaque_token('wbp').value}"
    headers = {"Authorization": basic("alice", secret), "X-Waybill-Class": "token"}
    answer = client.get("/token", {"service": SERVICE}, headers=headers)
    assert answer.headers["X-Accel-Redirect"] == "@passwords"
    assert Counting.made == 0
    headers["X-Waybill-Class"] = "password"
    assert client.get("/token", {"service": SERVICE}, headers=headers).status_code == 401
    assert Counting.made == 1


def test_a_remembered_password_is_never_too_late(late: Client, client: Client, alice: User) -> None:
    """A thousand nodes with one password: the first costs a hash, all others have time."""
    right = {"Authorization": basic("alice")}
    assert client.get("/token", {"service": SERVICE}, headers=right).status_code == 200
    assert late.get("/token", {"service": SERVICE}, headers=right).status_code == 200
    alice.set_password(PASSWORD)
    alice.save()
    assert late.get("/token", {"service": SERVICE}, headers=right).status_code == 503
    assert Counting.made == 2  # the first one's, and the new hash


def test_who_is_too_late_costs_no_question_to_the_database(
    late: Client, django_assert_num_queries: Any
) -> None:
    wrong = {"Authorization": basic("alice", "wrong river")}
    with django_assert_num_queries(0):
        assert late.get("/token", {"service": SERVICE}, headers=wrong).status_code == 503


def test_nobody_but_the_gateway_says_when_a_request_began(alice: User, client: Client) -> None:
    url, query = "/token", {"service": SERVICE}
    for began in ("t=1", "t=9999999999"):
        headers = {"Authorization": basic("alice"), "X-Request-Start": began}
        assert client.get(url, query, headers=headers).status_code == 200
        memory.clear()


def test_pages_say_it_in_a_sentence(late: Client) -> None:
    answer = late.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many logins at this moment" in answer.content.decode()
    assert "sessionid" not in late.cookies
    assert Counting.made == 0


def test_a_form_that_cannot_hash_changes_nothing(late: Client, alice: User) -> None:
    late.force_login(alice)
    new = {
        "oldpassword": PASSWORD,
        "password1": "another river 99",
        "password2": "another river 99",
    }
    answer = late.post("/accounts/password/change/", new)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "too many logins at this moment" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_the_api_and_the_index_protocol_say_when_to_ask_again(late: Client) -> None:
    for path in ("/api/v1/repositories", "/v1/users/"):
        answer = late.get(path, headers={"Authorization": basic("alice")})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), path
        assert "json" in answer.headers["Content-Type"]


@pytest.mark.parametrize("seconds", [0.5, 20])
def test_a_wait_counts_from_the_gateways_word(seconds: float) -> None:
    assert lateness(f"t={time.time() - seconds:.3f}") == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("seconds", [-1_500, -25, -3, NO_QUEUE_IS_OLDER + 1, 1_500])
def test_clocks_that_no_queue_explains_make_nobody_late(seconds: float) -> None:
    assert lateness(f"t={time.time() - seconds:.3f}") == 0


@pytest.mark.parametrize("began", ["", "t=", "soon", "t=NaN", "t=inf", "t=-inf"])
def test_an_unreadable_beginning_is_now(began: str) -> None:
    assert lateness(began) == 0
