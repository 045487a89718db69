"""How tokens for a service name their key: one way for all registries that share the service."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from index.models import KeyFormat, Registry


def key_format_of(service: str) -> KeyFormat:
    """Return the format that its registries go by; x5c where there is none."""
    found = Registry.objects.filter(service=service).values_list("key_format", flat=True).first()
    return KeyFormat(found or KeyFormat.X5C)


def agreed_key_format(registry: Registry, *, wanted: KeyFormat | None) -> KeyFormat:
    """Return the format for a registry: what the others of its service have.

    Call it inside the transaction that saves the registry. Raises ValidationError where another one
    is wanted.
    """
    others = Registry.objects.select_for_update().filter(service=registry.service)
    other = others.exclude(name=registry.name).first()
    if other is None:
        return wanted or KeyFormat(registry.key_format)
    if wanted and wanted != other.key_format:
        message = (
            f"{registry.name} shares the service {registry.service} with {other.name}, so both get"
            f" the same tokens, and {other.name} goes by {other.key_format}. Give {registry.name} a"
            f" --service of its own, or change both: registries key-format {wanted} --service"
            f" {registry.service}."
        )
        raise ValidationError(message)
    return KeyFormat(other.key_format)


def change_key_format(service: str, key_format: KeyFormat) -> list[Registry]:
    """Name keys differently for all registries of a service, from the next token on.

    Raises ValidationError for a service that no registry has.
    """
    with transaction.atomic():
        registries = list(
            Registry.objects.select_for_update().filter(service=service).order_by("name")
        )
        if not registries:
            message = f"No registry has the service {service}."
            raise ValidationError(message)
        for registry in registries:
            registry.key_format = key_format
            registry.save(update_fields=["key_format"])
    return registries
