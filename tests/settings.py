"""The service's own settings, with what must differ under test.

The servers are real: `make test` starts them and names them in DATABASE_URL and REDIS_URL.
"""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ["STATE_DIR"] = tempfile.mkdtemp(prefix="predictor-tests-")

from predictor_site.settings import *  # noqa: F403
from predictor_site.settings import CACHES

# Each parallel worker has a Redis database of its own, as pytest-django gives it a PostgreSQL database of its own.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
for _cache in CACHES.values():
    # In the query, which outweighs a number in the path.
    _cache["LOCATION"] += f"?db={int(_worker) + 1}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
