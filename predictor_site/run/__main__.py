"""The supervisor behind `make run`: prepares, serves until asked to end, and then stops all that it started."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from predictor_site import env
from predictor_site.embedded.process import ChildProcess, StartError, die_with_parent
from predictor_site.embedded.signals import Signals
from predictor_site.embedded.valkey import ValkeyServer
from predictor_site.run import state
from predictor_site.run.address import Address
from predictor_site.run.errors import RunError
from predictor_site.run.progress import step
from predictor_site.run.supervisor import Service, keep_running
from predictor_site.run.web import WebServer

# How long the web server's first answer may take, in seconds: two workers import scikit-learn on a slow machine.
FIRST_ANSWER = 90.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to end. Returns 0 then, and 1 after one line that says why it could not."""
    options = _parse(arguments)
    try:
        with Signals() as signals:
            if options.die_with_parent:
                die_with_parent(options.die_with_parent, signal.SIGTERM)
            return _serve(demo=options.demo, signals=signals)
    except (RunError, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m predictor_site.run",
        description="Serve Predictor with all it needs. HOST, PORT, DATABASE_URL, REDIS_URL, SECRET_KEY and STATE_DIR "
        "are read from the environment.",
        epilog="Example: PORT=8001 python -m predictor_site.run --no-demo",
    )
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="serve the database as it is")
    parser.add_argument("--die-with-parent", type=int, metavar="PID", help="end when this parent process does (Linux)")
    return parser.parse_args(arguments)


def _serve(*, demo: bool, signals: Signals) -> int:
    """Each thing started is stopped in the opposite order, however this ends."""
    address = Address.from_environment()
    address.check_free()
    directory = env.state_directory()
    services: list[Service] = []
    with state.held(directory, url=address.url), contextlib.ExitStack() as running:
        if not os.environ.get("SECRET_KEY"):
            state.ensure_secret_key(env.secret_key_file())
        if env.embedded_valkey():
            running.enter_context(state.private_folder(env.embedded_redis_socket().parent))
            valkey = ValkeyServer(folder=directory, socket=env.embedded_redis_socket())
            with step("Starting Valkey"):
                valkey.start()
            running.callback(valkey.stop)
            services.append(valkey)
        if code := _prepare(directory, demo=demo, signals=signals):
            return code
        web = WebServer(address=address, folder=directory)
        running.callback(web.stop)
        services.append(web)
        if not signals:
            with step("Starting the web server"):
                web.start()
                lack = _first_answer(web, signals)
            _announce(web, lack)
        keep_running(services, signals)
        _say("\nStopping.")
    return 0


def _prepare(directory: Path, *, demo: bool, signals: Signals) -> int:
    """Bring database and cache up to date in a process of its own. Returns its exit code, after it has said why."""
    command = [sys.executable, "-m", "predictor_site.run.preparation", *([] if demo else ["--no-demo"])]
    preparation = ChildProcess(command, pidfile=directory / "preparation.pid")
    try:
        while (code := preparation.poll()) is None and not signals:
            signals.wait()
    finally:
        preparation.stop()
    if code is not None and code < 0:
        raise RunError(f"The preparation was killed by {signal.Signals(-code).name}. Is there enough memory?")
    return code or 0


def _first_answer(web: WebServer, signals: Signals) -> str:
    """Wait for it. Returns what the service says it lacks, "" when nothing. Raises RunError when there is no answer."""
    deadline = time.monotonic() + FIRST_ANSWER
    while not signals:
        if not web.running():
            raise RunError("The web server could not start. What it said is above.")
        if (lack := web.readiness()) is not None:
            return lack
        if time.monotonic() > deadline:
            raise RunError(f"The web server gave no answer for {FIRST_ANSWER:.0f} s.")
        signals.wait(0.1)
    return ""


def _announce(web: WebServer, lack: str) -> None:
    if lack:
        _say(f"\nNot everything is ready: {lack}")
    _say(f"\nPredictor serves {web.address.url}/ — Ctrl-C stops it.\nTry: curl -i '{web.example()}'")


def _say(text: str) -> None:
    """Tell whoever still listens: the terminal may be gone."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
