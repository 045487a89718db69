"""Many of everything: each row of the tables is copied, with what has to differ made different."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from accounts.models import Membership, Organization, User
from tests.factories import make_member, make_people, new_user

APPS = ("accounts", "index", "account", "mfa", "socialaccount", "usersessions")
_ORIGINALS = 2
# Made by hand below, or never more than one.
_NOT_COPIED = frozenset({"User", "Namespace", "Organization", "Membership"})


def multiply(many: int, *, organization: Organization) -> dict[str, int]:
    """Let there be so many of each thing that there is; return how many copies of each were made."""
    people = make_people(*(new_user(f"crowd{number:02}") for number in range(many)))
    members = [make_member(organization, person) for person in people]
    stand_ins: dict[type[models.Model], list[Any]] = {User: people, Membership: members}
    made = {"User": many, "Membership": many}
    for model in _in_order():
        originals = list(model._default_manager.order_by("pk")[:_ORIGINALS])
        copies = [_copy(one, number, stand_ins) for one in originals for number in range(many)]
        made[model.__name__] = sum(map(_is_saved, copies))
    return made


def _in_order() -> list[type[models.Model]]:
    """Return the models, those that others refer to first."""
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if model.__name__ not in _NOT_COPIED]


def _copy(
    original: models.Model, number: int, stand_ins: dict[type[models.Model], list[Any]]
) -> models.Model:
    """Return an unsaved one that differs wherever two of the same are refused."""
    made = copy.copy(original)
    made._state = copy.copy(original._state)
    made.pk, made._state.adding = None, True
    for field in _differing(type(original)):
        value = getattr(made, field.attname)
        if isinstance(field, models.UUIDField):
            setattr(made, field.attname, uuid.uuid4())
        elif isinstance(field, models.ForeignKey) and field.related_model in stand_ins:
            if value is not None:
                setattr(made, field.name, stand_ins[field.related_model][number])
        elif isinstance(field, models.CharField | models.TextField) and value:
            end = f"{number:02}"
            setattr(made, field.attname, f"{value[: (field.max_length or 200) - len(end)]}{end}")
    return made


def _differing(model: type[models.Model]) -> list[Any]:
    """Return the fields of which two rows may not have the same."""
    meta = model._meta
    names = {field.name for field in meta.concrete_fields if field.unique and not field.primary_key}
    for together in meta.unique_together:
        names |= set(together)
    for constraint in meta.constraints:
        names |= set(getattr(constraint, "fields", ()))
    if isinstance(meta.pk, models.UUIDField):
        names.add(meta.pk.name)
    return [field for field in meta.concrete_fields if field.name in names]


def _is_saved(one: models.Model) -> bool:
    """Save it; not where the tables refuse even so."""
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        return False
    return True
