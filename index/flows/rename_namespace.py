"""Rename an organization, whole: names change at once, content in registries stays where it is.

Registries know names of their own (`Repository.stored_name`), so nothing is copied and no push or
pull is cut off. The old name stays the organization's: it leads to the new one and nobody gets it.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max, TextField, Value
from django.db.models.functions import Cast, Concat, Length, Substr
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import AuditAction
from accounts.errors import NameInvalid, NameTaken, NotAllowed
from accounts.limits import RENAMES
from accounts.models import Namespace, Organization, PersonalAccessToken
from accounts.names import check_organization_name
from accounts.principals import Principal
from accounts.ratelimits import spend
from index.activity import note_renames
from index.flows.quotas import lock_namespace
from index.models import FormerName, PlacementRule, Repository, RepositoryState
from index.names import MAXIMUM_LENGTH
from index.policy import may_change_namespace


def rename_organization(organization: Organization, *, to: str, by: Principal) -> Namespace:
    """Give the organization, its namespace and its repositories the name; return the namespace.

    A name of its own past is free to it, one of anybody else's is not. Raises NotAllowed,
    LimitReached, NameInvalid, NameReserved or NameTaken.
    """
    check_organization_name(to)
    try:
        with transaction.atomic():
            namespace = lock_namespace(Namespace.objects.get(organization=organization).pk)
            _hold_all_of(namespace)
            _check(namespace, to, by)
            spend(RENAMES, f"organization:{organization.pk}", what="renames")
            _rename(namespace, to, by)
    except IntegrityError as error:  # somebody signed up with it at the same moment
        raise NameTaken(_taken(to)) from error
    organization.name = to
    return namespace


def _hold_all_of(namespace: Namespace) -> None:
    """Hold what is renamed with it: once its name changes, others who hold that wait for us."""
    of_it = Repository.objects.locked().filter(namespace=namespace).order_by("pk")
    list(of_it.values_list("pk"))
    organizations = Organization.objects.select_for_update(of=("self",), no_key=True)
    organizations.get(namespace=namespace)


def _check(namespace: Namespace, to: str, by: Principal) -> None:
    if not may_change_namespace(by, namespace):
        message = _("'%(name)s' may not rename %(namespace)s") % {
            "name": by.name,
            "namespace": namespace,
        }
        raise NotAllowed(message)
    if to == namespace.name:
        message = _("%(to)s is its name already.") % {"to": to}
        raise NameInvalid(message)
    holder = Namespace.objects.filter(name=to).first()
    if holder is not None and holder.redirects_to_id != namespace.pk:
        raise NameTaken(_taken(to))
    kept = Repository.objects.exclude(state=RepositoryState.DELETED)
    # What was given away since the name was its own is no obstacle: its names are nobody else's.
    elsewhere = kept.exclude(namespace=namespace).filter(stored_name__startswith=f"{to}/")
    if holder is None and elsewhere.exists():
        raise NameTaken(_taken(to))
    longest = kept.filter(namespace=namespace).aggregate(found=Max(Length("name")))["found"] or 0
    excess = longest - len(namespace.name) + len(to) - MAXIMUM_LENGTH
    if excess > 0:
        message = _(
            "A repository's name would get %(excess)s characters too long. Choose a shorter name."
        ) % {"excess": excess}
        raise NameInvalid(message)


def _rename(namespace: Namespace, to: str, by: Principal) -> None:
    old = namespace.name
    Namespace.objects.filter(name=to, redirects_to=namespace).delete()
    was_verified = namespace.is_verified
    namespace.name, namespace.is_verified = to, False
    namespace.save(update_fields=["name", "is_verified"])
    if was_verified:  # an administrator has looked at who goes by the old name
        audit.record(AuditAction.NAMESPACE_UNVERIFIED, by=by, namespace=namespace, target=to)
    Namespace.objects.create(name=old, redirects_to=namespace)
    Organization.objects.filter(namespace=namespace).update(name=to)
    _rename_repositories(namespace, old)
    live = Repository.objects.live().filter(namespace=namespace)
    note_renames(live, old=old, new=to, by=by)
    _rename_patterns(old, to)
    audit.record(
        AuditAction.ORGANIZATION_RENAMED, by=by, namespace=namespace, target=to, old_name=old
    )


def _rename_repositories(namespace: Namespace, old: str) -> None:
    """Also those that are being deleted, and names of the past, of what was given away too.

    Tombstones keep what they were called.
    """
    kept = Repository.objects.filter(namespace=namespace).exclude(state=RepositoryState.DELETED)
    renamed = Concat(Value(namespace.name), Substr("name", len(old) + 1))
    kept.update(name=renamed)
    FormerName.objects.filter(name__startswith=f"{old}/").update(name=renamed)


def _rename_patterns(old: str, new: str) -> None:
    """Let tokens and placement rules that name the organization go on to mean what they meant.

    The old name is nobody else's, so nothing gets wider. A rule that an administrator made for the
    new name beforehand wins.
    """
    tokens = PersonalAccessToken.objects.filter(revoked_at=None)
    written = tokens.annotate(text=Cast("patterns", TextField())).filter(text__contains=f'"{old}/')
    for token in written.select_for_update(of=("self",)).order_by("pk"):
        token.patterns = [_renamed(pattern, old, new) for pattern in token.patterns]
        token.save(update_fields=["patterns"])
    for rule in PlacementRule.objects.filter(pattern__startswith=f"{old}/"):
        pattern = _renamed(rule.pattern, old, new)
        if not PlacementRule.objects.filter(pattern=pattern).exists():
            rule.pattern = pattern
            rule.save(update_fields=["pattern"])


def _renamed(pattern: str, old: str, new: str) -> str:
    first, slash, rest = pattern.partition("/")
    return f"{new}{slash}{rest}" if first == old and slash else pattern


def _taken(name: str) -> str:
    return _("The name %(name)s is taken. Choose another one.") % {"name": name}
