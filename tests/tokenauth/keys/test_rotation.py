"""The next key takes over when it is due, and when every registry takes it."""

from __future__ import annotations

import datetime
import logging
import threading
from pathlib import Path

import pytest
import time_machine

from index.models import Registry
from tests.tokenauth.keys.conftest import Gate
from tokenauth.key_rotation import ANNOUNCE, LAST_CALL, RotationHeldUp, look_after_keys, rotate
from tokenauth.models import KeyProbe, Verdict
from tokenauth.signing.certificates import OVERLAP
from tokenauth.signing.key_changes import KeysChanged, RootKeyMissing
from tokenauth.signing.key_folder import SigningKeyMissing
from tokenauth.signing.keys import SigningKeys
from tokenauth.tasks import rotate_due_signing_key

HOUR = datetime.timedelta(hours=1)
Gates = dict[str, Gate]


def published(keys: SigningKeys) -> set[str]:
    return {key.kid for key in keys.all()}


def test_all_registries_take_the_key_and_it_signs(keys: SigningKeys, gates: Gates) -> None:
    before = keys.current()
    after = rotate()
    assert keys.current().kid == after.kid != before.kid
    assert published(keys) == {before.kid, after.kid}


def test_a_registry_that_refuses_holds_the_rotation_up(keys: SigningKeys, gates: Gates) -> None:
    before = keys.current()
    gates["west"].start_with(keys)
    with pytest.raises(RotationHeldUp, match="west: refused") as held:
        rotate()
    assert "east" not in str(held.value)
    assert keys.current().kid == before.kid
    upcoming = keys.contents().next
    assert upcoming is not None
    assert upcoming.kid in published(keys)
    gates["west"].start_with(keys)  # restarted
    assert rotate().kid == upcoming.kid


@pytest.mark.parametrize("status", [302, 403, 404, 500, 503])
def test_what_is_no_clear_yes_holds_the_rotation_up(
    keys: SigningKeys, gates: Gates, status: int
) -> None:
    gates["west"].status = status
    with pytest.raises(RotationHeldUp, match=f"west: no answer, status {status}"):
        rotate()


def test_a_registry_that_is_away_holds_the_rotation_up(keys: SigningKeys, gates: Gates) -> None:
    Registry.objects.filter(name="west").update(upstream_url="http://127.0.0.1:9")
    with pytest.raises(RotationHeldUp, match="west: no answer, ConnectionError"):
        rotate()
    assert rotate(skip=["west"]).kid == keys.current().kid


def test_the_report_says_what_is_wrong_with_the_registry(keys: SigningKeys, gates: Gates) -> None:
    gates["east"].started_with = set()
    gates["west"].start_with(keys)
    Registry.objects.update(key_format="thumbprint")
    with pytest.raises(RotationHeldUp) as held:
        rotate()
    assert "east: refused, nor does it take the key that signs" in str(held.value)
    assert "west: refused, it has not read the new key" in str(held.value)


def test_what_registries_said_is_kept(keys: SigningKeys, gates: Gates) -> None:
    gates["west"].start_with(keys)
    gates["east"].status = 200  # whoever asks
    with pytest.raises(RotationHeldUp):
        rotate()
    upcoming = keys.contents().next
    assert upcoming is not None
    said = KeyProbe.objects.filter(kid=upcoming.kid).values_list("registry__name", "verdict")
    assert dict(said) == {"east": Verdict.OPEN, "west": Verdict.REFUSED}


def test_nothing_is_due_for_a_while(keys: SigningKeys, gates: Gates) -> None:
    before = keys.current()
    with time_machine.travel(before.due_at - ANNOUNCE - HOUR):
        rotate_due_signing_key()
    assert published(keys) == {before.kid}


def test_the_next_key_is_made_and_tried_before_it_is_due(keys: SigningKeys, gates: Gates) -> None:
    before = keys.current()
    gates["west"].start_with(keys)
    with time_machine.travel(before.due_at - ANNOUNCE + HOUR):
        rotate_due_signing_key()
        upcoming = keys.contents().next
        assert upcoming is not None
        assert upcoming.ends_at > before.ends_at + OVERLAP
        asked = len(gates["east"].requests)
        rotate_due_signing_key()
        assert len(gates["east"].requests) == asked  # it has said yes
    assert keys.current().kid == before.kid
    assert KeyProbe.objects.get(registry__name="east").verdict == Verdict.ACCEPTED
    assert KeyProbe.objects.get(registry__name="west").verdict == Verdict.REFUSED


def test_the_next_key_signs_when_it_is_due(keys: SigningKeys, gates: Gates) -> None:
    before = keys.current()
    with time_machine.travel(before.due_at + HOUR):
        rotate_due_signing_key()
        assert keys.current().kid != before.kid
        assert published(keys) == {before.kid, keys.current().kid}
        rotate_due_signing_key()
        assert len(published(keys)) == 2


def test_a_due_rotation_that_is_held_up_is_an_error_at_every_attempt(
    keys: SigningKeys, gates: Gates, caplog: pytest.LogCaptureFixture
) -> None:
    before = keys.current()
    gates["west"].start_with(keys)
    with time_machine.travel(before.due_at + HOUR):
        rotate_due_signing_key()
        rotate_due_signing_key()
        assert keys.current().kid == before.kid
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert "west: refused" in errors[0]
    assert f"ends {before.ends_at:%Y-%m-%d}" in errors[0]


def test_at_the_last_call_the_next_key_takes_over_whatever_a_registry_says(
    keys: SigningKeys, gates: Gates, caplog: pytest.LogCaptureFixture
) -> None:
    before = keys.current()
    gates["west"].start_with(keys)
    with time_machine.travel(before.ends_at - LAST_CALL - HOUR):
        rotate_due_signing_key()
        assert keys.current().kid == before.kid
    with time_machine.travel(before.ends_at - LAST_CALL + HOUR):
        rotate_due_signing_key()
        assert keys.current().kid != before.kid
    assert "takes over all the same" in caplog.text


def test_a_root_that_is_elsewhere_is_named_in_time(
    keys: SigningKeys, gates: Gates, caplog: pytest.LogCaptureFixture
) -> None:
    (keys.directory / "root.pem").unlink()
    with time_machine.travel(keys.current().due_at - ANNOUNCE + HOUR):
        rotate_due_signing_key()
    assert "run the command again with `--root FILE`" in caplog.text
    with pytest.raises(RootKeyMissing):
        rotate()


def test_the_root_may_lie_elsewhere(keys: SigningKeys, gates: Gates, tmp_path: Path) -> None:
    (keys.directory / "root.pem").rename(tmp_path / "stick.pem")
    after = rotate(root=tmp_path / "stick.pem")
    assert keys.current().kid == after.kid
    assert not (keys.directory / "root.pem").exists()


def test_keys_made_ahead_need_no_root(keys: SigningKeys, gates: Gates) -> None:
    for _ in range(3):
        keys.prepare("test", after=keys.contents().last_in_line)
    line = [key.kid for key in keys.contents().following]
    (keys.directory / "root.pem").unlink()
    for kid in line:
        with time_machine.travel(keys.contents().current.due_at + HOUR):
            rotate_due_signing_key()
            assert keys.current().kid == kid
            assert not keys.current().is_due(datetime.datetime.now(datetime.UTC))


def test_two_processes_do_not_both_rotate(keys: SigningKeys) -> None:
    """Each has seen the same key sign, and asked the registries about its next one."""
    before = keys.current()
    first = keys.prepare("test", after=before)
    second = keys.prepare("test", after=first)
    keys.promote(first, instead_of=before)
    with pytest.raises(KeysChanged, match="another process has rotated"):
        keys.promote(second, instead_of=before)
    with pytest.raises(KeysChanged, match="another process has made"):
        keys.prepare("test", after=first)
    assert keys.current().kid == first.kid


def test_ten_that_find_it_due_at_once_rotate_once(keys: SigningKeys) -> None:
    before = keys.current()
    with time_machine.travel(before.due_at + HOUR):
        barrier = threading.Barrier(10)

        def look() -> None:
            barrier.wait()
            other = SigningKeys(keys.directory)
            look_after_keys(keys=other, ask=lambda _: [], ask_early=lambda _: [])

        threads = [threading.Thread(target=look) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(published(keys)) == 2
        assert keys.contents().following == ()


def test_an_ended_key_signs_nothing_and_can_be_replaced(keys: SigningKeys, gates: Gates) -> None:
    with time_machine.travel(keys.current().ends_at + HOUR):
        with pytest.raises(SigningKeyMissing, match="has ended"):
            keys.current()
        rotate_due_signing_key()
        assert keys.current().is_due(datetime.datetime.now(datetime.UTC)) is False
