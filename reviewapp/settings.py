"""One settings file. Everything that differs between places comes from the environment and fails loudly when it is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from reviewapp import database, environment
from reviewapp.web.staticfiles import file_headers

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.path("REVIEWAPP_DATA", BASE_DIR / "var")
DEBUG = environment.flag("REVIEWAPP_DEBUG")
SECRET_KEY = environment.secret("REVIEWAPP_SECRET_KEY", DATA_DIR / "secret_key")

# Where people reach the server. An https address switches on everything that only makes sense there.
PUBLIC_URL = environment.origin("REVIEWAPP_URL", "http://127.0.0.1:8000")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    str(urlsplit(PUBLIC_URL).hostname),
    "localhost",
    "127.0.0.1",
    "[::1]",
    *environment.words("REVIEWAPP_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "axes",
    "reviewapp.web",
    "reviewapp.audit",
    "reviewapp.work",
    "reviewapp.accounts",
    "reviewapp.upstreams",
    "reviewapp.documents",
    "reviewapp.results",
    "reviewapp.intake",
    "reviewapp.review",
    "reviewapp.delivery",
    "reviewapp.inspection",
    "reviewapp.api",
    "reviewapp.ops",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "reviewapp.web.middleware.Edge",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reviewapp.web.middleware.Person",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reviewapp.web.form_pages.FormPages",
    "reviewapp.web.middleware.Guarded",
    "reviewapp.accounts.middleware.OwnPassword",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "reviewapp.urls"
WSGI_APPLICATION = "reviewapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reviewapp.web.context.frame",
            ]
        },
    }
]

# -- The database. No ATOMIC_REQUESTS: an IMMEDIATE transaction would lock the database for every page that is read.
database.use_bundled_sqlite()
SQLITE_VERSION = database.linked_sqlite()
DATABASE_URL = environment.text("REVIEWAPP_DATABASE_URL")
if DATABASE_URL:
    try:
        default_database = database.postgres(
            DATABASE_URL,
            lock_timeout=environment.number("REVIEWAPP_PG_LOCK_TIMEOUT_MS", 10_000),
            statement_timeout=environment.number("REVIEWAPP_PG_STATEMENT_TIMEOUT_MS", 60_000),
            idle_timeout=environment.number("REVIEWAPP_PG_IDLE_TIMEOUT_MS", 30_000),
            max_age=environment.number("REVIEWAPP_PG_CONN_MAX_AGE_S", 60),
        )
    except database.BadDatabase as error:
        raise ImproperlyConfigured(f"REVIEWAPP_DATABASE_URL: {error}") from error
else:
    default_database = database.sqlite(DATA_DIR / "reviewapp.sqlite3", version=SQLITE_VERSION)
DATABASES = {"default": default_database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Who
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "reviewapp.accounts.views.sign_in.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# -- Sessions, cookies, headers
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The prefix makes a browser refuse the cookie from a neighbour's subdomain or without TLS.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "reviewapp.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_SSL_REDIRECT = False  # the proxy in front does that; gunicorn believes its X-Forwarded-Proto
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "script-src-attr": [NONE],
        "style-src": [SELF],
        "style-src-attr": [NONE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# -- What may come in
DATA_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024  # a payload of 20 MB and what stands around it
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a document of a thousand fields is one form
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
API_REQUESTS_PER_MINUTE = environment.number("REVIEWAPP_API_REQUESTS_PER_MINUTE", 600, least=1)

# -- How long another server may take, in seconds: for one question, and for one document.
UPSTREAM_SECONDS = environment.number("REVIEWAPP_UPSTREAM_SECONDS", 30, least=1)
UPSTREAM_FILE_SECONDS = environment.number("REVIEWAPP_UPSTREAM_FILE_SECONDS", 300, least=1)

# -- What the browser loads
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "reviewapp.web.staticfiles.ModuleManifestStorage"
    },
}
WHITENOISE_ADD_HEADERS_FUNCTION = file_headers
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

FORM_RENDERER = "reviewapp.web.fields.House"

# -- Words and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "reviewapp" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# -- Logs: one stream, one line an event, nothing secret
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "reviewapp.ops.redaction.RedactingFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("REVIEWAPP_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "httpx": {"level": "WARNING"},  # it writes whole addresses at INFO
        "httpcore": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
