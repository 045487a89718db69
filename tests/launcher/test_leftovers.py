"""What a killed launcher left behind is ended; what merely has its number is not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.leftovers import describe, end, living_group, members_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")

# A leader with a child; with `leave` the leader ends and leaves the child behind.
LEADER = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); {ending}"


def start(folder: Path, ending: str = "time.sleep(60)") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", LEADER.format(ending=ending)]
    return subprocess.Popen(command, start_new_session=True, cwd=folder)


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start(tmp_path)
    yield process
    end({"leader": describe(process.pid)})
    process.wait()


def test_a_leftover_process_is_ended_with_its_children(leader: subprocess.Popen[bytes]) -> None:
    until(lambda: len(members_of(leader.pid)) == 2)
    assert end({"web": describe(leader.pid)}) == ["web"]
    leader.wait()
    assert members_of(leader.pid) == []


def test_a_later_process_with_the_same_number_is_spared(leader: subprocess.Popen[bytes]) -> None:
    noted = describe(leader.pid)
    assert end({"web": {**noted, "started": noted["started"] - 1}}) == []
    assert end({"web": {**noted, "boot": "another"}}) == []
    assert leader.poll() is None


def test_children_that_outlived_their_leader_are_ended(tmp_path: Path) -> None:
    process = start(tmp_path, ending="time.sleep(0.5)")
    noted = describe(process.pid)
    until(lambda: len(members_of(process.pid)) == 2)
    process.wait()
    assert len(members_of(process.pid)) == 1
    assert end({"gateway": noted}) == ["gateway"]
    until(lambda: members_of(process.pid) == [])


def test_an_orphaned_group_in_another_folder_is_not_ours(tmp_path: Path) -> None:
    process = start(tmp_path, ending="time.sleep(0.5)")
    noted = describe(process.pid)
    until(lambda: len(members_of(process.pid)) == 2)
    process.wait()
    assert living_group({**noted, "folder": "/somewhere/else"}) is None
    end({"test": noted})


def test_a_note_of_something_long_gone_does_no_harm() -> None:
    assert end({"web": {"pid": 4_000_000}, "worker": {}}) == []


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
