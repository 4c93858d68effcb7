"""Django settings: everything that differs between machines comes from the environment (env.py)."""

from predictor_site import env
from rest.addresses import API

DEBUG = env.debug()
SECRET_KEY, SECRET_KEY_FALLBACKS = env.secret_keys()
ALLOWED_HOSTS = env.allowed_hosts()
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins()
CSRF_FAILURE_VIEW = "rest.handlers.csrf_failure"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "access",
    "matches",
    "predictions",
    "pages",
]

MIDDLEWARE = [
    "rest.keeping.keeping",
    "rest.redirects.redirects",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rest.compression.compression",
    "corsheaders.middleware.CorsMiddleware",
    "rest.guard.guard",
    "rest.conditional.conditional",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rest.slashes.CommonMiddleware",
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

# Everything goes to stderr. Django's default would send errors by mail alone while DEBUG is off.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"level": "WARNING", "handlers": [], "propagate": True}},
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
# Straight from the packages: there is no collectstatic to forget.
WHITENOISE_USE_FINDERS = True

# Behind a proxy that ends TLS and says so in X-Forwarded-Proto.
if env.https():
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Whoever probes the process itself speaks plain HTTP to it.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

UNFOLD = {
    "SITE_TITLE": "Predictor",
    "SITE_HEADER": "Predictor",
    "SITE_SYMBOL": "sports_soccer",
    "SHOW_VIEW_ON_SITE": False,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["access.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": "rest.renderers.RENDERERS",
    "DEFAULT_PARSER_CLASSES": ["rest.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rest.negotiation.Negotiation",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "rest.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "rest.schema.ResourceSchema",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Predictor",
    "DESCRIPTION": (
        "Football matches, and what is to be expected of them. Reading is open; writing needs a key with the "
        "permission. Errors are problem documents (RFC 9457). docs/api.md begins with examples."
    ),
    "VERSION": "1",
    "LICENSE": {"name": "MIT"},
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "TAGS": [
        {"name": "predictions", "description": "What is to be expected of a match."},
        {"name": "matches", "description": "Fixtures and results."},
        {"name": "leagues", "description": "Leagues and their tables."},
        {"name": "teams", "description": "Teams, with ratings and form."},
        {"name": "head-to-head", "description": "How two teams fared against each other."},
        {"name": "models", "description": "Which model predicts, and how good it has turned out to be."},
        {"name": "operation", "description": "For whatever runs, watches and describes the service."},
    ],
    "PATH_CONVERTER_OVERRIDES": {
        "int": {"type": "integer", "minimum": 0},
        "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
        "league": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,32}$"},
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "MatchStatus": "matches.models.Match.Status",
        "ModelStatus": "predictions.models.TrainedModel.Status",
    },
    # From the package that comes with it: nothing is fetched from elsewhere.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# The largest body that the API reads, in bytes: many times what 500 ids take.
LARGEST_BODY = 256 * 1024

# Which web pages elsewhere may read the API, and write with a key. There are no cookies to be misused.
CORS_ALLOW_ALL_ORIGINS = "*" in env.cors_origins()
CORS_ALLOWED_ORIGINS = [origin for origin in env.cors_origins() if origin != "*"]
# Where there are none, no answer need say that it depends on the origin.
CORS_URLS_REGEX = rf"^{API}" if env.cors_origins() else r"(?!)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "PATCH", "POST"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "if-match", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    *("Age", "Allow", "Cache-Status", "Content-Disposition", "Content-Location", "ETag", "Link", "Location"),
    *("Retry-After", "WWW-Authenticate"),
]

# How long things may be believed, in seconds. A prediction's own time to live is its league's `cache_ttl`; past it, it
# is served for the grace while it is made anew, but never past kickoff.
FEATURES_TTL = 900
ABSENCE_TTL = 60
STALE_GRACE = env.stale_grace()
HTTP_MAX_AGE = 60
# And how much longer it may be served while it is asked for again, or while nobody answers; all of it ends by kickoff.
HTTP_STALE_WHILE_REVALIDATE = 30
HTTP_STALE_IF_ERROR = 600
# How many absences a process keeps a minute at the most.
ABSENCES_PER_MINUTE = 1000

# How long who computes is waited for by other processes before one takes over, and how long a caller waits in all.
LEASE_SECONDS = 3.0
WAIT_SECONDS = 5.0
# In each process. Both together are fewer than its threads, so that some are always left for what is cached.
MOST_COMPUTATIONS = env.most_computations()
MOST_WAITERS = env.most_waiters()

# How many predictions a minute may be computed for one consumer, and behind which proxies its address is looked for.
RATE_PER_ADDRESS = env.rate_per_address()
RATE_PER_KEY = env.rate_per_key()
TRUSTED_PROXIES = env.trusted_proxies()

# After so many failures in a row Redis is left alone, and tried again after so many seconds.
BREAKER_FAILURES = 3
BREAKER_SECONDS = 1.0

# How often a process looks for purges that Redis has missed, and how long they are kept for a server that comes back
# with old data: longer than any entry lives.
DRAIN_SECONDS = 0.5
OUTBOX_RETENTION = 15 * 24 * 3600

# Where the artefacts of trained models are kept: in this folder, or in the database. And after how many seconds a model
# that could not be loaded is tried again.
MODEL_STORAGE = env.model_storage()
MODEL_DIRECTORY = env.model_directory()
MODEL_RETRY_SECONDS = 2.0

# Where the publishers of results keep their files, for `import_matches --download`.
FOOTBALL_DATA_URL = "https://www.football-data.co.uk/mmz4281"
OPENFOOTBALL_URL = "https://raw.githubusercontent.com/openfootball/football.json/master"
