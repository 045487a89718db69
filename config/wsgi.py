"""What the app server serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

from accounts import last_use  # noqa: E402 - models are ready only now
from config.lanes import Lanes  # noqa: E402 - the same
from config.start import refuse_without_signing_key  # noqa: E402 - the same
from index import denials  # noqa: E402 - the same

refuse_without_signing_key()
denials.keep_writing()
last_use.keep_writing()

application = Lanes(django)
