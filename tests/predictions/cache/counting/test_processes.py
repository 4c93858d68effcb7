"""Counts of real processes: several at once, one that ends, one that forks."""

from __future__ import annotations

import os
import subprocess
import sys
from time import time
from typing import Any

from django.core.cache import caches

from predictions.cache.counting import Counts, Layer, Outcome, read

PREPARE = """
import os, sys, django
django.setup()
from django.conf import settings
config = settings.CACHES["predictions"]
config["LOCATION"] = os.environ["COUNT_TO"]
# Here is no database that knows of purges.
config["OPTIONS"]["CONNECTION_POOL_KWARGS"].pop("redis_connect_func", None)
from predictions.cache import counting
from predictions.cache.counting import Layer, Outcome, flushing
flushing.FLUSH_SECONDS = 3600.0 if "at-exit" in sys.argv else 0.05
def hit(n=1):
    counting.count(Layer.PREDICTION, Outcome.HIT, "en.1", 0.001, n)
"""


def python(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    location = caches["predictions"]._server  # type: ignore[attr-defined]
    environment = {**os.environ, "COUNT_TO": location, "DJANGO_SETTINGS_MODULE": "predictor_site.settings"}
    return subprocess.Popen([sys.executable, "-c", PREPARE + script, *arguments], env=environment)


def hits() -> int:
    counts: Counts = read(5, time())
    return counts.total(Layer.PREDICTION)[Outcome.HIT]


def test_processes_are_summed_and_flush_at_their_exit(empty_cache: Any) -> None:
    processes = [python(f"counting.start(); hit({number})", "at-exit") for number in (1, 10)]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert hits() == 11


def test_a_command_flushes_when_it_says_so(empty_cache: Any) -> None:
    assert python("hit(2); assert counting.flush(); hit(5); os._exit(0)").wait(60) == 0

    assert hits() == 2


def test_a_forked_child_counts_nothing_twice_and_flushes_by_itself(empty_cache: Any) -> None:
    script = """
import time
counting.start()
hit(1)
child = os.fork()
if child == 0:
    # Its parent's thread does not run here; nor does atexit.
    hit(10)
    assert flushing._flusher._thread.is_alive()
    deadline = time.monotonic() + 20
    while counting.read(5, time.time()).total(Layer.PREDICTION)[Outcome.HIT] < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
hit(100)
"""
    assert python(script).wait(60) == 0

    assert hits() == 111


def test_a_worker_that_multiprocessing_forked_flushes_at_its_exit(empty_cache: Any) -> None:
    """As those of granian are on Linux: such a process runs nothing that was registered with atexit."""
    script = """
import multiprocessing
def serve():
    counting.start()
    hit(7)
worker = multiprocessing.get_context("fork").Process(target=serve)
worker.start()
worker.join()
assert worker.exitcode == 0
"""
    assert python(script, "at-exit").wait(60) == 0

    assert hits() == 7


def test_a_child_forked_in_the_midst_of_a_count_can_count(empty_cache: Any) -> None:
    script = """
collector = flushing._flusher.collector
with collector._lock, flushing._flusher._turn:
    child = os.fork()
    if child == 0:
        hit(3)
        assert counting.flush()
        os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    process = python(script)

    assert process.wait(60) == 0
    assert hits() == 3
