"""Does a trusted publisher mean this job? Every field that is set must match, exactly."""

from __future__ import annotations

from index.ci_issuers import IssuerKind
from index.models import TrustedPublisher
from tokenauth.workloads.jobs import Job

# A part of the source's history that only those who may push there can add to.
_BRANCHES_AND_TAGS = ("refs/heads/", "refs/tags/")


def is_match(publisher: TrustedPublisher, job: Job) -> bool:
    """Whether the job is one that the publisher names, and no stranger started it."""
    return (
        publisher.issuer == job.issuer.url
        and _is_same_source(publisher.source_repository, job)
        and publisher.source_owner_id in {"", job.owner_id}
        and publisher.source_id in {"", job.source_id}
        and publisher.workflow in {"", job.workflow}
        and _is_ref(publisher.ref, job)
        and _is_environment(publisher.environment, job)
    )


def _is_same_source(expected: str, job: Job) -> bool:
    """Forges hold `Acme/Web` and `acme/web` for one; other issuers are not known to."""
    if job.issuer.kind is IssuerKind.GENERIC:
        return expected == job.source_repository
    return expected.lower() == job.source_repository.lower()


def _is_ref(expected: str, job: Job) -> bool:
    """A foreign job matches only where its own ref is written out, which is no branch's.

    `pull_request_target` says it runs for the main branch, and GitLab names a merge request by its
    source branch, which a fork may call `main`.
    """
    if job.issuer.kind is IssuerKind.GENERIC:
        return expected == job.ref
    is_ours = job.ref.startswith(_BRANCHES_AND_TAGS)
    if expected.endswith("*") or not expected:
        return is_ours and not job.is_foreign and job.ref.startswith(expected[:-1])
    return expected == job.ref and not (is_ours and job.is_foreign)


def _is_environment(expected: str, job: Job) -> bool:
    """GitHub holds `Production` and `production` for one, GitLab does not."""
    if job.issuer.kind is IssuerKind.GITHUB:
        return expected.lower() in {"", job.environment.lower()}
    return expected in {"", job.environment}
