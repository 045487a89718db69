"""The rules over everything that they look at: each standing there can be, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from accounts.models import Visibility
from index.models import RepositoryMode, Writers
from index.roles import EVERY_ACTION, Action, Role
from index.rules import Standing, decide
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
        expected = (role, actions, administers)
        if (decision.role, decision.actions, decision.may_administer) != expected:
            wrong.append((fields, decision, expected))
    assert wrong[:3] == []
