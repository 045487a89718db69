"""The rules in words: what is in the way of an action, and what each rule says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from accounts.models import Visibility
from index.denial_list import REASONS
from index.models import RepositoryMode, Writers
from index.reasons import Effect, obstacle, steps
from index.roles import EVERY_ACTION, Action, Role
from index.rules import GIVING, LIMITING, Standing, decide, in_words

NOBODY = Standing(
    signed_in=True,
    administrator=False,
    holds_namespace=False,
    granted=None,
    published=False,
    visibility=Visibility.PRIVATE,
    live=True,
    ceiling=EVERY_ACTION,
)
PULL = frozenset({Action.PULL})


def all_standings() -> list[Standing]:
    return [
        Standing(signed_in, admin, holds, granted, published, seen, live, ceiling, mode, writers)
        for signed_in, admin, holds, granted, published, seen, live, ceiling, mode, writers in product(
            (True, False),
            (True, False),
            (False,),
            (None, Role.READER, Role.WRITER),
            (True, False),
            Visibility,
            (True, False),
            (EVERY_ACTION, PULL, frozenset[Action]()),
            RepositoryMode,
            Writers,
        )
    ]


def test_something_is_in_the_way_exactly_of_what_is_not_decided() -> None:
    for standing in all_standings():
        decision = decide(standing)
        for action in Action:
            assert (obstacle(decision, {action}) is None) == (action in decision.actions)


def test_every_step_is_told_once_and_has_words() -> None:
    codes = [rule.code for rule in GIVING] + [limit.code for limit in LIMITING]
    for standing in all_standings()[::50]:
        told = steps(standing)
        assert [step.code for step in told] == codes
        assert all(step.words and "{" not in step.words for step in told)


@pytest.mark.parametrize(
    ("standing", "code", "words"),
    [
        (NOBODY, "no-role", "nothing gives access"),
        (replace(NOBODY, granted=Role.READER), "role", "the role reader carries pull alone"),
        (
            replace(NOBODY, granted=Role.WRITER, ceiling=PULL),
            "credential",
            "the access token leaves pull here",
        ),
        (
            replace(NOBODY, granted=Role.ADMIN, mode=RepositoryMode.ARCHIVED),
            "archived",
            "the repository is archived: it can be pulled, and nothing in it changes any more",
        ),
        (
            replace(NOBODY, granted=Role.ADMIN, writers=Writers.PROMOTION),
            "promotion",
            "the registry that keeps it takes promotions alone, and no pushes",
        ),
        (
            replace(NOBODY, administrator=True, live=False),
            "deleted",
            "the repository is deleted",
        ),
    ],
)
def test_what_is_in_the_way_of_a_push_is_named(standing: Standing, code: str, words: str) -> None:
    found = obstacle(decide(standing), {Action.PUSH})
    assert found
    assert (found.code, found.words, found.effect) == (code, words, Effect.TAKES)
    assert code in REASONS


def test_nobody_is_told_to_log_in_and_others_to_ask() -> None:
    stranger = obstacle(decide(replace(NOBODY, signed_in=False)), PULL)
    person = obstacle(decide(NOBODY), PULL)
    assert stranger
    assert person
    assert stranger.remedy == "log in with an account that has such a role"
    assert "an admin of the repository gives a role" in person.remedy


def test_a_grant_names_its_role_in_the_reason() -> None:
    assert decide(replace(NOBODY, granted=Role.WRITER)).reason == "a grant gives the role writer"


def test_actions_are_listed_as_people_say_them() -> None:
    assert in_words(EVERY_ACTION, last="or") == "pull, push or delete"
    assert (in_words(PULL), in_words(frozenset())) == ("pull", "nothing")
