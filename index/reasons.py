"""The rules in words: what each says of a standing, what is in the way, and what would change it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.words import word
from index.roles import EVERY_ACTION, Action, Role, actions_of
from index.rules import GIVING, LIMITING, Decision, Standing, in_words, role_given

NO_ROLE = "no-role"
ROLE = "role"


class Effect(StrEnum):
    """What one step does to the decision."""

    GIVES = "gives"
    TAKES = "takes"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at."""

    code: str
    effect: Effect
    words: str
    remedy: str = ""  # what would change it; "" where it is as its reader would have it


def steps(standing: Standing) -> list[Step]:
    """Return every rule in the order it is asked, with what would change its answer."""
    told = []
    for rule in GIVING:
        role = rule.gives(standing)
        effect, remedy = (Effect.GIVES, "") if role else (Effect.NOTHING, str(rule.remedy))
        told.append(Step(rule.code, effect, rule.words(role), remedy))
    for limit in LIMITING:
        left = limit.leaves(standing)
        is_whole = left == EVERY_ACTION
        effect, remedy = (Effect.NOTHING, "") if is_whole else (Effect.TAKES, str(limit.remedy))
        told.append(Step(limit.code, effect, limit.words(left), remedy))
    return told


def obstacle(decision: Decision, wanted: Set[Action]) -> Step | None:
    """Return the first thing that keeps some of the wanted actions away; None if nothing does."""
    standing = decision.standing
    role = role_given(standing)
    carried = actions_of(role)
    for limit in LIMITING:
        if wanted & carried - limit.leaves(standing):
            words = limit.words(limit.leaves(standing))
            return Step(limit.code, Effect.TAKES, words, str(limit.remedy))
    return None if wanted <= carried else _lacking(role, standing)


def _lacking(role: Role | None, standing: Standing) -> Step:
    remedy = _("an admin of the repository gives a role that carries it, directly or to a team")
    if not (standing.signed_in or standing.published):
        remedy = _("log in with an account that has such a role")
    if role is None:
        return Step(NO_ROLE, Effect.TAKES, _("nothing gives access"), remedy)
    words = _("the role %(role)s carries %(actions)s alone") % {
        "role": word(role.value),
        "actions": in_words(actions_of(role)),
    }
    return Step(ROLE, Effect.TAKES, words, remedy)
