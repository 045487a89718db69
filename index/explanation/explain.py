"""Answer a question: every step of the decision, the verdict on each action, and the ways that lead there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accounts.principals import Principal
from index.explanation.asked import Asked, Insight, find_asked
from index.explanation.question import NOTHING_SUPPOSED, Question, Supposed
from index.explanation.surroundings import (
    absent_steps,
    creation_steps,
    name_steps,
    quota_step,
    tag_steps,
    unseen_steps,
)
from index.explanation.ways import own_ways, ways_in_words
from index.lookup import find_repository
from index.models import Repository
from index.policy import may_create, standing_of
from index.reasons import Effect, Step, obstacle, steps
from index.roles import Action, Role
from index.rules import Decision, Standing, decide, in_words

_CHANGES = frozenset({Action.PUSH, Action.DELETE})


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that belong together."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one action is allowed, and why."""

    action: Action
    words: str
    remedy: str = ""
    code: str = ""  # of what is in the way

    @property
    def allowed(self) -> bool:
        """Whether nothing is in the way."""
        return not self.code


@dataclass(frozen=True, slots=True)
class Explanation:
    """What somebody may do, and why."""

    who: Asked
    question: Question
    repository: Repository | None  # None where there is none, or none that may be seen
    parts: tuple[Part, ...]
    verdicts: tuple[Verdict, ...]
    decision: Decision | None = None
    ways: tuple[str, ...] = ()
    supposed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of whom it is about."""
        return self.who.name

    @property
    def actions(self) -> list[str]:
        """What the policy leaves to the registry, in order: what is in a token."""
        left = self.decision.actions if self.decision else frozenset()
        return [action.value for action in Action if action in left]

    @property
    def role(self) -> Role | None:
        """The role."""
        return self.decision.role if self.decision else None

    @property
    def reason(self) -> str:
        """What gave the role, or that nothing did, in words."""
        return self.decision.reason if self.decision else self.parts[0].steps[-1].words

    @property
    def is_allowed(self) -> bool:
        """Whether all that was asked is."""
        return all(verdict.allowed for verdict in self.verdicts)

    @property
    def may_administer(self) -> bool:
        """Whether settings are open too."""
        barrier = self.who.barrier
        return bool(self.decision and self.decision.may_administer and barrier is None)

    @property
    def headline(self) -> str:
        """The answer: `alice may pull, but not push or delete`."""
        allowed = {verdict.action for verdict in self.verdicts if verdict.allowed}
        denied = in_words(self.question.actions - allowed, last="or")
        said = {"who": self.name, "allowed": in_words(allowed), "denied": denied}
        if not allowed:
            words = (
                _("%(who)s could not %(denied)s")
                if self.supposed
                else _("%(who)s may not %(denied)s")
            )
        elif self.question.actions - allowed:
            words = (
                _("%(who)s could %(allowed)s, but not %(denied)s")
                if self.supposed
                else _("%(who)s may %(allowed)s, but not %(denied)s")
            )
        elif self.may_administer:
            words = (
                _("%(who)s could %(allowed)s, and change settings")
                if self.supposed
                else _("%(who)s may %(allowed)s, and change settings")
            )
        else:
            words = (
                _("%(who)s could %(allowed)s") if self.supposed else _("%(who)s may %(allowed)s")
            )
        return words % said


def explain(
    repository: Repository,
    asked: Asked,
    question: Question,
    *,
    supposed: Supposed = NOTHING_SUPPOSED,
) -> Explanation:
    """Explain what somebody may do with a repository that the reader may know of."""
    decision = decide(supposed.applied_to(_standing(asked, repository)))
    around = []
    if Action.PUSH in decision.actions:
        around.append(quota_step(repository.namespace))
    around += tag_steps(question, repository)
    parts = [
        Part(_("The name"), tuple(name_steps(question, repository))),
        Part(_("The account"), asked.steps),
        Part(_("The rules"), tuple(_rules(asked, decision))),
        Part(_("What is around"), tuple(around)),
    ]
    rows = own_ways(repository, asked.principal, name=asked.name if asked.is_nobody else "")
    return Explanation(
        asked,
        question,
        repository,
        tuple(part for part in parts if part.steps),
        tuple(_verdict(action, decision, asked, around) for action in question.asked),
        decision,
        ways_in_words(repository, rows, is_administrator=decision.standing.administrator),
        tuple(supposed.sentences),
    )


def explain_own(reader: Principal, asked: Asked, question: Question) -> Explanation:
    """Explain to somebody what they may do themselves, with whichever of their credentials.

    What is not there and what they may not see are answered alike, by as many queries (case 24).
    """
    repository = find_repository(Repository.objects.visible_to(reader), question.name)
    if repository:
        return explain(repository, asked, question)
    return _explain_absent(asked, question, is_sure=False)


def explain_anything(who: str, question: Question) -> Explanation:
    """Explain to administrators of the site what anybody may do anywhere."""
    repository = find_repository(Repository.objects.all(), question.name)
    asked = find_asked(who, insight=Insight.SITE, repository=repository)
    if repository:
        return explain(repository, asked, question)
    return _explain_absent(asked, question, is_sure=True)


def _explain_absent(asked: Asked, question: Question, *, is_sure: bool) -> Explanation:
    creation = may_create(asked.principal, question.name)
    around = list(creation_steps(creation, question.name, is_sure=is_sure))
    named = tuple(absent_steps(question) if is_sure else unseen_steps(question))
    parts = [
        Part(_("The name"), named),
        Part(_("The account"), asked.steps),
        Part(_("If it is new"), tuple(around)),
    ]
    unseen = named[-1]
    verdicts = tuple(_of_none(action, unseen, asked, around) for action in question.asked)
    return Explanation(asked, question, None, tuple(part for part in parts if part.steps), verdicts)


def _rules(asked: Asked, decision: Decision) -> Iterable[Step]:
    told = steps(decision.standing)
    return (step for step in told if not (asked.as_reviewed and step.code == "administrator"))


def _standing(asked: Asked, repository: Repository) -> Standing:
    standing = standing_of(asked.principal, repository)
    return replace(
        standing,
        signed_in=standing.signed_in or asked.is_nobody,
        administrator=standing.administrator and not asked.as_reviewed,
    )


def _verdict(action: Action, decision: Decision, asked: Asked, around: Iterable[Step]) -> Verdict:
    stop = asked.barrier or obstacle(decision, {action})
    if stop is None and action in _CHANGES:
        stop = _first_in_the_way(action, around)
    if stop:
        return Verdict(action, stop.words, stop.remedy, stop.code)
    return Verdict(action, decision.reason)


def _first_in_the_way(action: Action, around: Iterable[Step]) -> Step | None:
    """Return what stops a push, or a deletion: a full plan does not stop those."""
    taking = (step for step in around if step.effect is Effect.TAKES)
    return next((step for step in taking if action is Action.PUSH or step.code != "quota"), None)


def _of_none(action: Action, unseen: Step, asked: Asked, around: list[Step]) -> Verdict:
    stop = asked.barrier or (unseen if action is not Action.PUSH else None)
    stop = stop or _first_in_the_way(action, around)
    if stop is None:
        return Verdict(action, around[0].words)
    if stop.code == "creation":  # or it is there, and not for them
        stop = replace(stop, words=f"{unseen.words}; {stop.words}", remedy=unseen.remedy)
    return Verdict(action, stop.words, stop.remedy, stop.code)
