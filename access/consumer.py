"""For whom an answer is computed: a key, or an address where there is none."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from access.models import ApiKey

_Address = IPv4Address | IPv6Address


class Consumer(NamedTuple):
    name: str
    """`key:12`, or `address:192.0.2.1`; an IPv6 address by its /64, all of which one consumer has."""
    per_minute: int
    """How many computations it may cause a minute."""


def consumer_of(request: HttpRequest | Request) -> Consumer:
    """Whoever sent the request. Costs nothing once REST framework knows the key. A page for people has none."""
    key = getattr(request, "auth", None)
    if isinstance(key, ApiKey):
        return Consumer(f"key:{key.pk}", key.per_minute or settings.RATE_PER_KEY)
    return Consumer(f"address:{_address(request)}", settings.RATE_PER_ADDRESS)


def _address(request: HttpRequest | Request) -> str:
    """The nearest address that is no proxy of ours. What is before it in X-Forwarded-For anybody can write."""
    peer = request.META.get("REMOTE_ADDR", "")
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), peer]
    if not peer and "unix" in settings.TRUSTED_PROXIES:
        hops.pop()  # a proxy on this machine, by way of a socket without addresses
    nearest = None
    for hop in reversed(hops):
        address = _parsed(hop)
        if address is None:
            break
        nearest = address
        if not _is_trusted(address):
            break
    if nearest is None:
        return "unknown"
    if isinstance(nearest, IPv6Address):
        return str(IPv6Network((nearest, 64), strict=False))
    return str(nearest)


def _parsed(text: str) -> _Address | None:
    """An address, with or without a port. None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_trusted(address: _Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=4)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts if text != "unix")
