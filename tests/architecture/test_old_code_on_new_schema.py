"""The schema of this release only adds to that of the one before, whose code runs on it for a while (L16)."""

from __future__ import annotations

import pytest
from django.db.migrations.state import ModelState
from django.db.models import Field

from tests.architecture.earlier_schema import EARLIER, earlier_state, present_state

THEN = {key: model for key, model in earlier_state().models.items() if key[0] in EARLIER}
NOW = present_state().models


def test_every_table_is_there_still() -> None:
    assert {key: table_of(model) for key, model in THEN.items()} == {
        key: table_of(NOW[key]) for key in THEN if key in NOW
    }


@pytest.mark.parametrize("key", sorted(THEN), ids=".".join)
def test_each_column_takes_what_it_took(key: tuple[str, str]) -> None:
    now = NOW[key].fields
    wrong = [
        name
        for name, field in THEN[key].fields.items()
        if name not in now or not takes_as_much(now[name], field)
    ]
    assert wrong == []


@pytest.mark.parametrize("key", sorted(THEN), ids=".".join)
def test_each_new_column_may_be_left_out(key: tuple[str, str]) -> None:
    """Old code does not name it: the database has to know what to put there."""
    new = NOW[key].fields.keys() - THEN[key].fields.keys()
    needed = [name for name in new if not may_be_left_out(NOW[key].fields[name])]
    assert needed == []


@pytest.mark.parametrize("key", sorted(THEN), ids=".".join)
def test_no_table_has_a_constraint_that_old_code_does_not_know(key: tuple[str, str]) -> None:
    known = THEN[key].options.get("constraints", [])
    assert [one for one in NOW[key].options.get("constraints", []) if one not in known] == []


def table_of(model: ModelState) -> str:
    return str(model.options.get("db_table") or f"{model.app_label}_{model.name_lower}")


def takes_as_much(now: Field[object, object], then: Field[object, object]) -> bool:
    """Whether whatever could be written then can be written now, in the same column."""
    is_same = (now.db_column, kind(now)) == (then.db_column, kind(then))
    is_as_long = now.max_length is None or (then.max_length or 0) <= now.max_length
    is_as_free = (now.null or not then.null) and (then.unique or not now.unique)
    return is_same and is_as_long and is_as_free and (has_default(now) or not has_default(then))


def kind(field: Field[object, object]) -> str:
    return field.get_internal_type()


def may_be_left_out(field: Field[object, object]) -> bool:
    return field.null or field.many_to_many or has_default(field)


def has_default(field: Field[object, object]) -> bool:
    return field.has_db_default()
