"""The WSGI application that granian serves."""

import gc
import logging
import multiprocessing
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from predictor_site.embedded.process import die_with_parent
from rest.chunked import with_length
from rest.content_type import with_plain_content_type


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


def _meet_redis() -> None:
    """Have it make up for what it missed before the first request, and not in the middle of a rush of them."""
    from django.core.cache import caches
    from django.db import connections
    from redis.exceptions import RedisError

    try:
        caches["predictions"].get("nothing")
    except RedisError as error:
        logging.getLogger(__name__).warning("Redis can't be had at the start: %s", type(error).__name__)
    finally:
        connections.close_all()


def _collect_less_garbage() -> None:
    """What is loaded by now stays, so that there is no use in looking through it again and again for garbage; nor after
    every 700 objects, of which one batch of predictions makes some hundred thousand."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


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

application = with_length(with_plain_content_type(get_wsgi_application()), most=settings.LARGEST_BODY)

_load_model()
_meet_redis()
_collect_less_garbage()
_start_threads()
