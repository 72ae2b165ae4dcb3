"""Settings, from the environment only. docs/operating.md lists them; a wrong value is answered with the fix."""

import re
from pathlib import Path
from zoneinfo import available_timezones

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from nib_tracker.drf import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401 - settings
from nib_tracker.env import boolean, env, setting

BASE_DIR = Path(__file__).resolve().parent.parent

# --- who we are, and how safe ---------------------------------------------------------------------------------

DEBUG = boolean("DEBUG", default=False)
SECRET_KEY = setting(
    env.str,
    "SECRET_KEY",
    fix="Set it to 50 or more random characters, for example: "
    "python -c 'import secrets; print(secrets.token_urlsafe(50))'. `make run` makes one by itself.",
)
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is too short. Set it to 50 or more random characters.")

ALLOWED_HOSTS = setting(
    env.list, "ALLOWED_HOSTS", default=["localhost", "127.0.0.1"], fix="Set it to host names, separated by commas."
)
CSRF_TRUSTED_ORIGINS = setting(
    env.list,
    "CSRF_TRUSTED_ORIGINS",
    default=[],
    fix="Set it to addresses with https://, separated by commas.",
)
HTTPS = boolean("HTTPS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- parts ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "nib_tracker.apps.Wiring",
    "agencies.apps.AgenciesConfig",
    "targets.apps.TargetsConfig",
    "reports.apps.ReportsConfig",
    "agencies.apps.OperatorAdminConfig",  # django.contrib.admin, entered by capability
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # adds random bytes against guessing secrets by length
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "nib_tracker.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "nib_tracker.middleware.SessionLimits",
    "nib_tracker.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "nib_tracker.middleware.SecondFactorRequired",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "nib_tracker.urls"
WSGI_APPLICATION = "nib_tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- data -------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": setting(
        env.db_url,
        "DATABASE_URL",
        fix="Set it to postgresql://user:password@host:5432/name. `make run` starts its own server and sets it.",
    )
}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host:5432/name.")
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = setting(
    env.str,
    "REDIS_URL",
    fix="Set it to redis://:password@host:6379/0. `make run` starts its own server and sets it.",
)
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured(f"REDIS_URL has the value {REDIS_URL!r}. Set it to redis://:password@host:6379/0.")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "nib"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# a publish that finds the broker gone must not hold up the accept that is already committed: the sweep repairs it
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "reports.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "heartbeat": {"task": "reports.tasks.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
    "open_windows": {"task": "reports.tasks.open_windows", "schedule": 60.0, "options": {"expires": 60}},
    "webhooks": {"task": "reports.tasks.webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "remind": {"task": "reports.tasks.remind", "schedule": 300.0, "options": {"expires": 300}},
    "check_ledger": {
        "task": "reports.tasks.check_ledger_nightly",
        "schedule": crontab(hour=2, minute=30),  # of CELERY_TIMEZONE
        "options": {"expires": 4 * 3600},
    },
}

# --- people -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "nib_tracker.accounts.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["email", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # at sign-in; a changed address counts only once its link was opened
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
# an office sits behind one address: what one address may do is wide, what one account may do is narrow
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/15m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = setting(
    env.int,
    "TRUSTED_PROXIES",
    default=0,
    fix="Set it to the number of proxies in front of the web server that add to X-Forwarded-For: 0, 1, 2.",
)
if ALLAUTH_TRUSTED_PROXY_COUNT < 0:
    raise ImproperlyConfigured(f"TRUSTED_PROXIES has the value {ALLAUTH_TRUSTED_PROXY_COUNT}. Set it to 0, 1 or 2.")
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

# a session ends after this long without a request that a person made, and SESSION_COOKIE_AGE after signing in
SESSION_IDLE_MINUTES = setting(
    env.int, "SESSION_IDLE_MINUTES", default=30, fix="Set it to a number of minutes, for example 30."
)
if not 1 <= SESSION_IDLE_MINUTES <= SESSION_COOKIE_AGE // 60:
    raise ImproperlyConfigured(
        f"SESSION_IDLE_MINUTES has the value {SESSION_IDLE_MINUTES}. "
        f"Set it to a number of minutes from 1 to {SESSION_COOKIE_AGE // 60}."
    )

MFA_ADAPTER = "nib_tracker.accounts.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "nib_tracker"
MFA_TOTP_TOLERANCE = 1  # 30 s either way: office clocks and telephones differ
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up alone, so that nobody can squat on an address

OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = (
    env.str(name, default="") for name in ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
)
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
if len({bool(OIDC_SERVER_URL), bool(OIDC_CLIENT_ID), bool(OIDC_CLIENT_SECRET)}) == 2:
    raise ImproperlyConfigured(
        "OIDC_SERVER_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together. Set all three, or none of them."
    )
if OIDC_SERVER_URL and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", OIDC_SERVER_URL):
    raise ImproperlyConfigured(
        f"OIDC_SERVER_URL has the value {OIDC_SERVER_URL!r}. Set it to the issuer's address, https://host/path."
    )
SOCIALACCOUNT_ADAPTER = "nib_tracker.accounts.KnownOnly"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}  # the one app: nib_tracker.accounts
if OIDC_SERVER_URL:  # browsers apply form-action to where a form's answer leads, too
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("/".join(OIDC_SERVER_URL.split("/", 3)[:3]))

SAMPLE_PASSWORD_FILE = Path(
    env.str("SAMPLE_PASSWORD_FILE", default=str(BASE_DIR / "var" / "secrets" / "sample_password"))
)

# --- API --------------------------------------------------------------------------------------------------------

API_CALLS_A_MINUTE = setting(
    env.int, "API_CALLS_A_MINUTE", default=600, fix="Set it to how often one system may call in a minute, such as 600."
)
if API_CALLS_A_MINUTE < 1:
    raise ImproperlyConfigured(f"API_CALLS_A_MINUTE has the value {API_CALLS_A_MINUTE}. Set it to 1 or more: 600.")
API_MAX_BODY = 16 * 1024 * 1024  # bytes of JSON or CSV; 10,000 full rows have a few million
# a central identity service whose tokens (client credentials) are taken besides keys
API_OAUTH_ISSUER, API_OAUTH_AUDIENCE, API_OAUTH_KEYS = (
    env.str(name, default="") for name in ("API_OAUTH_ISSUER", "API_OAUTH_AUDIENCE", "API_OAUTH_KEYS")
)
if len({bool(API_OAUTH_ISSUER), bool(API_OAUTH_AUDIENCE), bool(API_OAUTH_KEYS)}) == 2:
    raise ImproperlyConfigured(
        "API_OAUTH_ISSUER, API_OAUTH_AUDIENCE and API_OAUTH_KEYS belong together. Set all three, or none of them."
    )
if API_OAUTH_KEYS and not re.fullmatch(r"https?://[^\s]+", API_OAUTH_KEYS):
    raise ImproperlyConfigured(
        f"API_OAUTH_KEYS has the value {API_OAUTH_KEYS!r}. Set it to the address of the service's JWKS, https://…"
    )
# whether webhooks may go to private addresses and to this machine, and over plain HTTP
WEBHOOKS_ALLOW_PRIVATE = boolean("WEBHOOKS_ALLOW_PRIVATE", default=False)

# --- mail -------------------------------------------------------------------------------------------------------

# under which address people reach the product: links in e-mails start with it
SITE_URL = setting(env.str, "SITE_URL", default="http://127.0.0.1:8000", fix="Set it to https://host.").rstrip("/")
if not re.fullmatch(r"https?://[^/\s?#]+", SITE_URL):
    raise ImproperlyConfigured(f"SITE_URL has the value {SITE_URL!r}. Set it to https://host, without a path.")
MAIL = setting(
    env.email_url,
    "EMAIL_URL",
    default="consolemail://",
    fix="Set it to smtp+tls://user:password@host:587, smtp+ssl://… or smtp://host:25.",
)
if MAIL["EMAIL_BACKEND"] is None or (MAIL["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and not MAIL["EMAIL_HOST"]):
    raise ImproperlyConfigured("EMAIL_URL cannot be used. Set it to smtp+tls://user:password@host:587.")
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="") or MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"] or "localhost", MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"] or "", MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.get("EMAIL_USE_TLS", False), MAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = MAIL.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="nib_tracker@localhost")

# --- words, time, files -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = setting(env.str, "TIME_ZONE", default="Asia/Shanghai", fix="Set it to a name such as Asia/Shanghai.")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE has the value {TIME_ZONE!r}. Set it to a name such as Asia/Shanghai.")
USE_TZ = True

# evidence and uploaded workbooks; never below a folder that a web server shows
MEDIA_ROOT = env.path("FILES_ROOT", default=str(BASE_DIR / "var" / "files"))()
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# of one request with files; limits of single files are in reports/rules/evidence.py. Above 2.5 MB a file is on disk
MAX_UPLOAD_BODY = 25 * 1024 * 1024  # bytes
FILE_UPLOAD_HANDLERS = [
    "nib_tracker.uploads.BoundedBody",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))()
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "nib_tracker.finders.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOG_LEVEL = setting(env.str, "LOG_LEVEL", default="INFO", fix="Set it to DEBUG, INFO, WARNING or ERROR.").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL has the value {LOG_LEVEL!r}. Set it to DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "nib_tracker.logs.Line", "fmt": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
