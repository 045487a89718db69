"""Register registries, change them, drain and retire them, and renew what they sign in with.

`by` is an administrator; None is whoever may run commands on this machine.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import AuditAction
from accounts.opaque_tokens import digest_of, make_opaque_token
from accounts.principals import Principal
from index.errors import RegistryInUse, RegistryRefused
from index.flows.operate import check_operator, record_by_operator
from index.key_formats import agreed_key_format
from index.models import (
    KeyFormat,
    MoveState,
    Registry,
    RegistryState,
    Repository,
    RepositoryState,
    Stage,
    Writers,
)
from index.models.move import COPYING_MOVES
from index.moves.retiring import end_without, moves_in_need_of
from index.registry_settings import (
    CHECKED_HERE,
    RegistrySettings,
    check_service,
    check_upstream_url,
)

_SECRET_PREFIX = "wbe"  # noqa: S105 - what such a secret begins with


def add_registry(
    name: str, *, to_be: RegistrySettings, by: Principal | None
) -> tuple[Registry, str]:
    """Create a registry; return it with its events secret, which is shown this once.

    Raises Denied, RegistryRefused or RegistryInUse.
    """
    _check_administrator(by)
    secret = make_events_secret()
    registry = Registry(name=name, events_secret_digest=digest_of(secret))
    try:
        with transaction.atomic():
            _apply(registry, to_be)
            registry.save(force_insert=True)
            url = registry.upstream_url
            record_by_operator(AuditAction.REGISTRY_ADDED, name, by=by, upstream_url=url)
    except IntegrityError as error:
        message = _("There is a registry %(name)s already.") % {"name": name}
        raise RegistryInUse(message, field="name") from error
    return registry, secret


def change_registry(registry: Registry, *, to_be: RegistrySettings, by: Principal | None) -> None:
    """Change what it is; its name stays. Raises Denied or RegistryRefused."""
    _check_administrator(by)
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        fields = ("upstream_url", "service", "stage", "writers", "needs_approval")
        before = {field: getattr(locked, field) for field in fields}
        _apply(locked, to_be)
        locked.save()
        changed = {
            field: str(getattr(locked, field))
            for field in fields
            if getattr(locked, field) != before[field]
        }
        record_by_operator(AuditAction.REGISTRY_CHANGED, locked.name, by=by, **changed)
    registry.refresh_from_db()


def renew_events_secret(registry: Registry, *, by: Principal | None) -> str:
    """Return a new secret, shown this once; the one of until now holds beside it (F12).

    Raises Denied.
    """
    _check_administrator(by)
    secret = make_events_secret()
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        locked.previous_events_secret_digest = locked.events_secret_digest
        locked.events_secret_digest = digest_of(secret)
        locked.save(update_fields=["events_secret_digest", "previous_events_secret_digest"])
        record_by_operator(AuditAction.REGISTRY_SECRET_RENEWED, locked.name, by=by)
    registry.refresh_from_db()
    return secret


def end_previous_secret(registry: Registry, *, by: Principal | None) -> None:
    """Let the secret of before hold no more: the registry has the new one. Raises Denied."""
    _check_administrator(by)
    with transaction.atomic():
        Registry.objects.filter(pk=registry.pk).update(previous_events_secret_digest="")
        record_by_operator(AuditAction.REGISTRY_SECRET_ENDED, registry.name, by=by)
    registry.refresh_from_db()


def drain_registry(registry: Registry, *, by: Principal | None) -> None:
    """Give it nothing new from now on; what it keeps is served as before. Raises Denied."""
    _change_state(registry, RegistryState.DRAINING, by, AuditAction.REGISTRY_DRAINED)


def use_registry(registry: Registry, *, by: Principal | None) -> None:
    """Use it again. One that was retired needs a new events secret. Raises Denied."""
    _change_state(registry, RegistryState.IN_USE, by, AuditAction.REGISTRY_USED)


def retire_registry(registry: Registry, *, by: Principal | None) -> int:
    """Ask it nothing and believe it nothing any more. Raises Denied, or RegistryInUse with a reason.

    Returns how many old copies there are given up. It must have been draining: a repository that is being created at this moment was placed before.
    """
    _check_administrator(by)
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        reasons = retirement_obstacles(locked)
        if reasons:
            message = _("%(locked)s cannot be retired: %(reasons)s.") % {
                "locked": locked,
                "reasons": "; ".join(reasons),
            }
            raise RegistryInUse(message)
        locked.state = RegistryState.RETIRED
        locked.events_secret_digest = locked.previous_events_secret_digest = ""
        locked.collects_on_day = None
        locked.save()
        given_up = end_without(locked)
        record_by_operator(
            AuditAction.REGISTRY_RETIRED, locked.name, by=by, copies_given_up=given_up
        )
    registry.refresh_from_db()
    return given_up


def retirement_obstacles(registry: Registry) -> list[str]:
    """Return in words why it cannot be retired; [] if it can."""
    reasons = []
    if registry.state != RegistryState.DRAINING:
        reasons.append(_("drain it first"))
    kept = Repository.objects.filter(registry=registry).exclude(state=RepositoryState.DELETED)
    if count := kept.count():
        reasons.append(
            ngettext("it keeps %(count)s repository", "it keeps %(count)s repositories", count)
            % {"count": count}
        )
    in_need = set(moves_in_need_of(registry).values_list("state", flat=True))
    if in_need & {*COPYING_MOVES}:
        reasons.append(_("a move from or to it is not finished"))
    if MoveState.FLIPPED in in_need:
        reasons.append(
            _(
                "for twenty minutes after the last repository has moved from it, pushes that "
                "come late are looked for there"
            )
        )
    rules = registry.placement_rules.order_by("pattern").values_list("pattern", flat=True)
    if rules:
        reasons.append(_("placement rules name it (%(rules)s)") % {"rules": ", ".join(rules[:3])})
    return reasons


@transaction.atomic
def register_registry(
    name: str,
    *,
    upstream_url: str,
    events_secret: str,
    service: str = "",
    key_format: KeyFormat | None = None,
) -> Registry:
    """Create or update a registry at the command line; without a service it shares the gateway's.

    A new events secret leaves the previous one valid (F12). Raises RegistryRefused.
    """
    found = Registry.objects.select_for_update().filter(name=name).first()
    registry = found or Registry(name=name)
    digest = digest_of(events_secret)
    if registry.events_secret_digest != digest:
        registry.previous_events_secret_digest = registry.events_secret_digest
        registry.events_secret_digest = digest
    to_be = RegistrySettings(
        upstream_url,
        service,
        key_format,
        Stage(registry.stage),
        Writers(registry.writers),
        registry.needs_approval,
        registry.description,
    )
    _apply(registry, to_be)
    registry.save()
    return registry


def change_stage(
    registry: Registry, *, stage: Stage, writers: Writers, needs_approval: bool
) -> None:
    """Say how far on the way to release its content is, and who may write there, from now on.

    `needs_approval`: whether a promotion into it waits for a second person.

    Nothing that lies there is touched, and no role changes: what a role may write does.
    """
    registry.stage, registry.writers = stage, writers
    registry.needs_approval = needs_approval
    registry.save(update_fields=["stage", "writers", "needs_approval"])


def make_events_secret() -> str:
    """Return what a registry signs in with to notify us."""
    return make_opaque_token(_SECRET_PREFIX).value


def _apply(registry: Registry, to_be: RegistrySettings) -> None:
    check_upstream_url(to_be.upstream_url)
    check_service(to_be.service)
    registry.upstream_url = to_be.upstream_url
    registry.service = to_be.service or settings.SERVICE
    registry.stage, registry.writers = to_be.stage, to_be.writers
    registry.needs_approval, registry.description = to_be.needs_approval, to_be.description
    try:
        registry.key_format = agreed_key_format(registry, wanted=to_be.key_format)
        registry.clean_fields(exclude=CHECKED_HERE)
    except ValidationError as error:
        field = next(iter(error.message_dict)) if hasattr(error, "error_dict") else "key_format"
        raise RegistryRefused(" ".join(error.messages), field=field) from error


def _change_state(
    registry: Registry, state: RegistryState, by: Principal | None, action: AuditAction
) -> None:
    _check_administrator(by)
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        if locked.state != state:
            locked.state = state
            locked.save(update_fields=["state"])
            record_by_operator(action, locked.name, by=by)
    registry.refresh_from_db()


def _check_administrator(by: Principal | None) -> None:
    check_operator(by, "registries")
