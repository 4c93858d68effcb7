"""Seasons fetched from their publishers: here a server of our own that behaves well, or not."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from matches.importers import download as downloading
from matches.importers.download import DownloadError, download, season


class Publisher:
    """A server that answers every path by `answer`, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: send(handler, b"Div,Date\n")
        self.released = threading.Event()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                publisher.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def publisher(settings: Settings) -> Iterator[Publisher]:
    publisher = Publisher()
    settings.FOOTBALL_DATA_URL = f"{publisher.url}/mmz4281"
    settings.OPENFOOTBALL_URL = f"{publisher.url}/master"
    yield publisher
    publisher.close()


@pytest.mark.parametrize(
    ("league", "start", "name", "path"),
    [
        ("en.1", 2022, None, "/mmz4281/2223/E0.csv"),
        ("es.2", 1999, None, "/mmz4281/9900/SP2.csv"),
        ("at.1", 2022, None, "/master/2022-23/at.1.json"),
        ("en.1", 2022, "openfootball", "/master/2022-23/en.1.json"),
        ("br.1", 2020, None, "/master/2020/br.1.json"),
    ],
)
def test_a_season_is_fetched_from_its_place(
    publisher: Publisher, league: str, start: int, name: str | None, path: str
) -> None:
    file = download(season(league, start, name))
    assert publisher.asked == [path]
    assert (file.name, file.content) == (publisher.url + path, b"Div,Date\n")
    assert (file.league, file.season) == (league, start)


def test_a_season_that_is_not_there_is_named(publisher: Publisher) -> None:
    publisher.answer = lambda handler: handler.send_error(404, "Not Found")
    with pytest.raises(DownloadError, match=r"/mmz4281/2223/E0\.csv answered 404 Not Found"):
        download(season("en.1", 2022))


def test_an_answer_that_is_too_large_is_cut_off(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "MOST_BYTES", 2 * 1024 * 1024)
    publisher.answer = lambda handler: send(handler, b"x" * (2 * 1024 * 1024))
    assert len(download(season("en.1", 2022)).content) == 2 * 1024 * 1024
    publisher.answer = lambda handler: send(handler, b"x" * (2 * 1024 * 1024 + 1))
    with pytest.raises(DownloadError, match="is larger than 2 MiB"):
        download(season("en.1", 2022))


def test_no_answer_is_waited_for_no_longer_than_allowed(publisher: Publisher) -> None:
    def hesitate(handler: BaseHTTPRequestHandler) -> None:
        publisher.released.wait(10)

    publisher.answer = hesitate
    with pytest.raises(DownloadError, match=r"can't be reached: .*timed out"):
        download(season("en.1", 2022), timeout=0.1)


def test_an_answer_that_trickles_is_given_up_on_the_way(publisher: Publisher) -> None:
    sent: list[bytes] = []

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while len(sent) < 200:
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            sent.append(b"x")
            if publisher.released.wait(0.02):
                return

    publisher.answer = trickle
    with pytest.raises(DownloadError, match="can't be reached: it sends too slowly"):
        download(season("en.1", 2022), timeout=0.3)
    assert len(sent) < 200


def test_a_connection_that_breaks_off_is_named(publisher: Publisher) -> None:
    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"x")

    publisher.answer = half
    with pytest.raises(DownloadError, match="can't be reached: it broke off 999 bytes before the end"):
        download(season("en.1", 2022))


def test_nobody_listening_is_named(settings: Settings) -> None:
    publisher = Publisher()
    publisher.close()
    settings.FOOTBALL_DATA_URL = publisher.url
    with pytest.raises(DownloadError, match=r"can't be reached: .*refused"):
        download(season("en.1", 2022))


def test_only_the_web_is_asked(settings: Settings) -> None:
    settings.FOOTBALL_DATA_URL = "file:///etc"
    with pytest.raises(DownloadError, match="does not begin with http"):
        download(season("en.1", 2022))


def test_a_league_that_nobody_publishes_is_named() -> None:
    with pytest.raises(DownloadError, match=r"no publisher is known for league 'xx.1'; known are en.1, "):
        season("xx.1", 2022)
    with pytest.raises(DownloadError, match=r"football-data does not publish at.1"):
        season("at.1", 2022, "football-data")
