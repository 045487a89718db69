"""Ports: busy ones are named, free ones are different."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from launcher.ports import check_free, free_ports, is_free, listener
from launcher.problems import Problem


def test_a_busy_port_is_named_with_a_free_one_to_take_instead() -> None:
    with listener(0) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(Problem, match=rf"Port {port} is in use.*--port \d+"):
            check_free(port)


def test_a_port_is_free_again_after_its_listener_closed() -> None:
    (port,) = free_ports(1)
    check_free(port)
    assert is_free(port)


def test_what_is_no_port_is_refused_with_a_sentence() -> None:
    with pytest.raises(Problem, match="99999 is no port"):
        check_free(99999)


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(5))) == 5


def test_free_ports_are_not_those_that_linux_gives_to_outgoing_connections() -> None:
    assert max(free_ports(5)) < 32_768


def test_a_port_that_is_promised_already_is_not_chosen_again() -> None:
    with patch("launcher.ports._CHOICE", range(20_000, 20_002)):
        assert 20_000 not in free_ports(1, besides=20_000)


def test_two_that_look_at_the_same_time_choose_different_ports() -> None:
    with patch("launcher.ports._CHOICE", range(20_100, 20_108)):
        first = free_ports(4)
        assert set(first).isdisjoint(free_ports(4))


def test_who_is_told_of_a_chosen_port_can_listen_there_and_nobody_else() -> None:
    (port,) = free_ports(1)
    with listener(port):
        assert not is_free(port)
