"""What is asked: may somebody do this, there? And what is supposed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Visibility
from accounts.words import word
from index.models import RepositoryMode
from index.names import RepositoryName, parse_reference
from index.roles import EVERY_ACTION, Action, Role
from index.rules import Standing


@dataclass(frozen=True, slots=True)
class Question:
    """A repository as somebody typed it, perhaps with a tag, and what is to be done there."""

    name: RepositoryName
    tag: str = ""
    actions: frozenset[Action] = EVERY_ACTION
    typed: str = ""

    @property
    def asked(self) -> list[Action]:
        """The actions in their order."""
        return [action for action in Action if action in self.actions]


def parse_question(text: str, action: str = "") -> Question:
    """Return the question; raise NameInvalid. `acme/app:v1`, also with our own host before it.

    No action, or one that there is not, means all of them.
    """
    reference = parse_reference(text.strip().removeprefix(f"{settings.PUBLIC_HOST}/"))
    wanted = {word for word in action.split(",") if word in set(Action)}
    actions = frozenset(Action(word) for word in wanted) or EVERY_ACTION
    return Question(reference.name, reference.tag or "", actions, text.strip())


@dataclass(frozen=True, slots=True)
class Supposed:
    """What would be otherwise; None leaves a thing as it is."""

    role: Role | None = None  # as if a grant gave it
    no_grant: bool = False  # as if no grant gave anything
    visibility: Visibility | None = None
    mode: RepositoryMode | None = None

    def __bool__(self) -> bool:
        """Whether anything is supposed at all."""
        return self != NOTHING_SUPPOSED

    def applied_to(self, standing: Standing) -> Standing:
        """Return the standing as it would be."""
        granted = None if self.no_grant else self.role or standing.granted
        return replace(
            standing,
            granted=granted,
            visibility=self.visibility or standing.visibility,
            mode=self.mode or standing.mode,
        )

    @property
    def sentences(self) -> list[str]:
        """What is supposed, for whoever reads the answer."""
        told = []
        if self.no_grant:
            told.append(_("no grant gave a role"))
        elif self.role:
            told.append(_("a grant gave the role %(role)s") % {"role": word(self.role.value)})
        if self.visibility:
            told.append(
                _("the repository were %(visibility)s")
                % {"visibility": word(self.visibility.value)}
            )
        if self.mode:
            told.append(_("the repository were %(mode)s") % {"mode": word(self.mode.value)})
        return told


NOTHING_SUPPOSED = Supposed()
NO_GRANT = "none"  # in the place of a role


def parse_supposed(*, role: str = "", visibility: str = "", mode: str = "") -> Supposed:
    """Return what is supposed; what is empty, or not a value at all, leaves things as they are."""
    return Supposed(
        role=Role(role) if role in Role.values else None,
        no_grant=role == NO_GRANT,
        visibility=Visibility(visibility) if visibility in Visibility.values else None,
        mode=RepositoryMode(mode) if mode in RepositoryMode.values else None,
    )
