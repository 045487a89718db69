"""Widgets of forms: Django's own templates, after those of ours in templates/django/forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django.forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property

_OF_DJANGO = Path(django.forms.__file__).parent / "templates"


class OwnFirst(DjangoTemplates):
    """Looks among ours first."""

    @cached_property
    def engine(self) -> Any:
        """Return what finds the templates; without the tags and the context of pages."""
        found = {"NAME": "forms", "APP_DIRS": True, "OPTIONS": {}}
        return self.backend(found | {"DIRS": [settings.BASE_DIR / "templates", _OF_DJANGO]})
