from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.request import Request

from access.consumer import Consumer, consumer_of
from access.models import ApiKey


@pytest.fixture(autouse=True)
def configured(settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 60
    settings.RATE_PER_KEY = 600
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"]


def came_from(address: str, forwarded: str | None = None) -> HttpRequest:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return RequestFactory().get("/api/v1/x/", headers=headers, REMOTE_ADDR=address)


def name(address: str, forwarded: str | None = None) -> str:
    return consumer_of(came_from(address, forwarded)).name.removeprefix("address:")


def test_who_sends_no_key_is_an_address() -> None:
    assert consumer_of(Request(came_from("192.0.2.1"))) == Consumer("address:192.0.2.1", 60)


@pytest.mark.parametrize(("own", "rate"), [(None, 600), (5, 5)])
def test_a_key_has_its_own_rate_or_that_of_all_keys(own: int | None, rate: int) -> None:
    request = Request(came_from("192.0.2.1"))
    request.auth = ApiKey(pk=12, per_minute=own)

    assert consumer_of(request) == Consumer("key:12", rate)


@pytest.mark.parametrize("address", ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:0db8:0001:0002::"])
def test_an_ipv6_address_counts_as_its_network(address: str) -> None:
    assert name(address) == "2001:db8:1:2::/64"


def test_an_ipv4_address_in_ipv6s_notation_is_that_address() -> None:
    assert name("::ffff:192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # no proxy of ours: anybody can write this
        ("10.1.2.3", "198.51.100.7", "198.51.100.7"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
        ("10.1.2.3", "198.51.100.7:4711", "198.51.100.7"),
        ("10.1.2.3", "[2001:db8::1]:443", "2001:db8::/64"),
        ("fd00::1", "2001:db8::1", "2001:db8::/64"),
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.1.2.3", "10.4.5.6", "10.4.5.6"),  # somebody inside
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", None, "10.1.2.3"),
        ("10.1.2.3", "198.51.100.7, nonsense", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.7, nonsense, 10.9.9.9", "10.9.9.9"),
        ("", "198.51.100.7", "unknown"),
        ("nonsense", None, "unknown"),
    ],
)
def test_behind_our_proxies_it_is_the_nearest_address_that_is_none(
    peer: str, forwarded: str | None, address: str
) -> None:
    assert name(peer, forwarded) == address


def test_a_proxy_may_come_by_way_of_a_socket(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["unix", "10.0.0.0/8"]

    assert name("", "198.51.100.7") == "198.51.100.7"
    assert name("", "198.51.100.7, 10.1.2.3") == "198.51.100.7"
    assert name("192.0.2.1", "198.51.100.7") == "192.0.2.1"
    assert name("") == "unknown"
