"""The rules: what a standing before a repository allows. Pure; the only place that decides.

A rule of `GIVING` gives a role, the first that does wins; then each of `LIMITING` leaves less of what
the role carries. `index.reasons` tells the same in words, `index.policy` gathers standings.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Visibility
from accounts.words import word
from index.models.registry import Writers
from index.models.repository import RepositoryMode
from index.roles import EVERY_ACTION, Action, Role, actions_of

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

_PULL = frozenset({Action.PULL})
_NOTHING: frozenset[Action] = frozenset()
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """All that matters about one principal before one repository."""

    signed_in: bool  # a person or a robot account; a CI job of a repository is not
    administrator: bool
    holds_namespace: bool  # it is the user's own, or an organization's that the user owns
    granted: Role | None  # the best unexpired grant, direct or through a team
    published: bool  # it is a CI job that this repository names as its trusted publisher
    visibility: Visibility
    live: bool
    ceiling: frozenset[Action]  # what a personal access token leaves of this: all without one
    mode: RepositoryMode = RepositoryMode.OPEN
    writers: Writers = Writers.ANYONE  # whom the registry's stage lets write
    is_builder: bool = False  # a CI job, or a robot account that is a build server
    is_frozen: bool = False  # an administrator of the site has frozen the namespace


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that gives a role, and its words."""

    code: str
    gives: Callable[[Standing], Role | None]
    applies: StrOrPromise  # what is said where it gives; `{role}` is what it gives
    otherwise: StrOrPromise  # and where it does not
    remedy: StrOrPromise  # what would make it give, and by whom

    def words(self, role: Role | None) -> str:
        """Return what is said of the role that it gives."""
        return str(self.applies).format(role=word(role.value)) if role else str(self.otherwise)


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule that leaves less than the role carries, and its words."""

    code: str
    leaves: Callable[[Standing], frozenset[Action]]
    applies: StrOrPromise  # `{left}` is what it leaves
    otherwise: StrOrPromise
    remedy: StrOrPromise  # what would lift it

    def words(self, left: Set[Action]) -> str:
        """Return what is said of what it leaves."""
        if left == EVERY_ACTION:
            return str(self.otherwise)
        return str(self.applies).format(left=in_words(left))


@dataclass(frozen=True, slots=True)
class Decision:
    """The role that a principal has, and what it may do by it."""

    role: Role | None
    actions: frozenset[Action]  # what the registry may be asked for
    standing: Standing

    @property
    def may_administer(self) -> bool:
        """Whether settings, grants and deletion are open; not by a token that leaves less than all.

        A repository that is read-only is administered all the same: else it would stay so for ever.
        In a frozen namespace administrators of the site alone do.
        """
        standing = self.standing
        if standing.is_frozen and not standing.administrator:
            return False
        return self.role is Role.ADMIN and standing.ceiling == EVERY_ACTION

    @property
    def may_promote(self) -> bool:
        """Whether images may be promoted into it: as for a push, whomever its registry lets push."""
        return Action.PUSH in _left(self.role, self.standing, besides=_OF_REGISTRIES)

    @property
    def reason(self) -> str:
        """The rule that gave the role, or the one that kept it away, in words."""
        standing = self.standing
        if not standing.live:
            return str(_DELETED.applies)
        for rule in GIVING if standing.ceiling else (_PUBLIC,):
            role = rule.gives(standing)
            if role:
                return rule.words(role)
        return _("nothing gives access") if standing.ceiling else _CREDENTIAL.words(_NOTHING)


def _given(role: Role) -> Callable[[bool], Role | None]:
    return lambda holds: role if holds else None


_ADMIN, _WRITER, _READER = _given(Role.ADMIN), _given(Role.WRITER), _given(Role.READER)

_PUBLIC = Rule(
    "public",
    lambda standing: _READER(standing.visibility is Visibility.PUBLIC),
    gettext_lazy("anyone may pull a public repository"),
    gettext_lazy("the repository is not public"),
    gettext_lazy("an admin of the repository makes it public"),
)
GIVING = (
    Rule(
        "administrator",
        lambda standing: _ADMIN(standing.administrator),
        gettext_lazy("administrators may do everything"),
        gettext_lazy("not an administrator of this site"),
        "",
    ),
    Rule(
        "owner",
        lambda standing: _ADMIN(standing.holds_namespace),
        gettext_lazy("owners of the namespace may do everything in it"),
        gettext_lazy("not an owner of the namespace"),
        gettext_lazy("in an organization, an owner makes them an owner too"),
    ),
    Rule(
        "grant",
        lambda standing: standing.granted,
        gettext_lazy("a grant gives the role {role}"),
        gettext_lazy("no grant, neither direct nor through a team"),
        gettext_lazy("an admin of the repository gives a role, directly or to a team"),
    ),
    Rule(
        "publisher",
        lambda standing: _WRITER(standing.published),
        gettext_lazy("the repository trusts this CI job to publish"),
        gettext_lazy("not a CI job that the repository trusts"),
        gettext_lazy(
            "an admin of the repository names the workflow as a trusted publisher, in its settings"
        ),
    ),
    _PUBLIC,
    Rule(
        "internal",
        lambda standing: _READER(standing.visibility is Visibility.INTERNAL and standing.signed_in),
        gettext_lazy("anyone signed in may pull an internal repository"),
        gettext_lazy("the repository is not internal, or nobody is signed in"),
        gettext_lazy("an admin of the repository makes it internal"),
    ),
)

_DELETED = Limit(
    "deleted",
    lambda standing: EVERY_ACTION if standing.live else _NOTHING,
    gettext_lazy("the repository is deleted"),
    gettext_lazy("the repository is there"),
    "",
)
_CREDENTIAL = Limit(
    "credential",
    # What anybody may do, a narrow token may do too.
    lambda standing: standing.ceiling | (_PULL if _PUBLIC.gives(standing) else _NOTHING),
    gettext_lazy("the access token leaves {left} here"),
    gettext_lazy("no access token leaves less than its owner may"),
    gettext_lazy("its owner uses an access token that is for this repository and this action"),
)
LIMITING = (
    _DELETED,
    _CREDENTIAL,
    Limit(
        "read-only",
        lambda standing: _pull_if(standing.mode is RepositoryMode.READ_ONLY),
        gettext_lazy("the repository is read-only: it can be pulled, and takes no pushes for now"),
        gettext_lazy("the repository is not read-only"),
        gettext_lazy("an admin of the repository opens it again, in its settings"),
    ),
    Limit(
        "archived",
        lambda standing: _pull_if(standing.mode is RepositoryMode.ARCHIVED),
        gettext_lazy(
            "the repository is archived: it can be pulled, and nothing in it changes any more"
        ),
        gettext_lazy("the repository is not archived"),
        gettext_lazy("an admin of the repository opens it again, in its settings"),
    ),
    Limit(
        "frozen",
        lambda standing: _pull_if(standing.is_frozen),
        gettext_lazy(
            "the namespace is frozen: its images can be pulled, and nothing in it changes"
        ),
        gettext_lazy("the namespace is not frozen"),
        gettext_lazy("an administrator of this site ends that"),
    ),
    Limit(
        "builders",
        lambda standing: _pull_if(standing.writers is Writers.BUILDERS and not standing.is_builder),
        gettext_lazy(
            "the registry that keeps it takes writes from build servers alone: CI jobs, "
            "and robots marked so"
        ),
        gettext_lazy("its registry does not leave writes to build servers alone"),
        gettext_lazy(
            "push from a CI job that the repository trusts, or from a robot that is a build server"
        ),
    ),
    Limit(
        "promotion",
        lambda standing: _pull_if(standing.writers is Writers.PROMOTION),
        gettext_lazy("the registry that keeps it takes promotions alone, and no pushes"),
        gettext_lazy("its registry does not leave writes to promotions alone"),
        gettext_lazy("push to a repository of an earlier stage and have it promoted"),
    ),
)


_OF_REGISTRIES = frozenset({"builders", "promotion"})  # limits of pushes, whatever role one has


def decide(standing: Standing) -> Decision:
    """Return the decision; without a rule that gives nothing is given."""
    role = _role(standing)
    return Decision(role, _left(role, standing), standing)


def role_given(standing: Standing) -> Role | None:
    """Return the role of the first rule that gives one, limits aside."""
    for rule in GIVING:
        role = rule.gives(standing)
        if role:
            return role
    return None


_ACTIONS = {
    Action.PULL: gettext_lazy("pull"),
    Action.PUSH: gettext_lazy("push"),
    Action.DELETE: gettext_lazy("delete"),
}


def in_words(actions: Set[Action], *, last: str = "and") -> str:
    """Return them as people say it: `pull and push`, `nothing`."""
    names = [str(_ACTIONS[action]) for action in Action if action in actions]
    if len(names) < 2:
        return names[0] if names else _("nothing")
    words = _("%(first)s and %(last)s") if last == "and" else _("%(first)s or %(last)s")
    return words % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _left(role: Role | None, standing: Standing, *, besides: Set[str] = _NONE) -> frozenset[Action]:
    """Return what the limits leave of the role, some of them aside."""
    actions = actions_of(role)
    if actions:
        for limit in LIMITING:
            if limit.code not in besides:
                actions &= limit.leaves(standing)
    return actions


def _role(standing: Standing) -> Role | None:
    if not standing.live:
        return None
    if not standing.ceiling:
        return _PUBLIC.gives(standing)
    return role_given(standing)


def _pull_if(limited: bool) -> frozenset[Action]:  # noqa: FBT001 - the answer to the rule's question
    return _PULL if limited else EVERY_ACTION
