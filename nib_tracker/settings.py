"""Settings, from the environment only. docs/operating.md lists them; a wrong value is answered with the fix."""

from pathlib import Path
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

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
    "rest_framework",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "nib_tracker.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "nib_tracker.accounts.InvitedOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
SAMPLE_PASSWORD_FILE = Path(
    env.str("SAMPLE_PASSWORD_FILE", default=str(BASE_DIR / "var" / "secrets" / "sample_password"))
)
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")

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
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
