"""What the app server serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

from config.lanes import Lanes  # noqa: E402 - models are ready only now
from config.start import refuse_without_signing_key  # noqa: E402 - the same
from index.denials import keep_writing  # noqa: E402 - the same

refuse_without_signing_key()
keep_writing()

application = Lanes(django)
