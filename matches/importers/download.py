"""Fetches a season of a league from its publisher."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings

from matches.importers import football_data, football_json, leagues
from matches.importers.sources import MOST_BYTES, SourceFile

TIMEOUT = 30.0
"""Seconds: for each answer of the server, and for the whole file."""
CHUNK = 64 * 1024

PUBLISHERS = (football_data.SOURCE, football_json.SOURCE)


class DownloadError(Exception):
    """A season could not be fetched. The message says why, and from where."""


@dataclass(frozen=True, slots=True)
class Season:
    """A season of a league, and from whom to get it."""

    league: str
    season: int
    publisher: str

    @property
    def url(self) -> str:
        """Where the publisher has it."""
        start, end = self.season, f"{(self.season + 1) % 100:02}"
        if self.publisher == football_data.SOURCE:
            return f"{settings.FOOTBALL_DATA_URL}/{start % 100:02}{end}/{leagues.BY_CODE[self.league].division}.csv"
        folder = str(start) if leagues.in_one_year(self.league) else f"{start}-{end}"
        return f"{settings.OPENFOOTBALL_URL}/{folder}/{self.league}.json"


def season(league: str, start: int, publisher: str | None = None) -> Season:
    """The season of `league` that starts in `start`. Without a publisher the one that knows more: football-data, if
    it has the league. Raises DownloadError when there is none."""
    if (known := leagues.BY_CODE.get(league)) is None:
        raise DownloadError(f"no publisher is known for league {league!r}; known are {', '.join(leagues.BY_CODE)}")
    publisher = publisher or (football_data.SOURCE if known.division else football_json.SOURCE)
    if publisher == football_data.SOURCE and not known.division:
        raise DownloadError(f"{publisher} does not publish {league}")
    return Season(league, start, publisher)


def download(wanted: Season, *, timeout: float = TIMEOUT) -> SourceFile:
    """Fetch a season. Raises DownloadError when there is no answer, none in time, or one that is too large."""
    url = wanted.url
    if urlsplit(url).scheme not in ("http", "https"):
        raise DownloadError(f"{url} does not begin with http:// or https://")
    request = Request(url, headers={"User-Agent": "predictor"})  # noqa: S310
    try:
        with urlopen(request, timeout=timeout) as answer:  # noqa: S310
            content = _read(answer, time.monotonic() + timeout)
    except HTTPError as error:
        error.close()
        raise DownloadError(f"{url} answered {error.code} {error.reason}") from None
    except (URLError, HTTPException, OSError) as error:
        raise DownloadError(f"{url} can't be reached: {getattr(error, 'reason', None) or error}") from None
    if len(content) > MOST_BYTES:
        raise DownloadError(f"{url} is larger than {MOST_BYTES // 1024 // 1024} MiB, which no file of results is")
    return SourceFile(url, content, wanted.league, wanted.season)


def _read(answer: HTTPResponse, deadline: float) -> bytes:
    """All of an answer, or at most one chunk more than is allowed. Raises OSError when it breaks off."""
    content = b""
    while len(content) <= MOST_BYTES and (chunk := answer.read1(CHUNK)):
        content += chunk
        if time.monotonic() > deadline:
            raise TimeoutError("it sends too slowly")
    if answer.length and len(content) <= MOST_BYTES:
        raise ConnectionError(f"it broke off {answer.length} bytes before the end")
    return content
