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

from trueup.config.document_keys import make_certificate, make_key

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
# Documents are signed with it: files in PEM, the certificate first, then those above it.
_DOCUMENT_KEY = os.environ.get("TRUEUP_DOCUMENT_KEY", "")
_DOCUMENT_CERTIFICATE = os.environ.get("TRUEUP_DOCUMENT_CERTIFICATE", "")
TRUEUP_DOCUMENT_KEY = (
    Path(_DOCUMENT_KEY).read_text(encoding="ascii")
    if _DOCUMENT_KEY
    else _kept("document-key.pem", make_key)
)
TRUEUP_DOCUMENT_CERTIFICATE = (
    Path(_DOCUMENT_CERTIFICATE).read_text(encoding="ascii")
    if _DOCUMENT_CERTIFICATE
    else _kept(
        "document-certificate.pem",
        lambda: make_certificate(TRUEUP_DOCUMENT_KEY, name="Trueup registry documents"),
    )
)
# A folder with further fonts, for scripts that ours have no letters of.
TRUEUP_FONTS_DIR = os.environ.get("TRUEUP_FONTS_DIR", "")
# Where people reach the registry: documents say to check them there.
TRUEUP_ADDRESS = os.environ.get("TRUEUP_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
# A place to practise: the demonstration's books, watermarks, mail that stays inside.
TRUEUP_SANDBOX = os.environ.get("TRUEUP_SANDBOX", "0") == "1"
# The hour, in the program's zone, at which its books are made anew every day; and how many
# days before the transfer deadline they begin (empty: after the settlement, no clock moved).
TRUEUP_SANDBOX_HOUR = int(os.environ.get("TRUEUP_SANDBOX_HOUR", "3"))
_SANDBOX_DAYS = os.environ.get("TRUEUP_SANDBOX_DAYS", "")
TRUEUP_SANDBOX_DAYS = int(_SANDBOX_DAYS) if _SANDBOX_DAYS else None
ALLOWED_HOSTS = os.environ.get("TRUEUP_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "trueup.audit",
    "trueup.identity",
    "trueup.officials",
    "trueup.tasks",
    "trueup.signing",
    "trueup.support",
    "trueup.state_plans",
    "trueup.ledger",
    "trueup.accounts",
    "trueup.emissions",
    "trueup.resources",
    "trueup.transfers",
    "trueup.allocation",
    "trueup.set_asides",
    "trueup.state_accounts",
    "trueup.auctions",
    "trueup.compliance",
    "trueup.assurance",
    "trueup.disclosure",
    "trueup.documents",
    "trueup.desk",
    "trueup.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_cotton",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    # First come those that add headers, so that errors and problems have them as well.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "trueup.web.authentication.middleware.BrowserFeatures",
    "trueup.api.middleware.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "trueup.web.language.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "trueup.web.announcing.Maintenance",
    "trueup.web.authentication.middleware.SessionLimits",
    "trueup.web.authentication.middleware.SecondFactor",
    "trueup.web.refusals.KeepRefusals",
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
                "trueup.web.help_topics.context",
                "trueup.web.announcing.context",
                "trueup.web.authentication.frame.context",
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
        options = "-c jit=off -c plan_cache_mode=force_generic_plan"
        # Where books of practice are made before they take the others' place.
        if schema := os.environ.get("TRUEUP_DATABASE_SCHEMA"):
            options += f" -c search_path={schema}"
        database.setdefault("OPTIONS", {})["options"] = options
    return database


DATABASES = {"default": _database()}

# The default one is shared by all processes, because limits on attempts are counted in it.
# Charts are kept by what they show, so a chart is drawn once for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "charts": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "charts"),
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# Work that takes longer than a page may: done by the worker beside the server, in order.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# The program whose state is the home page, the installation's look, and what the strip
# on top of each page says: demonstration, government or none.
TRUEUP_PROGRAM = os.environ.get("TRUEUP_PROGRAM", "cpp-mass")
TRUEUP_THEME = os.environ.get("TRUEUP_THEME", "")
TRUEUP_BANNER = os.environ.get("TRUEUP_BANNER", "demonstration")
# More than this share of what an account holds, in percent, is warned of before it leaves.
TRUEUP_UNUSUAL_SHARE_PERCENT = int(os.environ.get("TRUEUP_UNUSUAL_SHARE_PERCENT", "50"))
# How old the sums on the program's pages may be before they are made anew; 0: never old.
TRUEUP_STATE_SECONDS = int(os.environ.get("TRUEUP_STATE_SECONDS", "60"))
# For how long a process keeps the list of announcements; 0: it is read for each page.
TRUEUP_ANNOUNCEMENT_SECONDS = int(os.environ.get("TRUEUP_ANNOUNCEMENT_SECONDS", "15"))

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "America/New_York"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "you"
LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "trueup.web.authentication.passwords.GuessablePasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # PLAT-014: the link lives for 60 minutes.

# Sign-in: a user name or an e-mail address that was verified by a code. What is on screen
# is the same whether an address is known or not.
ACCOUNT_ADAPTER = "trueup.web.authentication.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "trueup.web.authentication.forms.NameForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Per address, and per user: `10/m/ip` is ten a minute from one address.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "trueup.web.authentication.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_TOTP_TOLERANCE = 1  # A step of 30 seconds to either side, for clocks that are off.
MFA_FORMS = {
    "authenticate": "trueup.web.authentication.forms.AuthenticateForm",
    "reauthenticate": "trueup.web.authentication.forms.ReauthenticateForm",
    "activate_totp": "trueup.web.authentication.forms.ActivateTotpForm",
}

# OpenID Connect for officials, off unless an issuer is named.
SOCIALACCOUNT_ADAPTER = "trueup.web.authentication.adapters.OfficialsAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = False
TRUEUP_OIDC_ISSUER = os.environ.get("TRUEUP_OIDC_ISSUER", "")
TRUEUP_OIDC_NAME = os.environ.get("TRUEUP_OIDC_NAME", "your agency")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "agency",
                "name": TRUEUP_OIDC_NAME,
                "client_id": os.environ.get("TRUEUP_OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("TRUEUP_OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": TRUEUP_OIDC_ISSUER},
            }
        ]
        if TRUEUP_OIDC_ISSUER
        else [],
    }
}

EMAIL_BACKEND = os.environ.get(
    "TRUEUP_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend"
)
if TRUEUP_SANDBOX:  # Whatever is set: mail of a place to practise never leaves it.
    EMAIL_BACKEND = "trueup.demonstration.practice_mail.PracticeMail"
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
        # Sending a form to sign in ends, after a redirection, at the issuer.
        "form-action": ["'self'", *([TRUEUP_OIDC_ISSUER] if TRUEUP_OIDC_ISSUER else [])],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A session ends with the browser, after minutes without a request, and after hours anyway.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = int(os.environ.get("TRUEUP_SESSION_HOURS", "12")) * 3600
TRUEUP_IDLE_SECONDS = int(os.environ.get("TRUEUP_IDLE_MINUTES", "30")) * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# TRUEUP_HTTPS=1: a proxy ends TLS before us and says so in X-Forwarded-Proto, which it
# must always set itself; otherwise a caller could claim it.
BEHIND_HTTPS = os.environ.get("TRUEUP_HTTPS", "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
# How many proxies of ours stand in front: so many of the last addresses in X-Forwarded-For
# are theirs, and a caller can have made up the others.
ALLAUTH_TRUSTED_PROXY_COUNT = int(
    os.environ.get("TRUEUP_TRUSTED_PROXIES", "1" if BEHIND_HTTPS else "0")
)
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("TRUEUP_TRUSTED_ORIGINS", "").split(",") if origin
]
