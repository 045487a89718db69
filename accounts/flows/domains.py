"""Domains that an organization proves to be its own: claim, check, lose, give up.

A TXT record is the proof, and it is looked for again every day. Name servers are asked before a
transaction begins, never inside one and never while a page is shown.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.dns_records import NoAnswer, txt_records
from accounts.domain_names import CHALLENGE_LABEL, check_domain_name
from accounts.errors import DomainRefused
from accounts.flows.memberships import owners_of
from accounts.limits import DOMAIN_CHECKS
from accounts.mails import send_after_commit
from accounts.models import Organization, OrganizationDomain
from accounts.organization_policy import check_owner
from accounts.principals import ANONYMOUS, Principal
from accounts.ratelimits import spend

MOST_DOMAINS = 20
MISSED_CHECKS_UNTIL_LOST = 3  # daily ones: a weekend's mistake costs no badge
CHECK_AGAIN_AFTER = timedelta(days=1)
CLAIM_IS_TRIED_FOR = timedelta(days=7)


def record_name(domain: OrganizationDomain) -> str:
    """Return the name of the TXT record that proves it."""
    return f"{CHALLENGE_LABEL}.{domain.name}"


def record_text(domain: OrganizationDomain) -> str:
    """Return what the TXT record says; of no use to another organization."""
    return f"waybill-domain-verification={domain.challenge}"


def claim_domain(organization: Organization, *, by: Principal, name: str) -> OrganizationDomain:
    """Note the claim, with a challenge of its own. Raises NotAllowed or DomainRefused."""
    check_domain_name(name)
    try:
        with transaction.atomic():
            locked = Organization.objects.select_for_update().get(pk=organization.pk)
            check_owner(by, locked)
            if locked.domains.count() >= MOST_DOMAINS:
                message = _(
                    "An organization has at most %(most_domains)s domains. Remove one first."
                ) % {"most_domains": MOST_DOMAINS}
                raise DomainRefused(message)
            domain = OrganizationDomain.objects.create(
                organization=locked, name=name, challenge=secrets.token_hex(16)
            )
            _record(AuditAction.DOMAIN_CLAIMED, domain, by=by)
    except IntegrityError as error:
        message = _("%(name)s is in the list already.") % {"name": name}
        raise DomainRefused(message) from error
    return domain


def remove_domain(domain: OrganizationDomain, *, by: Principal) -> None:
    """Give it up, and the badge with it. Raises NotAllowed."""
    with transaction.atomic():
        check_owner(by, domain.organization)
        _record(AuditAction.DOMAIN_REMOVED, domain, by=by)
        domain.delete()


def check_now(domain: OrganizationDomain, *, by: Principal) -> None:
    """Look for the record because an owner asks. Raises NotAllowed, LimitReached, DomainRefused."""
    check_owner(by, domain.organization)
    spend(DOMAIN_CHECKS, str(domain.organization_id), what=_("checks of domains"))
    try:
        is_there = _is_proven(domain)
    except NoAnswer as error:
        message = _("No name server answered. Try again in a few minutes.")
        raise DomainRefused(message) from error
    if not is_there:  # counts for nothing: impatience must not cost a badge
        message = _(
            "There is no such record at %(domain)s yet. New records take minutes, "
            "sometimes hours, to be seen everywhere."
        ) % {"domain": record_name(domain)}
        raise DomainRefused(message)
    note_check(domain, is_there=True, by=by)


def check_due(domain: OrganizationDomain) -> None:
    """Look for the record because its time has come; silence of name servers counts for nothing."""
    try:
        is_there = _is_proven(domain)
    except NoAnswer:
        OrganizationDomain.objects.filter(pk=domain.pk).update(checked_at=timezone.now())
        return
    try:
        note_check(domain, is_there=is_there, by=ANONYMOUS)
    except DomainRefused:
        OrganizationDomain.objects.filter(pk=domain.pk).update(checked_at=timezone.now())


def note_check(domain: OrganizationDomain, *, is_there: bool, by: Principal) -> None:
    """Give or take the badge. Raises DomainRefused if another organization has it."""
    try:
        with transaction.atomic():
            current = OrganizationDomain.objects.select_for_update().filter(pk=domain.pk).first()
            if current is None or current.organization.deleted_at:
                return
            current.checked_at = timezone.now()
            if is_there:
                _note_present(current, by=by)
            elif current.verified_at:
                _note_missing(current, by=by)
            current.save()
    except IntegrityError as error:
        message = _(
            "Another organization has proven %(name)s. Its badge ends once its record "
            "has been gone for three days; remove that record if the domain is yours."
        ) % {"name": domain.name}
        raise DomainRefused(message) from error
    domain.refresh_from_db()


def _is_proven(domain: OrganizationDomain) -> bool:
    return record_text(domain) in txt_records(record_name(domain))


def _note_present(domain: OrganizationDomain, *, by: Principal) -> None:
    domain.missed_checks = 0
    if domain.verified_at is None:
        domain.verified_at = timezone.now()
        _record(AuditAction.DOMAIN_VERIFIED, domain, by=by)


def _note_missing(domain: OrganizationDomain, *, by: Principal) -> None:
    domain.missed_checks += 1
    if domain.missed_checks < MISSED_CHECKS_UNTIL_LOST:
        return
    domain.verified_at, domain.missed_checks = None, 0
    _record(AuditAction.DOMAIN_LOST, domain, by=by)
    send_after_commit(
        "domain_lost",
        to=owners_of(domain.organization),
        organization=domain.organization.name,
        domain=domain.name,
    )


def _record(action: AuditAction, domain: OrganizationDomain, *, by: Principal) -> None:
    record(action, by=by, namespace=domain.organization.namespace, target=domain.name)
