"""Where we are: the address that people use and the folder for what we keep."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from config.env import env_text

BASE_DIR: Path = Path(__file__).resolve().parents[2]
PUBLIC_URL: str = env_text("WAYBILL_PUBLIC_URL").rstrip("/")
_public = urlsplit(PUBLIC_URL)
PUBLIC_HOST: str = _public.netloc  # what people type before the repository name
PUBLIC_HOSTNAME = _public.hostname or ""
PUBLIC_PORT = _public.port or 80
IS_HTTPS = _public.scheme == "https"
IS_OWN_MACHINE = PUBLIC_HOSTNAME in {"127.0.0.1", "::1", "localhost"}
VAR_DIR = Path(env_text("WAYBILL_VAR", str(BASE_DIR / "var")))
