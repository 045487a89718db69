"""`manage.py compile_catalogues`: make what runs of what translators write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.catalogues import compile_catalogue, read_catalogue


class Command(BaseCommand):
    """Compile each catalogue beside itself; the gettext programs are not needed."""

    help = "Compile the catalogues of translations: locale/*/LC_MESSAGES/django.po to .mo."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own type

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile and say how much is missing."""
        for folder in settings.LOCALE_PATHS:
            for path in sorted(Path(folder).glob("*/LC_MESSAGES/django.po")):
                entries = read_catalogue(path)
                missing = sum(not one.is_complete for one in entries)
                path.with_suffix(".mo").write_bytes(compile_catalogue(entries))
                self.stdout.write(f"{path.parts[-3]}: {len(entries) - 1} texts, {missing} missing")
