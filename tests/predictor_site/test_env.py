"""What is asked of the environment for those who consume the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from predictor_site import env


@pytest.mark.parametrize(
    ("text", "proxies"),
    [("", []), ("127.0.0.1", ["127.0.0.1"]), ("10.0.0.0/8, fd00::/8,unix", ["10.0.0.0/8", "fd00::/8", "unix"])],
)
def test_trusted_proxies_are_networks(monkeypatch: pytest.MonkeyPatch, text: str, proxies: list[str]) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", text)

    assert env.trusted_proxies() == proxies


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", []),
        ("*", ["*"]),
        ("https://a.example, http://localhost:3000", ["https://a.example", "http://localhost:3000"]),
    ],
)
def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch, text: str, origins: list[str]) -> None:
    monkeypatch.setenv("CORS_ORIGINS", text)

    assert env.cors_origins() == origins


@pytest.mark.parametrize(
    ("ask", "name", "default"),
    [(env.rate_per_address, "RATE_PER_ADDRESS", 600), (env.rate_per_key, "RATE_PER_KEY", 6000)],
)
def test_rates_have_defaults(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], int], name: str, default: int) -> None:
    monkeypatch.delenv(name, raising=False)
    assert ask() == default
    monkeypatch.setenv(name, "7")
    assert ask() == 7


@pytest.mark.parametrize(
    ("ask", "name", "text"),
    [
        (env.trusted_proxies, "TRUSTED_PROXIES", "10.0.0.0/99"),
        (env.trusted_proxies, "TRUSTED_PROXIES", "proxy.example"),
        (env.trusted_proxies, "TRUSTED_PROXIES", "10.0.0.1/8"),
        (env.cors_origins, "CORS_ORIGINS", "odds.example"),
        (env.cors_origins, "CORS_ORIGINS", "https://odds.example/"),
        (env.cors_origins, "CORS_ORIGINS", "https://*.example"),
        (env.rate_per_key, "RATE_PER_KEY", "0"),
        (env.rate_per_address, "RATE_PER_ADDRESS", "1.5"),
    ],
)
def test_what_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object], name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)

    with pytest.raises(ImproperlyConfigured, match=name):
        ask()
