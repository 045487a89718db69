"""The rules over everything that they look at: each standing there can be, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from itertools import combinations, product
from typing import Any

import pytest

from accounts.models import Visibility
from index.models import RepositoryMode, Writers
from index.roles import EVERY_ACTION, Action, Role
from index.rules import GIVING, LIMITING, Standing, decide, in_words
from tests.policy_oracle import judge

CEILINGS = [frozenset(some) for size in range(4) for some in combinations(Action, size)]
BOTH = (False, True)
FIELDS: dict[str, Any] = {
    "signed_in": BOTH,
    "administrator": BOTH,
    "holds_namespace": BOTH,
    "granted": (None, *Role),
    "published": BOTH,
    "visibility": tuple(Visibility),
    "live": BOTH,
    "ceiling": CEILINGS,
    "mode": tuple(RepositoryMode),
    "writers": tuple(Writers),
    "is_builder": BOTH,
}


def every_standing() -> Iterator[dict[str, Any]]:
    """The full product: some 55,000."""
    for values in product(*FIELDS.values()):
        yield dict(zip(FIELDS, values, strict=True))


def test_every_standing_is_decided_as_the_oracle_says() -> None:
    wrong = []
    for fields in every_standing():
        decision = decide(Standing(**fields))
        role, actions = judge(fields)
        administers = role == "admin" and fields["ceiling"] == EVERY_ACTION
        expected: Any = (role, actions, administers)
        if (decision.role, decision.actions, decision.may_administer) != expected:
            wrong.append((fields, decision, expected))
    assert wrong[:3] == []


STRANGER: dict[str, Any] = {
    "signed_in": True,
    "administrator": False,
    "holds_namespace": False,
    "granted": None,
    "published": False,
    "visibility": Visibility.PRIVATE,
    "live": True,
    "ceiling": EVERY_ACTION,
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nothing gives access"),
        ({"administrator": True}, "administrators may do everything"),
        ({"holds_namespace": True}, "owners of the namespace may do everything in it"),
        ({"granted": Role.WRITER}, "a grant gives the role writer"),
        ({"published": True}, "the repository trusts this CI job to publish"),
        ({"visibility": Visibility.PUBLIC}, "anyone may pull a public repository"),
        ({"visibility": Visibility.INTERNAL}, "anyone signed in may pull an internal repository"),
        ({"live": False, "administrator": True}, "the repository is deleted"),
        ({"ceiling": frozenset()}, "the access token leaves nothing here"),
        ({"ceiling": frozenset(), "granted": Role.ADMIN}, "the access token leaves nothing here"),
        (
            {"ceiling": frozenset(), "visibility": Visibility.PUBLIC, "granted": Role.ADMIN},
            "anyone may pull a public repository",
        ),
    ],
)
def test_a_decision_says_which_rule_it_rests_on(changes: dict[str, Any], words: str) -> None:
    assert decide(Standing(**STRANGER | changes)).reason == words


def test_a_limit_that_leaves_everything_says_that_it_takes_nothing() -> None:
    """Equal and not the same: what a token leaves is put together anew each time."""
    everything = frozenset(list(Action))
    for limit in LIMITING:
        assert limit.words(everything) == limit.otherwise
        assert limit.words(frozenset({Action.PULL})) == limit.applies.format(left="pull")


def test_whoever_is_not_said_to_build_does_not() -> None:
    standing = Standing(**STRANGER | {"granted": Role.WRITER, "writers": Writers.BUILDERS})
    assert decide(standing).actions == {Action.PULL}


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ((), "nothing"),
        ((Action.PUSH,), "push"),
        ((Action.PUSH, Action.PULL), "pull and push"),
        ((Action.DELETE, Action.PUSH, Action.PULL), "pull, push and delete"),
    ],
)
def test_actions_are_said_as_people_say_them(actions: tuple[Action, ...], words: str) -> None:
    assert in_words(frozenset(actions)) == words


@pytest.mark.parametrize(
    "thing",
    [Standing(**STRANGER), GIVING[0], LIMITING[0], decide(Standing(**STRANGER))],
    ids=lambda thing: type(thing).__name__,
)
def test_what_was_decided_does_not_change(thing: Any) -> None:
    first = thing.__slots__[0]
    with pytest.raises(FrozenInstanceError):
        setattr(thing, first, None)
    assert not hasattr(thing, "__dict__")  # a misspelt field would be kept, and read by nobody
