"""What tokenauth keeps about a person, for the document that everybody can take along."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.own_data import own_data
from tokenauth.models import RefreshToken


@own_data("machines")
def _machines(user: User) -> list[Any]:
    found = RefreshToken.objects.filter(user=user).order_by("pk")
    fields = ("client_id", "user_agent", "address", "created_at", "last_used_at", "revoked_at")
    return list(found.values(*fields, "expires_at"))
