"""Django settings: everything that differs between machines comes from the environment (env.py)."""

from pathlib import Path

from predictor_site import env

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.debug()
SECRET_KEY, SECRET_KEY_FALLBACKS = env.secret_keys()
ALLOWED_HOSTS = env.allowed_hosts()
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins()

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "matches",
    "predictions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "predictor_site.urls"
WSGI_APPLICATION = "predictor_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.predictions_cache(), "predictions": env.predictions_cache()}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.state_directory() / "static"

# How long things may be believed, in seconds. A prediction's own time to live is its league's `cache_ttl`.
FEATURES_TTL = 900
ABSENCE_TTL = 60
HTTP_MAX_AGE = 60

# Where trained models are kept, and how often a process asks the database which one is active.
MODEL_DIRECTORY = env.state_directory() / "models"
MODEL_POLL_SECONDS = 2.0
