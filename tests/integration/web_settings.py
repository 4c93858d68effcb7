"""The settings of a web server under test: the service's own, and what the test sets in TEST_SETTINGS as JSON."""

import json
import os

from predictor_site.settings import *  # noqa: F403

globals().update(json.loads(os.environ.get("TEST_SETTINGS", "{}")))
