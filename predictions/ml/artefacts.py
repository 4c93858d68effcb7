"""Where the artefacts of trained models are kept, each under the SHA-256 of its content.

In a folder, or in the database, which machines that share no folder share all the same: the setting MODEL_STORAGE. What
is not where it says is looked for in the other place, so changing the setting loses nothing.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from django.conf import settings

from predictions.models.artefact import ModelArtefact


class Unreadable(Exception):
    """No artefact is under this hash, or it can't be had."""


class Store(Protocol):
    def read(self, sha256: str) -> bytes:
        """What is kept under this hash; not checked. Raises Unreadable."""
        ...

    def write(self, sha256: str, content: bytes) -> None:
        """All or nothing: whoever reads meets the whole or none. Raises OSError or django.db.Error."""
        ...

    def delete(self, sha256: str) -> None:
        """Nothing is under this hash afterwards. Raises OSError or django.db.Error."""
        ...


class Directory:
    """Files in MODEL_DIRECTORY."""

    def read(self, sha256: str) -> bytes:
        try:
            return path_of(sha256).read_bytes()
        except OSError as error:
            raise Unreadable(f"{path_of(sha256)} can't be read ({error.strerror})") from error

    def write(self, sha256: str, content: bytes) -> None:
        path = path_of(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                # It holds no secret, and whoever serves may not be the user who trains.
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    def delete(self, sha256: str) -> None:
        path_of(sha256).unlink(missing_ok=True)


class Database:
    """Rows of ModelArtefact."""

    def read(self, sha256: str) -> bytes:
        row = ModelArtefact.objects.filter(pk=sha256).first()
        if row is None:
            raise Unreadable(f"the database holds no artefact {sha256}")
        return bytes(row.content)

    def write(self, sha256: str, content: bytes) -> None:
        ModelArtefact.objects.update_or_create(pk=sha256, defaults={"content": content})

    def delete(self, sha256: str) -> None:
        ModelArtefact.objects.filter(pk=sha256).delete()


STORES: dict[str, Store] = {"directory": Directory(), "database": Database()}


def path_of(sha256: str) -> Path:
    """The file of this artefact, if it is kept as one."""
    return Path(settings.MODEL_DIRECTORY) / f"{sha256}.skops"


def read(sha256: str) -> bytes:
    """The artefact under this hash, wherever it is; not checked. Raises Unreadable, and django.db.Error."""
    chosen = STORES[settings.MODEL_STORAGE]
    try:
        return chosen.read(sha256)
    except Unreadable:
        for other in STORES.values():
            with suppress(Unreadable):
                return other.read(sha256)
        raise


def write(sha256: str, content: bytes) -> None:
    """Keep an artefact where MODEL_STORAGE says. Raises OSError or django.db.Error."""
    STORES[settings.MODEL_STORAGE].write(sha256, content)


def share(sha256: str) -> None:
    """Have the artefact where MODEL_STORAGE says, if it is only elsewhere. Raises as `read` and `write` do."""
    try:
        STORES[settings.MODEL_STORAGE].read(sha256)
    except Unreadable:
        write(sha256, read(sha256))


def delete(sha256: str) -> None:
    """Drop an artefact wherever it is. Raises OSError or django.db.Error."""
    for store in STORES.values():
        store.delete(sha256)
