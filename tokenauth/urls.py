"""Doors of the token service but for `/token` itself, which has a lane (`config.lanes`)."""

from __future__ import annotations

from django.urls import path

from tokenauth import leaks
from tokenauth.jwks import jwks

urlpatterns = [
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("api/v1/leaked-tokens", leaks.LeakedTokens.as_view(), name="api-leaked-tokens"),
]
