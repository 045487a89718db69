"""A command line's session ends while it is fetched or reported: on PostgreSQL neither waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts.flows.command_line import fetch
from accounts.flows.end_sessions import end_session, log_out_everywhere
from accounts.flows.manage_people import disable
from accounts.flows.report_leak import report_leak
from accounts.models import User
from accounts.principals import Principal
from tests.command_lines import CommandLine, approve, begin, browser_of
from tests.conftest import World
from tests.index.life.test_lock_order import Side, meet

pytestmark = pytest.mark.django_db(transaction=True)

ENDED = 'DELETE FROM "django_session"'


def _disable(session: UserSession) -> None:
    disable(session.user, by=Principal(User.objects.get(username="rooty")), reason="left")


ENDS: dict[str, Callable[[UserSession], object]] = {
    "as allauth does": UserSession.end,
    "on the page": lambda session: end_session(session, by=Principal(session.user)),
    "all of them": lambda session: log_out_everywhere(session.user, by=Principal(session.user)),
    "disabled": _disable,
}
each_end = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)


def meet_its_end(action: Callable[[], object], end: Callable[[UserSession], object]) -> None:
    """Let the session of the command line be ended while somebody does this with it."""
    session = UserSession.objects.select_related("user").get(user_agent__startswith="waybill on")
    Session.objects.exclude(pk=session.session_key).delete()  # so that no browser's is ended first
    ending = Side(partial(end, session), stops_after=ENDED)
    meet(Side(action), ending)
    assert not UserSession.objects.filter(pk=session.pk).exists()


@each_end
def test_a_session_is_fetched_while_it_is_ended(
    world: World, end: Callable[[UserSession], object]
) -> None:
    told = begin()
    approve(browser_of(world.alice), told["user_code"])
    meet_its_end(partial(fetch, told["device_code"]), end)


@each_end
def test_a_session_leaks_while_it_is_ended(
    world: World, end: Callable[[UserSession], object]
) -> None:
    meet_its_end(partial(report_leak, CommandLine(world.alice).secret), end)
