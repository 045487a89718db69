"""config.settings with quick hashes and everything in memory."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_var = Path(tempfile.mkdtemp(prefix="waybill-tests-"))  # of this process: runs may go side by side
atexit.register(shutil.rmtree, _var, ignore_errors=True)
os.environ |= {
    "WAYBILL_PUBLIC_URL": "http://index.test",
    "WAYBILL_VAR": str(_var),
    "WAYBILL_SECRET_KEY": "test-" * 10,
    "WAYBILL_GATEWAY_SECRET": "gateway-" * 6,
    "WAYBILL_REDIS_URL": "redis://127.0.0.1:1",
}
os.environ.setdefault("WAYBILL_DATABASE_URL", f"sqlite:///{_var}/unused.sqlite3")

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True

if "sqlite3" in str(DATABASES["default"]["ENGINE"]):  # noqa: F405
    # A file and not memory: threads share it, and locks are as in life.
    DATABASES["default"]["TEST"] = {"NAME": _var / "tests.sqlite3"}  # noqa: F405
else:
    # Each process copies what the URL names: in a server of the launcher it has our tables already.
    DATABASES["default"]["TEST"] = {"TEMPLATE": DATABASES["default"]["NAME"]}  # noqa: F405
