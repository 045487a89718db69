"""Search what was pushed for credentials, warn of them, and keep the answers of the admins.

A credential itself is never kept: an excerpt for the eye, and a keyed digest for comparing.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext

from accounts.audit import AuditAction, record
from accounts.models import Visibility
from accounts.principals import Principal
from index import activity
from index.access import admins_of
from index.errors import Denied, SecretsInTheWay
from index.mails import send_after_commit
from index.models import ActivityKind, Dismissal, Manifest, Repository, SecretFinding
from index.policy import allowed_actions
from index.secret_check.texts import Found, search_config


def check_secrets(manifest: Manifest, config: dict[str, Any]) -> None:
    """Search an image's config; what is new is noted, and beat mails it. Twice does no harm.

    A value that the admins have answered in this repository stays answered, wherever it appears.
    """
    repository = manifest.repository
    found = [(one, _fingerprint(one)) for one in search_config(config)]
    if not found:
        return
    with transaction.atomic():
        known = _known(repository, {fingerprint for _, fingerprint in found})
        rows = [_row(manifest, one, fingerprint, known) for one, fingerprint in found]
        SecretFinding.objects.bulk_create(rows, ignore_conflicts=True)
        new = {row.fingerprint: row for row in rows if row.fingerprint not in known}
        if not new:
            return
        activity.note(
            ActivityKind.SECRET_FOUND,
            repository,
            digest=manifest.digest,
            kinds=sorted({row.kind for row in new.values()}),
            number=len(new),
        )


def tell_admins(repository_id: int) -> None:
    """Mail the admins once of what they were not told yet; what is dismissed needs no mail."""
    with transaction.atomic():
        repository = Repository.objects.locked().get(pk=repository_id)
        untold = repository.secret_findings.filter(told_at=None)
        fresh = list(untold.filter(dismissed_at=None).order_by("pk"))
        untold.update(told_at=timezone.now())
        if not fresh or not Repository.objects.live().filter(pk=repository.pk).exists():
            return
        send_after_commit(
            "secret_found",
            to=admins_of(repository),
            repository=repository.name,
            is_public=repository.visibility == Visibility.PUBLIC,
            findings=list({one.fingerprint: one for one in fresh}.values())[:20],
            number=len({one.fingerprint for one in fresh}),
        )


def refuse_publication(repository: Repository) -> None:
    """Raise SecretsInTheWay where the namespace wants secrets answered before all can pull them."""
    if not repository.namespace.refuses_public_secrets:
        return
    number = open_secrets(repository)
    if number:
        message = ngettext(
            "%(repository)s has a secret that was found in its images: answer it on its page Secrets, "
            "then make the repository public",
            "%(repository)s has %(number)s secrets that were found in its images: answer them on its "
            "page Secrets, then make the repository public",
            number,
        ) % {"repository": repository, "number": number}
        raise SecretsInTheWay(message)


def open_secrets(repository: Repository) -> int:
    """Return how many different credentials were found that nobody has answered."""
    unanswered = repository.secret_findings.filter(dismissed_at=None)
    return unanswered.values("fingerprint").distinct().count()


def dismiss_secret(
    repository: Repository, fingerprint: str, *, by: Principal, dismissal: Dismissal
) -> int:
    """Answer one credential, wherever in the repository it stands; return in how many places.

    Raises Denied.
    """
    _check(repository, by)
    answer = {
        "dismissed_at": timezone.now(),
        "dismissed_by": by.user,
        "dismissal": dismissal.value,
    }
    return _answer(repository, fingerprint, AuditAction.SECRET_DISMISSED, by, answer)


def reopen_secret(repository: Repository, fingerprint: str, *, by: Principal) -> int:
    """Take an answer back; return of how many places. Raises Denied."""
    _check(repository, by)
    answer = {"dismissed_at": None, "dismissed_by": None, "dismissal": ""}
    return _answer(repository, fingerprint, AuditAction.SECRET_REOPENED, by, answer)


def _answer(
    repository: Repository,
    fingerprint: str,
    action: AuditAction,
    by: Principal,
    answer: dict[str, Any],
) -> int:
    with transaction.atomic():
        same = SecretFinding.objects.filter(repository=repository, fingerprint=fingerprint)
        is_open = action == AuditAction.SECRET_DISMISSED
        changed = same.filter(dismissed_at__isnull=is_open)
        kinds = sorted(set(changed.values_list("kind", flat=True)))
        number = changed.update(**answer)
        if number:
            record(
                action,
                by=by,
                namespace=repository.namespace,
                target=repository.name,
                secret=", ".join(kinds),
                answer=answer["dismissal"],
                places=number,
            )
    return number


def _row(
    manifest: Manifest, found: Found, fingerprint: str, known: dict[str, SecretFinding | None]
) -> SecretFinding:
    answered = known.get(fingerprint)
    return SecretFinding(
        repository_id=manifest.repository_id,
        manifest=manifest,
        kind=found.secret.kind,
        place=found.place,
        excerpt=found.secret.excerpt,
        fingerprint=fingerprint,
        told_at=timezone.now() if fingerprint in known else None,
        dismissed_at=answered.dismissed_at if answered else None,
        dismissed_by_id=answered.dismissed_by_id if answered else None,
        dismissal=answered.dismissal if answered else "",
    )


def _known(repository: Repository, fingerprints: set[str]) -> dict[str, SecretFinding | None]:
    """Return those that stand in the repository already; with the answer, where one was given."""
    before = SecretFinding.objects.filter(repository=repository, fingerprint__in=fingerprints)
    answered = before.filter(~Q(dismissed_at=None)).order_by("dismissed_at")
    unanswered = set(before.filter(dismissed_at=None).values_list("fingerprint", flat=True))
    answers: dict[str, SecretFinding | None] = {one.fingerprint: one for one in answered}
    return answers | dict.fromkeys(unanswered)


def _fingerprint(found: Found) -> str:
    value = found.secret.value.encode("utf-8", "surrogatepass")  # JSON can have half a character
    return salted_hmac("index.secret_check", value, algorithm="sha256").hexdigest()


def _check(repository: Repository, by: Principal) -> None:
    if not allowed_actions(by, repository).may_administer:
        message = gettext("'%(name)s' may not answer for %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
