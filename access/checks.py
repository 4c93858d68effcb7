"""Finds, for `manage.py check --deploy`, settings under which all consumers would be taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def proxies_are_named(app_configs: Any, **kwargs: Any) -> Sequence[checks.CheckMessage]:
    """Whoever ends TLS for the service is a proxy, whose address all requests come from."""
    if not settings.SECURE_PROXY_SSL_HEADER or settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Warning(
            "All who send no key share one rate (RATE_PER_ADDRESS): their requests come from the address of the proxy.",
            hint="Name the proxy in TRUSTED_PROXIES, so that X-Forwarded-For is believed.",
            id="access.W001",
        )
    ]
