"""The football: leagues, teams, matches and their ratings. Knows nothing of predictions."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MatchesConfig(AppConfig):
    name = "matches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from matches.ratings.missing import compute_after_migrate

        post_migrate.connect(compute_after_migrate, sender=self, dispatch_uid="matches.ratings")
