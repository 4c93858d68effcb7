"""One cached value: a short header and the exact bytes of the body.

Layout, big-endian: magic and schema (4 bytes), kind (1), generation (16), stored at, fresh until, stale until (8 each,
seconds since 1970 as floating point), etag (16), the lengths of league and model (1 each), league, model, body.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b

ABSENCE = b"__NOT_FOUND__"
"""The body of an entry which says that there is no such match."""

GENERATION_SIZE = 16
NO_GENERATION = bytes(GENERATION_SIZE)
"""What an entry carries that is not to be stored, as while Redis is away."""

_MAGIC = b"PRE\x01"
_VALUE, _ABSENCE = b"V", b"A"
_HEADER = struct.Struct(">4sc16sddd16sBB")


class CorruptEntry(ValueError):
    """Bytes that are no entry of this schema."""


@dataclass(frozen=True, slots=True)
class Entry:
    generation: bytes
    """The token under which it was made; it is valid only while that token is the match's current one."""
    stored_at: float
    fresh_until: float
    stale_until: float
    league: str
    model: str
    body: bytes
    etag: str
    """Strong, without quotes: a hash of the body."""

    @property
    def is_absence(self) -> bool:
        return self.body == ABSENCE


def make(
    *,
    generation: bytes,
    stored_at: float,
    fresh_until: float,
    stale_until: float | None = None,
    league: str = "",
    model: str = "",
    body: bytes,
) -> Entry:
    """An entry with the etag that goes with its body. Without `stale_until` it has no grace."""
    return Entry(
        generation=generation,
        stored_at=stored_at,
        fresh_until=fresh_until,
        stale_until=fresh_until if stale_until is None else stale_until,
        league=league,
        model=model,
        body=body,
        etag=blake2b(body, digest_size=16).hexdigest(),
    )


def pack(entry: Entry) -> bytes:
    """The entry as bytes. Raises struct.error or ValueError if a field does not fit the layout."""
    league, model = entry.league.encode(), entry.model.encode()
    header = _HEADER.pack(
        _MAGIC,
        _ABSENCE if entry.is_absence else _VALUE,
        entry.generation,
        entry.stored_at,
        entry.fresh_until,
        entry.stale_until,
        bytes.fromhex(entry.etag),
        len(league),
        len(model),
    )
    return b"".join((header, league, model, entry.body))


def unpack(content: bytes) -> Entry:
    """The entry that was packed. Raises CorruptEntry for bytes of another schema, or cut short."""
    try:
        header = _HEADER.unpack_from(content)
        magic, kind, generation, stored_at, fresh_until, stale_until, etag, league_size, model_size = header
        if magic != _MAGIC:
            raise CorruptEntry("another schema")
        start = _HEADER.size
        league = content[start : start + league_size].decode()
        model = content[start + league_size : start + league_size + model_size].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise CorruptEntry(str(error)) from error
    body = content[start + league_size + model_size :]
    entry = Entry(generation, stored_at, fresh_until, stale_until, league, model, body, etag.hex())
    if (kind == _ABSENCE) != entry.is_absence or not body:
        raise CorruptEntry("kind and body disagree")
    return entry


def says_absence(start: bytes) -> bool:
    """Whether packed bytes, of which the first five will do, are those of an absence."""
    return start[: len(_MAGIC) + 1] == _MAGIC + _ABSENCE
