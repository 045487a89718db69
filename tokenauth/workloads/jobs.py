"""What an ID token says of the job that holds it, in one form for every forge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.ci_issuers import CiIssuer, IssuerKind
from tokenauth.workloads.errors import SubjectTokenRefused
from tokenauth.workloads.id_tokens import IdToken

_LONGEST = 200
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
# Started by what somebody else wrote: the code may be a stranger's, the claims are the project's.
_FOREIGN_EVENTS = frozenset(
    {"pull_request", "pull_request_target", "merge_request_event", "external_pull_request_event"}
)


@dataclass(frozen=True, slots=True)
class Job:
    """A CI job, as its forge describes it. What the forge does not say is empty."""

    issuer: CiIssuer
    source_repository: str
    owner_id: str  # the forge's number of the owner, which a name can outlive
    source_id: str  # likewise of the source itself
    workflow: str
    ref: str
    environment: str
    event: str
    revision: str
    run_url: str

    @property
    def is_foreign(self) -> bool:
        """Whether somebody without rights on the source may have started it."""
        return self.event in _FOREIGN_EVENTS

    @property
    def source_url(self) -> str:
        """Where the source is; empty for an issuer that is no forge."""
        if self.issuer.kind is IssuerKind.GENERIC:
            return ""
        return f"{self.issuer.forge}/{self.source_repository}"

    @property
    def description(self) -> str:
        """What a person looks for in the log when nothing matched: the job's own claims."""
        told = {
            "issuer": self.issuer.url,
            "source repository": self.source_repository,
            "workflow": self.workflow,
            "ref": self.ref,
            "environment": self.environment,
            "event": self.event,
        }
        return ", ".join(f"{name} {value or '(none)'}" for name, value in told.items())


def read_job(token: IdToken) -> Job:
    """Return the job; raise SubjectTokenRefused for claims that are not what the forge documents."""
    job = _READERS[token.issuer.kind](token.issuer, _Claims(token.claims))
    if not job.issuer.is_source(job.source_repository):
        message = "the ID token names no source repository"
        raise SubjectTokenRefused(message)
    return job


class _Claims:
    """Claims as text that can be stored and shown."""

    def __init__(self, claims: Mapping[str, Any]) -> None:
        """Keep them."""
        self._claims = claims

    def text(self, name: str) -> str:
        """Return a claim, empty if there is none."""
        value = self._claims.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
            message = f"the ID token has an unusable claim: {name}"
            raise SubjectTokenRefused(message)
        return value

    def needed(self, name: str) -> str:
        """Return a claim that must be there."""
        value = self.text(name)
        if not value:
            message = f"the ID token has no claim {name}"
            raise SubjectTokenRefused(message)
        return value

    @property
    def revision(self) -> str:
        """What was checked out."""
        sha = self.text("sha")
        return sha if _REVISION.fullmatch(sha) else ""


def _read_github(issuer: CiIssuer, claims: _Claims) -> Job:
    """Read what docs.github.com, "OpenID Connect reference", lists."""
    source, run = claims.needed("repository"), claims.text("run_id")
    return Job(
        issuer=issuer,
        source_repository=source,
        owner_id=claims.needed("repository_owner_id"),
        source_id=claims.text("repository_id"),
        workflow=_file_of(claims.text("workflow_ref"), before=f"{source}/.github/workflows/"),
        ref=claims.text("ref"),
        environment=claims.text("environment"),
        event=claims.text("event_name"),
        revision=claims.revision,
        run_url=_run_url(f"{issuer.forge}/{source}/actions/runs/", run),
    )


def _read_gitlab(issuer: CiIssuer, claims: _Claims) -> Job:
    """Read what docs.gitlab.com, "OpenID Connect ID token authentication", lists."""
    source, job = claims.needed("project_path"), claims.text("job_id")
    host = issuer.forge.partition("://")[2]
    return Job(
        issuer=issuer,
        source_repository=source,
        owner_id=claims.needed("namespace_id"),
        source_id=claims.text("project_id"),
        workflow=_file_of(claims.text("ci_config_ref_uri"), before=f"{host}/{source}//"),
        ref=_gitlab_ref(claims),
        environment=claims.text("environment"),
        event=claims.text("pipeline_source"),
        revision=claims.revision,
        run_url=_run_url(f"{issuer.forge}/{source}/-/jobs/", job),
    )


def _read_generic(issuer: CiIssuer, claims: _Claims) -> Job:
    """Whatever the issuer is, `sub` is who."""
    return Job(
        issuer=issuer,
        source_repository=claims.needed("sub"),
        owner_id="",
        source_id="",
        workflow="",
        ref="",
        environment="",
        event="",
        revision=claims.revision,
        run_url="",
    )


def _file_of(reference: str, *, before: str) -> str:
    """Return the file of `before` + file + `@ref`; empty if the file is another project's."""
    is_own = reference.lower().startswith(before.lower())
    return reference[len(before) :].partition("@")[0] if is_own else ""


def _gitlab_ref(claims: _Claims) -> str:
    """Return the whole ref: GitLab has it since 16.0, and before that a name and its type."""
    whole = claims.text("ref_path")
    if whole:
        return whole
    prefix = {"branch": "refs/heads/", "tag": "refs/tags/"}.get(claims.text("ref_type"))
    return f"{prefix}{claims.text('ref')}" if prefix else ""


def _run_url(before: str, number: str) -> str:
    return before + number if _NUMBER.fullmatch(number) else ""


_READERS = {
    IssuerKind.GITHUB: _read_github,
    IssuerKind.GITLAB: _read_gitlab,
    IssuerKind.GENERIC: _read_generic,
}
