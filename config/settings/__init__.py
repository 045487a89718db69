"""Every setting, in sections, each read from the environment; docs/settings.md explains them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django_stubs_ext

from config.env import (
    env_ci_issuers,
    env_email,
    env_indexes,
    env_list,
    env_networks,
    env_number,
    env_secret,
    env_text,
)
from config.in_force import in_force

# Sections with files of their own.
from config.settings.audit import *
from config.settings.databases import *
from config.settings.observing import *
from config.settings.people import *
from config.settings.pulls import *
from config.settings.redis import *
from config.settings.rest_api import *
from config.settings.search import *
from config.settings.single_sign_on import *
from config.settings.site import *
from config.settings.timetable import *

django_stubs_ext.monkeypatch()

# --- Tokens and gateway -----------------------------------------------------------------------

# One service for all registries behind the gateway: clients keep the first challenge per host.
SERVICE = env_text("WAYBILL_SERVICE", PUBLIC_HOST)
ISSUER = env_text("WAYBILL_ISSUER", PUBLIC_HOST)
KEYS_DIR = Path(env_text("WAYBILL_KEYS_DIR", str(VAR_DIR / "keys")))
TOKEN_LIFETIME = 300  # seconds; clients take anything under 60 for 60
REFRESH_TOKEN_LIFETIME_DAYS = 90
REFRESH_TOKEN_IDLE_DAYS = 30
GATEWAY_SECRET = env_secret("WAYBILL_GATEWAY_SECRET")
DENIALS_DAYS = env_number("WAYBILL_DENIALS_DAYS", 14)  # how long who was denied what is kept
RECONCILE_HOURS = env_number(
    "WAYBILL_RECONCILE_HOURS", 24, least=0
)  # between two walks; 0 is never
TRASH_DAYS = env_number(
    "WAYBILL_TRASH_DAYS", 7, least=0
)  # how long what is deleted can be had back

# --- Trusted publishing -------------------------------------------------------------------------

# Whose ID tokens CI jobs may exchange, exactly as their `iss` says, and what kind of forge it is.
CI_ISSUERS = env_ci_issuers(
    "WAYBILL_CI_ISSUERS",
    "github:https://token.actions.githubusercontent.com,gitlab:https://gitlab.com",
)
# Private networks that requests of ours to addresses from outside may reach nevertheless.
OUTGOING_NETWORKS = env_networks("WAYBILL_OUTGOING_NETWORKS")
STORAGE_HOSTS = frozenset(host.lower() for host in env_list("WAYBILL_STORAGE_HOSTS"))

# --- Search -----------------------------------------------------------------------------------

# Whose public images the search page shows beside ours: what people type is sent there.
OTHER_INDEXES = env_indexes("WAYBILL_OTHER_INDEXES")

# --- Django -----------------------------------------------------------------------------------

SECRET_KEY = env_secret("WAYBILL_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = [PUBLIC_HOSTNAME, *env_list("WAYBILL_EXTRA_HOSTS")]
if PUBLIC_HOSTNAME == "127.0.0.1":
    ALLOWED_HOSTS.append("localhost")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
# Each in its own words, as the switch shows them; what each needs is in docs/translations.md.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
SITE_ID = None

INSTALLED_APPS = [
    "config",
    "accounts",
    "index",
    "search",
    "tokenauth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    # Not AdminConfig: other apps' admin modules, which show secrets, are not looked for.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

SESSION_ENGINE = "accounts.sessions"
MIDDLEWARE = [
    "config.metrics.requests.count_requests",
    "config.middleware.gateway_trust",
    "config.request_id.request_id",
    "config.middleware.request_origin",
    "config.protocol_errors.protocol_errors",
    "config.middleware.security_headers",
    "config.style_sheet.CompressedPages",
    "config.style_sheet.inlined_style",
    "config.language.page_language",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.maintenance.maintenance_gate",
    "config.middleware.input_gate",
    "accounts.web.fragments.WholePages",
    "config.overload.LoginDeadline",
    "accounts.web.own_writes.own_writes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.language.account_language",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.moved.FollowRenames",
    "accounts.command_line_requests.give_back",
    "accounts.web.session_activity.session_activity",
    "accounts.web.second_factor.second_factor_gate",
]

if OTLP_URL:
    MIDDLEWARE.insert(0, "config.spans.name_span")

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
            "builtins": [
                "config.quick_translation",
                "index.web.templatetags",
                "index.web.copy_tags",
                "index.web.number_tags",
                "index.web.pull_tags",
                "index.web.time_tags",
                "index.web.watch_tags",
                "accounts.web.manage_tags",
                "accounts.web.organizations.team_tags",
                "index.web.flow_tags",
                "config.style_sheet",
            ],
        },
    }
]

FORM_RENDERER = "config.form_renderer.QuickWidgets"

# --- Mail ---------------------------------------------------------------------------------------

_email = env_email("WAYBILL_EMAIL_URL", f"folder://{VAR_DIR / 'mail'}")
globals().update(_email)
# Mail on a page holds reset links: for a machine of one's own only.
MAIL_PAGE_FOLDER: str | None = _email.get("EMAIL_FILE_PATH") if IS_OWN_MACHINE else None
DEFAULT_FROM_EMAIL = env_text("WAYBILL_MAIL_FROM", f"Waybill <waybill@{PUBLIC_HOSTNAME}>")

# --- Web security -------------------------------------------------------------------------------

_cookie_prefix = "__Host-" if IS_HTTPS else f"waybill_{PUBLIC_PORT}_"
SESSION_COOKIE_NAME = f"{_cookie_prefix}session"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrf"
WRITTEN_COOKIE_NAME = f"{_cookie_prefix}written"
MFA_TRUST_COOKIE_NAME = f"{_cookie_prefix}trusted"
MFA_TRUST_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The gateway answers plain http with a redirect where it holds the certificate; XFrameOptions
# is sent by our own header middleware.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W008"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.BundledStaticFilesStorage"},
}

# --- What was read --------------------------------------------------------------------------------

# Name, value, whether it was set, whether it is a secret: for the page of administrators.
IN_FORCE = in_force()

# --- Logging ------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "not_readiness": {"()": "config.logging.NotReadiness"},
        "with_request": {"()": "config.request_id.WithRequest"},
    },
    "formatters": {
        "line": {"format": "%(levelname)s %(name)s%(request_number)s %(message)s"},
        "json": {"()": "config.logging.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["not_readiness", "with_request"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "celery.app.trace": {"level": "WARNING"},  # a line per task would bury everything else
        "celery.worker.strategy": {"level": "WARNING"},
        # Anybody can cause these; a line with a traceback for each would bury the rest.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "opensearch": {"level": "ERROR"},  # a line per request; what matters is said by us
        "opensearchpy.trace": {"level": "ERROR"},  # with all that is searched for
        "django.request": {"level": "ERROR"},  # a 401 is how every docker pull begins
    },
}
