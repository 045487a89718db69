#!/usr/bin/env python
"""Django's entry point."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.stack_room import with_room

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with_room(execute_from_command_line)(sys.argv)
    except ImproperlyConfigured as error:  # a sentence of ours about a setting
        sys.exit(f"Waybill cannot start: {error}")
