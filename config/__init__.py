"""The settings package: wires the apps together, holds no product logic."""

from __future__ import annotations

from config.celery import app as celery_app

__all__ = ["celery_app"]  # so that shared tasks find the broker in every process
