"""Who asked for a promotion: of a machine, the people who can make it ask. None of them approves it.

It is written down when somebody asks. By the time that somebody answers a secret may have been revoked, a
robot handed over, and a trusted publisher removed.
"""

from __future__ import annotations

from django.utils.translation import gettext

from accounts.models import Namespace, RobotSecret
from accounts.principals import Principal
from index.errors import Denied
from index.models import Promotion, Repository, TrustedPublisher
from index.trash import owners_of


def people_behind(by: Principal) -> list[str]:
    """Return the subjects of the people who can make this principal ask.

    A robot's are those who made secrets of it that are good now, and who is responsible for it; a CI job's
    who trusted its publisher. Where one of them is not known, it may be any owner of its namespace.
    What proved who asks may have been revoked since: its secret counts all the same, and a job whose
    publisher is gone raises Denied.
    """
    if by.user:
        return [by.subject]
    makers = _adders(by) if by.workload else _secret_makers(by)
    people = set(makers)
    if by.robot:
        people.add(by.robot.responsible_id)
    if not makers or None in makers:
        people |= {owner.pk for owner in owners_of(_namespace_of(by))}
    return [f"user:{number}" for number in sorted(one for one in people if one)]


def askers_of(promotion: Promotion) -> frozenset[str]:
    """Return the subjects of whoever asked, and of the people behind: a second person is none of them."""
    return frozenset({promotion.requested_by, *promotion.asked_for_by})


def is_nobody_known(promotion: Promotion) -> bool:
    """Whether a machine asked and nobody knows who can make it."""
    return not any(subject.startswith("user:") for subject in askers_of(promotion))


def _secret_makers(by: Principal) -> list[int | None]:
    kind, _, number = by.credential.partition(":")
    usable = RobotSecret.objects.usable().filter(robot=by.robot)
    if kind == "secret":
        usable |= RobotSecret.objects.filter(robot=by.robot, pk=int(number))
    return list(usable.values_list("created_by", flat=True))


def _adders(by: Principal) -> list[int | None]:
    assert by.workload  # noqa: S101 - it was asked just now
    trusted = TrustedPublisher.objects.filter(logins=by.workload.login_id)
    adders: list[int | None] = list(trusted.values_list("created_by", flat=True))
    if not adders:
        message = gettext(
            "'%(name)s' may not ask for a promotion: its publisher is not trusted any more"
        ) % {"name": by.name}
        raise Denied(message)
    return adders


def _namespace_of(by: Principal) -> Namespace:
    if by.robot:
        return by.robot.namespace
    assert by.workload  # noqa: S101 - a machine is one or the other
    repositories = Repository.objects.select_related("namespace__user", "namespace__organization")
    return repositories.get(pk=by.workload.repository_id).namespace
