from __future__ import annotations

from django.core.checks import run_checks
from pytest_django import Settings


def found(*, deploy: bool = True) -> list[str | None]:
    return [message.id for message in run_checks(tags=["security"], include_deployment_checks=deploy)]


def test_a_proxy_that_nobody_named_is_found(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = []
    assert "access.W001" in found()
    assert "access.W001" not in found(deploy=False)
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert "access.W001" not in found()


def test_without_a_proxy_there_is_nothing_to_find(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    settings.TRUSTED_PROXIES = []
    assert "access.W001" not in found()
