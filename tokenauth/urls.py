"""Doors of the token service; with and without slash, for a redirect would lose a POST's body."""

from __future__ import annotations

from django.urls import path

from tokenauth import views

urlpatterns = [
    path("token", views.token, name="token"),
    path("token/", views.token),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
