"""Who may do what: keys of the API."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        """Have settings checked, and keys described in OpenAPI."""
        from access import checks, schema  # noqa: F401
