"""The Celery app; its timetable and broker are in settings."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("waybill")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _start_worker(**_: Any) -> None:
    from config.start import refuse_without_signing_key  # settings are ready only now

    refuse_without_signing_key()
