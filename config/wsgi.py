"""What the app server serves."""

from __future__ import annotations

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if "pool" in settings.DATABASES:  # for app servers alone: others are few, and need sessions
    settings.DATABASES["default"] = settings.DATABASES.pop("pool")
django = get_wsgi_application()

from accounts import last_use, metrics  # noqa: E402 - models are ready only now
from config import garbage, tracing  # noqa: E402 - the same
from config.lanes import Lanes  # noqa: E402 - the same
from config.stack_room import with_room  # noqa: E402 - the same
from config.start import refuse_without_signing_key  # noqa: E402 - the same
from index import denials  # noqa: E402 - the same

refuse_without_signing_key()
denials.keep_writing()
last_use.keep_writing()
metrics.keep_writing()

import_module(settings.ROOT_URLCONF)  # all code is loaded with it
garbage.begin()

application = with_room(tracing.begin_web(Lanes(django)))
