"""Where the service listens, and whether it may. Only the standard library, so that `make run` can look first."""

from __future__ import annotations

import errno
import os
import socket
import sys
from dataclasses import dataclass
from typing import Self

from predictor_site.run.errors import RunError


@dataclass(frozen=True, slots=True)
class Address:
    """A host to listen on and a port."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> Self:
        """HOST and PORT; 127.0.0.1 and 8000 unless set. Raises RunError when PORT is none."""
        text = os.environ.get("PORT") or "8000"
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
            raise RunError(f"PORT={text} is no port. Give a number from 1 to 65535: make run PORT=8000")
        return cls(os.environ.get("HOST") or "127.0.0.1", int(text))

    @property
    def reachable_host(self) -> str:
        """A host under which this machine reaches the service, also when it listens on all of them."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - recognised, not bound

    @property
    def url(self) -> str:
        host = self.reachable_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def check_free(self) -> None:
        """Raises RunError when we could not listen here."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        except OSError:
            raise RunError(f"HOST={self.host} is no address of this machine. Without it, 127.0.0.1 is used.") from None
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            # A port that was closed a moment ago is free. One that is listened on is not, SO_REUSEPORT or no.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
                probe.listen(1)
            except OSError as error:
                raise RunError(self._why_not(error)) from None

    def _why_not(self, error: OSError) -> str:
        other = self.port + 1 if self.port < 65535 else 8000
        if error.errno == errno.EADDRINUSE:
            return f"Port {self.port} is in use. Stop what listens there, or choose another: make run PORT={other}"
        if error.errno == errno.EACCES:
            return f"Port {self.port} needs more rights. Choose one from 1024 on: make run PORT=8000"
        return f"Cannot listen on {self.host} port {self.port}: {error.strerror}."


def main() -> int:
    """Check that the port is free, before anything is installed."""
    try:
        Address.from_environment().check_free()
    except RunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
