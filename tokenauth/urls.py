"""Doors of the token service; with and without slash, for a redirect would lose a POST's body."""

from __future__ import annotations

from django.urls import path

from tokenauth import leaks, views

urlpatterns = [
    path("token", views.token, name="token"),
    path("token/", views.token),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
    path("api/v1/leaked-tokens", leaks.LeakedTokens.as_view(), name="api-leaked-tokens"),
]
