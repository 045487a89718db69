"""Name the CI jobs that a repository or a robot trusts, and stop trusting them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import Namespace, RobotAccount
from accounts.principals import Principal
from index.ci_issuers import CiIssuer, IssuerKind, find_issuer
from index.errors import Denied, PublisherRefused
from index.models import Repository, RepositoryState, TrustedPublisher
from index.policy import allowed_actions, holds_namespace, may_change_namespace

MOST_PUBLISHERS = 20  # of one repository or robot
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_GITLAB_FILE = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_REF = re.compile(r"refs/[!-)+-~]+|refs/(heads|tags)/[!-)+-~]*\*")
_ENVIRONMENT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class NamedWorkload:
    """What a person says of the jobs to trust; what is empty does not matter."""

    issuer: str
    source_repository: str
    workflow: str = ""
    ref: str = ""
    environment: str = ""


def add_publisher(
    owner: Repository | RobotAccount, workload: NamedWorkload, *, by: Principal
) -> TrustedPublisher:
    """Trust the jobs from now on. Raises Denied, and PublisherRefused with the field at fault."""
    check_workload(workload)
    with transaction.atomic():
        held = _lock(owner)
        _check_person(held, by)
        existing = held.publishers.all()
        if existing.filter(**_fields(workload)).exists():
            field, message = "source_repository", _("these jobs are trusted already")
            raise PublisherRefused(field, message)
        if existing.count() >= MOST_PUBLISHERS:
            field, message = (
                "",
                _("there are at most %(most_publishers)s trusted publishers")
                % {"most_publishers": MOST_PUBLISHERS},
            )
            raise PublisherRefused(field, message)
        publisher = held.publishers.create(created_by=by.user, **_fields(workload))
        _record(AuditAction.PUBLISHER_ADDED, publisher, held, by)
    return publisher


def remove_publisher(publisher: TrustedPublisher, *, by: Principal) -> None:
    """Trust the jobs no longer, not even those that run; what they pushed stays. Raises Denied."""
    owner = publisher.repository or publisher.robot
    if owner is None:  # a constraint of the database says otherwise
        return
    with transaction.atomic():
        held = _lock(owner)
        _check_person(held, by)
        if TrustedPublisher.objects.filter(pk=publisher.pk).delete()[0]:
            _record(AuditAction.PUBLISHER_REMOVED, publisher, held, by)


def may_administer_robot(principal: Principal, robot: RobotAccount) -> bool:
    """Whether a person may say whom this robot trusts: holders of its namespace."""
    return principal.is_administrator or holds_namespace(principal, robot.namespace)


def _lock(owner: Repository | RobotAccount) -> Repository | RobotAccount:
    """Hold the owner: the number of its publishers must not change meanwhile."""
    if isinstance(owner, RobotAccount):
        robots = RobotAccount.objects.select_for_update(of=("self",))
        return robots.select_related("namespace").get(pk=owner.pk)
    repositories = Repository.objects.locked()
    return repositories.select_related("namespace", "registry").get(pk=owner.pk)


def _check_person(owner: Repository | RobotAccount, by: Principal) -> None:
    """A credential never makes another way in: only a person, by page or session (case 16)."""
    is_person = by.is_in_person
    if isinstance(owner, RobotAccount):
        may = may_change_namespace(by, owner.namespace)
    else:
        may = allowed_actions(by, owner).may_administer
        is_person = is_person and owner.state == RepositoryState.ACTIVE
    if not (is_person and may):
        message = _("'%(name)s' may not say which CI jobs %(owner)s trusts") % {
            "name": by.name,
            "owner": owner,
        }
        raise Denied(message)


def check_workload(workload: NamedWorkload) -> None:
    """Raise PublisherRefused for what no job could be."""
    issuer = find_issuer(workload.issuer)
    if issuer is None:
        field, message = "issuer", _("ID tokens of this issuer are not accepted here")
        raise PublisherRefused(field, message)
    for field, message in _faults(issuer, workload):
        raise PublisherRefused(field, message)


def _faults(issuer: CiIssuer, workload: NamedWorkload) -> list[tuple[str, str]]:
    """Return the fields that cannot match anything, with what they should look like."""
    generic = issuer.kind is IssuerKind.GENERIC
    file = _GITLAB_FILE if issuer.kind is IssuerKind.GITLAB else _FILE
    faults = []
    if not issuer.is_source(workload.source_repository):
        wanted = (
            _("the sub of its tokens")
            if generic
            else _("owner/name, as in the address of the source")
        )
        faults.append(("source_repository", f"write {wanted}"))
    if generic and (workload.workflow or workload.ref or workload.environment):
        faults.append(("workflow", _("this issuer only says who its sub is: leave this empty")))
    if workload.workflow and not file.fullmatch(workload.workflow):
        faults.append(("workflow", _("write the name of the file alone, such as release.yml")))
    if workload.ref and not _REF.fullmatch(workload.ref):
        faults.append(
            ("ref", _("write a whole ref: refs/heads/main; * only at the end: refs/tags/v*"))
        )
    if workload.environment and not _ENVIRONMENT.fullmatch(workload.environment):
        faults.append(("environment", _("write the name of the environment")))
    return faults


def _fields(workload: NamedWorkload) -> dict[str, str]:
    return {
        "issuer": workload.issuer,
        "source_repository": workload.source_repository,
        "workflow": workload.workflow,
        "ref": workload.ref,
        "environment": workload.environment,
    }


def _record(
    action: AuditAction,
    publisher: TrustedPublisher,
    owner: Repository | RobotAccount,
    by: Principal,
) -> None:
    namespace: Namespace = owner.namespace
    record(
        action,
        by=by,
        namespace=namespace,
        user=namespace.user,
        target=str(owner),
        issuer=publisher.issuer,
        source=publisher.source_repository,
        workflow=publisher.workflow,
        ref=publisher.ref,
        environment=publisher.environment,
    )
