"""Register registries and say what they keep."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.opaque_tokens import digest_of
from index.key_formats import agreed_key_format
from index.models import KeyFormat, PlacementRule, Registry, Stage, Writers
from index.names import parse_repository_name


@transaction.atomic
def register_registry(
    name: str,
    *,
    upstream_url: str,
    events_secret: str,
    service: str = "",
    key_format: KeyFormat | None = None,
) -> Registry:
    """Create or update a registry; without a service it shares the gateway's.

    A new events secret leaves the previous one valid (F12). Raises ValidationError.
    """
    registry = Registry.objects.filter(name=name).first() or Registry(name=name)
    digest = digest_of(events_secret)
    if registry.events_secret_digest != digest:
        registry.previous_events_secret_digest = registry.events_secret_digest
        registry.events_secret_digest = digest
    registry.upstream_url = upstream_url
    registry.service = service or settings.SERVICE
    registry.key_format = agreed_key_format(registry, wanted=key_format)
    registry.full_clean(exclude=["upstream_url"])  # URLField refuses hosts without a dot
    registry.save()
    return registry


def change_stage(registry: Registry, *, stage: Stage, writers: Writers) -> None:
    """Say how far on the way to release its content is, and who may write there, from now on.

    Nothing that lies there is touched, and no role changes: what a role may write does.
    """
    registry.stage, registry.writers = stage, writers
    registry.save(update_fields=["stage", "writers"])


def place(pattern: str, *, on: Registry) -> PlacementRule:
    """Say which registry keeps the names that match: a name, `namespace/*` or `*`.

    Holds for repositories created from now on. Raises ValidationError.
    """
    if pattern != "*":
        base = pattern.removesuffix("/*")
        try:
            if base != "library":
                parse_repository_name(base)
        except Exception as error:
            message = f"{pattern} is neither a repository name nor namespace/* nor *"
            raise ValidationError(message) from error
    with transaction.atomic():
        rule, _ = PlacementRule.objects.update_or_create(pattern=pattern, defaults={"registry": on})
    return rule
