"""The service's own WSGI application, under observation: every response names its worker, and the estimator writes down
each of its calls and can be held or slowed down.

OBSERVED names the folder. The estimator appends a line to `calls` (process id, number of matches), then waits for as
long as somebody else has locked `hold`, and for the seconds in `slow`; then it appends a line to `ended` (process id,
begin and end by the clock that all processes share).
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from predictions.ml.estimator import OutcomeClassifier
from predictor_site.wsgi import application as service

_folder = Path(os.environ["OBSERVED"])
_predict_proba = OutcomeClassifier.predict_proba


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The service, saying in the header X-Worker which process answers."""

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("X-Worker", str(os.getpid()))], *rest)

    answer: Iterable[bytes] = service(environ, start)
    return answer


def _observed(self: OutcomeClassifier, rows: Any) -> Any:
    begun = time.monotonic()
    _write("calls", f"{os.getpid()} {len(rows)}")
    with (_folder / "hold").open("a") as hold:
        fcntl.flock(hold, fcntl.LOCK_SH)
    with contextlib.suppress(FileNotFoundError):
        time.sleep(float((_folder / "slow").read_text()))
    answer = _predict_proba(self, rows)
    _write("ended", f"{os.getpid()} {begun} {time.monotonic()}")
    return answer


def _write(name: str, line: str) -> None:
    # One write of so few bytes to the end of a file: no two lines mix.
    with (_folder / name).open("a") as file:
        file.write(line + "\n")


OutcomeClassifier.predict_proba = _observed  # type: ignore[assignment, method-assign]
