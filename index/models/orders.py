"""Orders of repositories, of which the indexes are made and by which the lists go."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# Written out, without parameters: indexes have it in the same words.
IS_ARCHIVED = models.Func(
    "mode",
    template="CASE WHEN %(expressions)s = 'archived' THEN 1 ELSE 0 END",
    output_field=models.IntegerField(),
)
# So that an index has the order: SQLite takes no NULLS LAST in one.
_IS_EMPTY = models.Func(
    "last_pushed_at",
    template="CASE WHEN %(expressions)s IS NULL THEN 1 ELSE 0 END",
    output_field=models.IntegerField(),
)
LATEST_FIRST = (_IS_EMPTY, F("last_pushed_at").desc(), "name")
# What everybody's lists show: each stops at the first few that its index has.
LISTED = Q(state="active", last_pushed_at__isnull=False)
