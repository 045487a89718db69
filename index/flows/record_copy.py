"""Write down what we have put into a registry ourselves: its notifications of that are ignored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import RobotAccount, User
from accounts.principals import Principal
from index.copying import CopyReport
from index.flows.describe_manifest import remember_digests
from index.models import Manifest, Repository, Tag, TagChange, TagChangeKind, WorkloadLogin
from index.subjects import login_of_actor


@dataclass(frozen=True, slots=True)
class Author:
    """Whom a tag is put down to; what is not known any more is empty."""

    subject: str
    name: str
    credential: str = ""
    user: User | None = None
    robot: RobotAccount | None = None
    built_by: WorkloadLogin | None = None

    def built(self, login: WorkloadLogin | None) -> Author:
        """Return the same of an image that this CI job built, if one did."""
        return replace(self, built_by=login) if login else self


def author_of(principal: Principal) -> Author:
    """Return who acts now."""
    subject = principal.subject
    return Author(
        subject,
        principal.name,
        principal.credential,
        principal.user,
        principal.robot,
        login_of_actor(subject),
    )


def record_copy(
    target: Repository, report: CopyReport, *, at: datetime, kind: TagChangeKind, by: Author
) -> list[Manifest]:
    """Write rows for manifests, blobs and tags; return the manifests that are yet to be described.

    Call it in a transaction with the row of `target` locked. `at` is from before the first tag was
    put: a tag that somebody pushed since then stays theirs.
    """
    Manifest.objects.bulk_create(
        [
            Manifest(
                repository=target, digest=digest, media_type=document.media_type[:255], pushed_at=at
            )
            for digest, document in report.documents.items()
        ],
        ignore_conflicts=True,
    )
    for document in report.documents.values():
        remember_digests(target, document)
    rows = {row.digest: row for row in target.manifests.filter(digest__in=report.documents)}
    for tag, digest in report.tags.items():
        _point(target, tag, rows[digest], at=at, by=by)
        TagChange.objects.create(
            repository=target,
            tag=tag,
            digest=digest,
            kind=kind,
            at=at,
            actor=by.subject,
            actor_name=by.name,
            credential=by.credential,
        )
    _note_push(target, at)
    return [row for row in rows.values() if row.described_at is None]


def _point(target: Repository, tag: str, manifest: Manifest, *, at: datetime, by: Author) -> None:
    old = target.tags.filter(name=tag).first()
    if old is not None and old.pushed_at > at:
        return
    Tag.objects.update_or_create(
        repository=target,
        name=tag,
        defaults={
            "manifest": manifest,
            "pushed_at": at,
            "pushed_by": by.user,
            "pushed_by_robot": by.robot,
            "built_by": by.built_by,
            "pushed_with": by.credential,
        },
    )


def _note_push(target: Repository, at: datetime) -> None:
    tags = target.tags
    target.is_automated = tags.exists() and not tags.filter(built_by=None).exists()
    target.last_pushed_at = max(at, target.last_pushed_at or at)
    target.save(update_fields=["is_automated", "last_pushed_at"])
