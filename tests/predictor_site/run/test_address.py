"""The port is looked at before any work, and what is wrong with it is said in one line."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from predictor_site.run.address import Address
from predictor_site.run.errors import RunError
from tests.predictor_site.processes import environment, output, started


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens, ready to share it with others of the same user."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_free_port_is_free_also_after_looking(free: int) -> None:
    Address("127.0.0.1", free).check_free()
    Address("127.0.0.1", free).check_free()


def test_a_port_in_use_names_another(taken: int) -> None:
    with pytest.raises(RunError, match=f"^Port {taken} is in use.*make run PORT={taken + 1}$"):
        Address("127.0.0.1", taken).check_free()


def test_a_port_that_was_just_closed_is_free(free: int) -> None:
    with socket.create_server(("127.0.0.1", free)) as listener:
        client = socket.create_connection(("127.0.0.1", free))
        listener.accept()[0].close()  # which leaves the port in TIME_WAIT
        client.close()
    Address("127.0.0.1", free).check_free()


def test_the_command_says_it_in_one_line(taken: int) -> None:
    with started("-m", "predictor_site.run.address", env=environment(PORT=str(taken))) as process:
        assert output(process).count("\n") == 1
        assert process.returncode == 1


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80.5", "٨"])
def test_what_is_no_port_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(RunError, match="is no port"):
        Address.from_environment()


def test_it_listens_on_8000_of_this_machine_alone_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.delenv("HOST", raising=False)
    assert Address.from_environment() == Address("127.0.0.1", 8000)


def test_a_host_of_others_is_refused(free: int) -> None:
    with pytest.raises(RunError, match=r"Cannot listen on 192\.0\.2\.1"):
        Address("192.0.2.1", free).check_free()


def test_a_host_that_is_none_is_refused(free: int) -> None:
    with pytest.raises(RunError, match=r"HOST=no\.such\.host\.invalid is no address"):
        Address("no.such.host.invalid", free).check_free()


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],  # noqa: S104
)
def test_its_url_is_one_that_works_from_here(host: str, url: str) -> None:
    assert Address(host, 80).url == url
