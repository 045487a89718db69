"""Doors of the registry protocol that Waybill answers itself."""

from __future__ import annotations

from django.urls import path

from index.gateway import catalog, views

urlpatterns = [
    path("v2", views.version_check),
    path("v2/", views.version_check, name="gateway-version"),
    path("v2/_catalog", catalog.catalog, name="gateway-catalog"),
]
