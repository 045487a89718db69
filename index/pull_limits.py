"""How many images one may pull: limits like Docker Hub's, off unless the operator sets them.

What counts is the `GET` of a manifest. A `HEAD` is free and shows what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from accounts.guide import Anchor
from accounts.limits import Limit
from accounts.models import Membership, Namespace
from accounts.principals import Principal
from accounts.ratelimits import network_of
from accounts.token_limits import is_inside
from index.errors import IndexRefusal
from index.pull_counts import Reading, pull_counts

# They stand behind "in", which wants the dative in German: "in 3 Tagen".
_UNITS = (
    (86400, gettext_lazy("%(n)s days")),
    (3600, gettext_lazy("%(n)s hours")),
    (60, gettext_lazy("%(n)s minutes")),
)


@dataclass(frozen=True, slots=True)
class PullAllowance:
    """What a limit leaves, as the answer of a manifest says it."""

    limit: str  # `ratelimit-limit`: 100;w=21600
    remaining: str  # `ratelimit-remaining`: 76;w=21600
    source: str  # `docker-ratelimit-source`: whom it is counted for


class PullLimitReached(IndexRefusal):
    """The limit is used up; the sentence says which, and what to do."""

    help = Anchor.PULL_LIMIT

    code, status = "TOOMANYREQUESTS", 429

    def __init__(self, message: str, *, retry_after: int, allowance: PullAllowance) -> None:
        """Keep the seconds until the next pull, and what the headers say."""
        super().__init__(message)
        self.retry_after = retry_after
        self.allowance = allowance


@dataclass(frozen=True, slots=True)
class Puller:
    """Whom a pull is counted for; the robots and CI jobs of a namespace are counted together with
    its holder: else whoever makes robots would pull without end.
    """

    counter: str  # of an id that never changes
    name: str  # of the network, or of the namespace today
    names: frozenset[str]  # by which it may be exempt
    user_id: int | None = None  # a person, whose organizations may be exempt

    @property
    def remedy(self) -> str:
        """What else than waiting helps, or who knows."""
        if not self.names:
            return f", or log in: docker login {settings.PUBLIC_HOST}"
        page = "/settings/namespace" if self.user_id else f"/o/{self.name}/-/settings"
        return f"; what is left: {settings.PUBLIC_URL}{page}"


def count_pull(principal: Principal, address: str, *, is_head: bool) -> PullAllowance | None:
    """Count the pull of a manifest, or with `is_head` only look; raise PullLimitReached.

    None where nothing is counted: limits are off, or whoever pulls is exempt.
    """
    limit = _limit_of(principal)
    if limit is None or _is_exempt_network(address):
        return None
    puller = _network(address) if principal.is_anonymous else _account(principal)
    if _is_exempt(puller):
        return None
    ask = pull_counts.look if is_head else pull_counts.count
    reading = ask(limit, puller.counter)
    if not (is_head or reading.was_counted):
        raise _refusal(puller, reading)
    return _allowance(puller, reading)


def may_be_counted(principal: Principal) -> bool:
    """Whether there is a limit for such a principal: then no answer for one is good for another,
    for who is exempt may have the same token.
    """
    return _limit_of(principal) is not None


def pulls_left(namespace: Namespace) -> Reading | None:
    """Return what the holder of a namespace has left, with its robots and CI jobs; None if that is
    not limited.
    """
    limit = settings.PULL_LIMIT_ACCOUNT
    if limit is None or namespace.is_root:
        return None
    puller = _holder(namespace)
    return None if _is_exempt(puller) else pull_counts.look(limit, puller.counter)


def _limit_of(principal: Principal) -> Limit | None:
    found: Limit | None = settings.PULL_LIMIT_ACCOUNT
    return settings.PULL_LIMIT_ANONYMOUS if principal.is_anonymous else found


def _network(address: str) -> Puller:
    network = network_of(address)
    return Puller(f"network:{network}", network, frozenset())


def _account(principal: Principal) -> Puller:
    """Return the person, or who holds the namespace of the robot or of the CI job's repository."""
    if principal.robot:
        return _holder(principal.robot.namespace, principal.robot.full_name)
    if principal.user:
        return _person(principal.user.pk, principal.user.username)
    repository_id = principal.workload.repository_id if principal.workload else 0
    return _holder(Namespace.objects.get(repositories=repository_id))


def _holder(namespace: Namespace, *names: str) -> Puller:
    if namespace.user_id:
        return _person(namespace.user_id, namespace.name, *names)
    exempt_by = frozenset({namespace.name, *names})
    return Puller(f"namespace:{namespace.pk}", namespace.name, exempt_by)


def _person(user_id: int, name: str, *names: str) -> Puller:
    return Puller(f"user:{user_id}", name, frozenset({name, *names}), user_id)


def _is_exempt_network(address: str) -> bool:
    networks = settings.PULL_LIMIT_EXEMPT_NETWORKS
    return bool(networks) and is_inside(address, networks)


def _is_exempt(puller: Puller) -> bool:
    """Whether it is named, or, of a person, one of their organizations."""
    exempt = settings.PULL_LIMIT_EXEMPT_NAMES
    if not exempt:
        return False
    if not exempt.isdisjoint(puller.names):
        return True
    memberships = Membership.objects.filter(organization__name__in=exempt)
    return bool(puller.user_id) and memberships.filter(user=puller.user_id).exists()


def _allowance(puller: Puller, reading: Reading) -> PullAllowance:
    seconds = reading.limit.seconds
    return PullAllowance(
        f"{reading.limit.events};w={seconds}", f"{reading.remaining};w={seconds}", puller.name
    )


def _refusal(puller: Puller, reading: Reading) -> PullLimitReached:
    """Return one line of ASCII that says whose limit it is, and what to do."""
    limit = f"{reading.limit.events} in {duration(reading.limit.seconds)}"
    message = (
        f"You have reached your pull rate limit of {limit} for {puller.name}. "
        f"The next is possible in {duration(reading.wait)}{puller.remedy}"
    )
    return PullLimitReached(
        message, retry_after=reading.wait, allowance=_allowance(puller, reading)
    )


def duration(seconds: int) -> str:
    """Return it as people say it, in the largest unit of which there are two: 6 hours, 90 seconds.

    Rounded up, unless it is less than a tenth of the unit that is too much.
    """
    for unit, words in _UNITS:
        if seconds >= 2 * unit:
            return words % {"n": -((unit // 10 - seconds) // unit)}
    return gettext("1 second") if seconds == 1 else gettext("%(n)s seconds") % {"n": seconds}
