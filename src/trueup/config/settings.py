"""Settings, all from environment variables; docs/reference/settings.md lists them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dj_database_url
from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

REPOSITORY_DIR = Path(__file__).resolve().parents[3]
VAR_DIR = Path(os.environ.get("TRUEUP_VAR_DIR", str(REPOSITORY_DIR / "var")))


def _kept(name: str, make: Callable[[], str]) -> str:
    """A key in the var folder, made at the first start; nobody else may read it.

    Several processes may start at once: the first to link its file decides, and no
    process ever reads a file that is not written to its end.
    """
    kept = VAR_DIR / name
    if not kept.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=f"{name}-", dir=VAR_DIR)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, kept)
        Path(draft).unlink()
    return kept.read_text(encoding="ascii")


DEBUG = os.environ.get("TRUEUP_DEBUG", "0") == "1"
SECRET_KEY = os.environ.get("TRUEUP_SECRET_KEY") or _kept("secret-key", get_random_secret_key)
# Scans of identity papers and the secrets of second factors are encrypted with the first;
# all of them decrypt. The secret key is another one, because it is replaced more easily.
TRUEUP_SCAN_KEYS = (
    os.environ.get("TRUEUP_SCAN_KEY") or _kept("scan-key", lambda: Fernet.generate_key().decode())
).split(",")
ALLOWED_HOSTS = os.environ.get("TRUEUP_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "trueup.audit",
    "trueup.identity",
    "trueup.officials",
    "trueup.tasks",
    "trueup.signing",
    "trueup.ledger",
    "trueup.accounts",
    "trueup.emissions",
    "trueup.resources",
    "trueup.transfers",
    "trueup.allocation",
    "trueup.compliance",
    "trueup.disclosure",
    "trueup.desk",
    "trueup.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_cotton",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "trueup.api.middleware.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "trueup.config.urls"
WSGI_APPLICATION = "trueup.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trueup.web.theme.context",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    """SQLite in the var folder, or what DATABASE_URL names.

    SQLite: write-ahead log, every commit on disk before it is answered, and writers
    queue at BEGIN instead of failing at COMMIT.
    """
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'trueup.sqlite3'}"
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
        }
    else:
        # Prepared statements keep one plan, made without a look at the parameters.
        database.setdefault("OPTIONS", {})["options"] = (
            "-c jit=off -c plan_cache_mode=force_generic_plan"
        )
    return database


DATABASES = {"default": _database()}

# Charts are kept by what they show, so a chart is drawn once for all processes.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "charts": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "charts"),
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# The program whose state is the home page, the installation's look, and what the strip
# on top of each page says: demonstration, government or none.
TRUEUP_PROGRAM = os.environ.get("TRUEUP_PROGRAM", "cpp-mass")
TRUEUP_THEME = os.environ.get("TRUEUP_THEME", "")
TRUEUP_BANNER = os.environ.get("TRUEUP_BANNER", "demonstration")
# How old the sums on the program's pages may be before they are made anew; 0: never old.
TRUEUP_STATE_SECONDS = int(os.environ.get("TRUEUP_STATE_SECONDS", "60"))

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

EMAIL_BACKEND = os.environ.get(
    "TRUEUP_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_HOST = os.environ.get("TRUEUP_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("TRUEUP_EMAIL_PORT", "25"))
DEFAULT_FROM_EMAIL = os.environ.get("TRUEUP_EMAIL_FROM", "registry@trueup.example")

# Errors of ours go to standard error with their traceback; answers never show them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "root": {"handlers": ["console"]},
}

CSRF_FAILURE_VIEW = "trueup.web.views.installation.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# TRUEUP_HTTPS=1: a proxy ends TLS before us and says so in X-Forwarded-Proto, which it
# must always set itself; otherwise a caller could claim it.
BEHIND_HTTPS = os.environ.get("TRUEUP_HTTPS", "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("TRUEUP_TRUSTED_ORIGINS", "").split(",") if origin
]
