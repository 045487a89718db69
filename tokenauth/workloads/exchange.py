"""An ID token becomes the log-in of one job, for the one repository or robot that trusts it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.credential_kinds import Kind, Use, opens
from accounts.models import Namespace, RobotAccount
from accounts.principals import Principal
from accounts.ratelimits import WORKLOAD_FAILURES, count, network_of, refuse_above
from index.errors import NameInvalid
from index.lookup import the_one_called
from index.models import Repository, TrustedPublisher, WorkloadLogin
from index.names import parse_repository_name
from index.subjects import principal_of_login
from tokenauth.scopes import ResourceScope
from tokenauth.workloads.errors import SubjectTokenRefused
from tokenauth.workloads.id_tokens import LEEWAY, IdToken, check_id_token
from tokenauth.workloads.jobs import Job, read_job
from tokenauth.workloads.matching import is_match
from tokenauth.workloads.workload_secrets import SECRET_LIFETIME, issue_workload_secret

_MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom a job wants to act: a robot by its full name, or a repository of its scopes."""

    robot: str
    scopes: list[ResourceScope]

    @property
    def names(self) -> list[str]:
        """The repositories asked for, in order."""
        return [scope.name for scope in self.scopes if scope.kind == "repository"]

    def __str__(self) -> str:
        """Return what the refusal names."""
        return self.robot or " or ".join(self.names[:3])


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Who the job is from now on, and its secret if it asked for one."""

    principal: Principal
    secret: str


def exchange(
    subject_token: str, *, wanted: Wanted, service: str, offline: bool, address: str
) -> Exchanged:
    """Return the job as principal.

    Raises SubjectTokenRefused, IssuerUnavailable, and TooManyAttempts after many failures from one
    network. A repository that is not there and one that does not trust this job look the same.
    """
    if not opens(Kind.ID_TOKEN, Use.TOKEN):
        message = "ID tokens are not exchanged here"
        raise SubjectTokenRefused(message)
    if not (wanted.robot or wanted.names):
        message = "say for what: scope=repository:NAMESPACE/NAME:pull,push, or account=ROBOT"
        raise SubjectTokenRefused(message)
    network = network_of(address)
    refuse_above(WORKLOAD_FAILURES, network)
    try:
        token = check_id_token(subject_token)
        job = read_job(token)
        publisher = _find_publisher(job, wanted)
    except SubjectTokenRefused:
        count(WORKLOAD_FAILURES, network)
        raise
    return _log_in(publisher, token, job, service if offline else "")


def _find_publisher(job: Job, wanted: Wanted) -> TrustedPublisher:
    for publisher in _candidates(job, wanted):
        if is_match(publisher, job):
            return publisher
    message = f"no trusted publisher of {wanted} matches this job: {job.description}"
    raise SubjectTokenRefused(message)


def _candidates(job: Job, wanted: Wanted) -> Iterable[TrustedPublisher]:
    """Yield what is named for the robot; or for the repositories, in the order of the scopes.

    One statement for each name, whether or not it is one: a job may belong to anybody at the issuer.
    """
    named = TrustedPublisher.objects.heeded().filter(issuer=job.issuer.url).order_by("pk")
    if wanted.robot:
        namespace, _, name = wanted.robot.partition("+")
        called = Namespace.objects.called(namespace)
        robots = RobotAccount.objects.filter(namespace__in=called, name=name)
        yield from named.filter(robot__in=robots)
        return
    for text in wanted.names[:_MOST_NAMES]:
        with suppress(NameInvalid):
            wanted_one = the_one_called(Repository.objects.live(), parse_repository_name(text))
            yield from named.filter(repository__in=wanted_one.values("pk"))


def _log_in(publisher: TrustedPublisher, token: IdToken, job: Job, service: str) -> Exchanged:
    """Note the log-in, in one transaction with the owner's number; a token counts once."""
    now = timezone.now()
    lasts = timedelta(seconds=settings.TOKEN_LIFETIME + LEEWAY)
    expires_at = now + lasts + (SECRET_LIFETIME if service else timedelta())
    try:
        with transaction.atomic():
            _remember(publisher, job)
            login = WorkloadLogin.objects.create(
                publisher=publisher,
                token_id=_digest(token),
                source_url=job.source_url,
                revision=job.revision,
                workflow=job.workflow,
                ref=job.ref,
                run_url=job.run_url,
                expires_at=expires_at,
            )
            secret = issue_workload_secret(login, service=service) if service else ""
    except IntegrityError as error:
        message = "the ID token is refused: it was exchanged before, and counts once"
        raise SubjectTokenRefused(message) from error
    principal = principal_of_login(login)
    if principal is None:
        raise _no_longer()
    return Exchanged(principal, secret)


def _remember(publisher: TrustedPublisher, job: Job) -> None:
    """Keep when it was used, and at the first use the forge's numbers (resurrected names)."""
    row = TrustedPublisher.objects.filter(pk=publisher.pk)
    row.filter(source_owner_id="").update(source_owner_id=job.owner_id)
    row.filter(source_id="").update(source_id=job.source_id)
    same = row.filter(source_owner_id=job.owner_id, source_id=job.source_id)
    if not same.update(last_used_at=timezone.now()):  # removed, or another was first: just now
        raise _no_longer()


def _no_longer() -> SubjectTokenRefused:
    return SubjectTokenRefused("no trusted publisher matches this job any more")


def _digest(token: IdToken) -> str:
    """Return what is kept of issuer and id; written so that no two pairs look alike."""
    return hashlib.sha256(json.dumps([token.issuer.url, token.token_id]).encode()).hexdigest()
