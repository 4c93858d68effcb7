"""The WSGI application that granian serves."""

import logging
import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from predictor_site.embedded.process import die_with_parent


def _load_model() -> None:
    """Have the model in memory before the first request, which would wait seconds for scikit-learn otherwise."""
    from django.db import DatabaseError, connections

    from predictions.ml.active import NoActiveModel, active_model

    try:
        active_model()
    except (NoActiveModel, DatabaseError) as error:
        logging.getLogger(__name__).warning("No model could be loaded at the start: %s", error)
    finally:
        connections.close_all()


def _start_threads() -> None:
    """What runs beside the requests. Here and not in an app's `ready`, since a command has no use for it."""
    from predictions import drainer
    from predictions.cache import counting

    drainer.start()
    counting.start()


# Under `make run` a worker ends with its master, which granian alone does not see to when the master is killed.
master = multiprocessing.parent_process()
if os.environ.get("DIE_WITH_PARENT") and master is not None and master.pid is not None:
    die_with_parent(master.pid)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "predictor_site.settings")

application = get_wsgi_application()

_load_model()
_start_threads()
