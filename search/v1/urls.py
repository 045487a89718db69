"""The door of `docker search` and `podman search`."""

from __future__ import annotations

from django.urls import re_path

from index.v1.door import door
from search.v1 import views

urlpatterns = [re_path(r"\Av1/search/?\Z", door(GET=views.get_search), name="v1-search")]
