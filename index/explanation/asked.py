"""Whom a question is about, as far as the one who asks may know of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext

from accounts.models import Namespace, PersonalAccessToken, RobotAccount, RobotSecret, User
from accounts.principals import (
    ANONYMOUS,
    BY_DOCKER,
    Principal,
    Workload,
    principal_of_secret,
    principal_of_token,
)
from accounts.second_factor import with_everything
from index.explanation.accounts import (
    account_steps,
    robot_steps,
    secret_steps,
    state_untold,
    token_steps,
)
from index.models import Denial, Repository, TrustedPublisher
from index.reasons import Effect, Step

ANYBODY = "anonymous"
_SECRET = re.compile(r"(wb[ps])_([0-9a-f]{16})", re.ASCII)


class Insight(Enum):
    """Why one may know what the answer tells."""

    OWN = auto()  # it is about one's own account
    REPOSITORY = auto()  # one administers the repository
    SITE = auto()  # one administers the site, or is at its machine


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody: a person, a robot, a job, anybody, or a name that is nobody's."""

    name: str
    principal: Principal
    steps: tuple[Step, ...] = ()  # what there is to say of account and credential
    is_nobody: bool = False
    as_reviewed: bool = False  # told as the review of access tells, which knows no administrators

    @property
    def barrier(self) -> Step | None:
        """What keeps them from logging in at all."""
        return next((step for step in self.steps if step.effect is Effect.TAKES), None)


def find_asked(
    text: str,
    *,
    insight: Insight,
    repository: Repository | None,
    reader: Principal = ANONYMOUS,
) -> Asked:
    """Return whom the text names: a user, `acme+ci`, `wbp_…`, `anonymous`, or a job's `acme/web`.

    Who administers a repository learns of other people what its review tells, so neither whether they
    can log in, nor with how many factors, nor that they administer the site. A name that is nobody's is
    answered as someone logged in whom nothing connects.
    """
    public_part = _SECRET.match(text)
    if public_part:
        text = public_part[0]  # a secret that was pasted whole is not shown again
        found = _by_secret(public_part[1], public_part[2], insight, repository)
    elif text == ANYBODY:
        return of_principal(ANONYMOUS, insight=insight)
    elif "+" in text:
        found = _robot(text, insight, repository)
    elif "/" in text:
        found = _job(text, insight, repository)
    else:
        found = _person(text, insight, reader)
    return found or _nobody(text, insight)


def of_principal(principal: Principal, *, insight: Insight = Insight.OWN) -> Asked:
    """Return a principal that is known already, for example the one who asks."""
    kind, _, number = principal.credential.partition(":")
    if kind == "token":
        row = PersonalAccessToken.objects.select_related("user").get(pk=number)
        return _of_token(row, insight)
    if principal.is_anonymous:
        step = Step("log-in", Effect.NOTHING, gettext("nobody is logged in"), gettext("log in"))
        return Asked(ANYBODY, principal, (step,))
    if principal.robot:
        return Asked(principal.name, principal, robot_steps(principal.robot))
    steps = account_steps(principal.user) if principal.user else ()
    return Asked(principal.name, principal, steps)


def own_token(user: User, public_part: str) -> Asked | None:
    """Return one of the user's own access tokens."""
    selector = public_part.partition("_")[2]
    row = user.access_tokens.select_related("user").filter(selector=selector).first()
    return _of_token(row, Insight.OWN) if row else None


def _nobody(name: str, insight: Insight) -> Asked:
    """Return who is not there; administrators of the site may know that."""
    if insight is not Insight.SITE:
        return Asked(name, ANONYMOUS, (state_untold(),), is_nobody=True, as_reviewed=True)
    step = Step(
        "account",
        Effect.TAKES,
        gettext("there is no %(name)s") % {"name": name},
        gettext("check how it is written"),
    )
    return Asked(name, ANONYMOUS, (step,), is_nobody=True)


def _person(name: str, insight: Insight, reader: Principal) -> Asked | None:
    user = with_everything(User.objects.filter(username=name)).first()
    if user is None:
        return None
    principal = Principal(user)
    if insight is Insight.SITE:
        return Asked(name, principal, account_steps(user))
    if user == reader.user:
        return Asked(name, principal, account_steps(user, by_password=reader.limits is None))
    return Asked(name, principal, (state_untold(),), as_reviewed=True)


def _robot(name: str, insight: Insight, repository: Repository | None) -> Asked | None:
    namespace, _, short = name.partition("+")
    robots = RobotAccount.objects.filter(
        namespace__in=Namespace.objects.called(namespace), name=short
    )
    if insight is not Insight.SITE:
        robots = robots.filter(namespace=repository.namespace if repository else None)
    robot = robots.select_related("namespace__user", "namespace__organization").first()
    if robot is None:
        return None
    steps = robot_steps(robot, is_whole=insight is Insight.SITE)
    return Asked(robot.full_name, Principal(robot=robot), steps)


def _by_secret(
    prefix: str, selector: str, insight: Insight, repository: Repository | None
) -> Asked | None:
    """Return whose secret begins so; for admins of a repository only if it was denied there."""
    if prefix == PersonalAccessToken.PREFIX:
        tokens = PersonalAccessToken.objects.select_related("user")
        token = tokens.filter(selector=selector).first()
        if token is None or not _may_know(f"token:{token.pk}", insight, repository):
            return None
        return _of_token(token, insight)
    secrets = RobotSecret.objects.select_related("robot__namespace__user")
    secret = secrets.filter(selector=selector).first()
    if secret is None or not _may_know(f"secret:{secret.pk}", insight, repository):
        return None
    of_robot = robot_steps(secret.robot, is_whole=insight is Insight.SITE)
    steps = (*of_robot, *secret_steps(secret))
    return Asked(secret.public_part, principal_of_secret(secret), steps)


def _of_token(token: PersonalAccessToken, insight: Insight) -> Asked:
    is_whole = insight is not Insight.REPOSITORY
    steps = (
        *(account_steps(token.user, by_password=False) if is_whole else ()),
        *token_steps(token, is_whole=is_whole),
    )
    name = f"{token.user.username} with {token.public_part}"
    return Asked(name, principal_of_token(token), steps, as_reviewed=not is_whole)


def _may_know(credential: str, insight: Insight, repository: Repository | None) -> bool:
    if insight is Insight.SITE:
        return True
    shown = [credential, f"{BY_DOCKER}{credential}"]
    return Denial.objects.filter(repository=repository, credential__in=shown).exists()


def _job(source: str, insight: Insight, repository: Repository | None) -> Asked | None:
    """Return the CI job of a trusted publisher of the repository, or of a robot that has a role there."""
    publishers = TrustedPublisher.objects.heeded().filter(source_repository=source)
    publishers = publishers.select_related("robot__namespace")
    own = publishers.filter(repository=repository, repository__isnull=False).first()
    if own:
        job = Workload(0, own.repository_id or 0, str(own))
        return Asked(job.name, Principal(workload=job))
    of_robots = publishers.filter(robot__isnull=False)
    if insight is not Insight.SITE:
        of_robots = of_robots.filter(robot__grants__repository=repository)
    found = of_robots.first()
    if found is None or found.robot is None:
        return None
    job = Workload(0, 0, str(found))
    steps = robot_steps(found.robot, is_whole=insight is Insight.SITE)
    return Asked(job.name, Principal(robot=found.robot, workload=job), steps)
