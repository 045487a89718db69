"""The door for registries' notifications."""

from __future__ import annotations

from django.urls import path

from index.events import views

urlpatterns = [path("events/<slug:registry_name>", views.receive, name="events")]
