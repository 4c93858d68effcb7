"""The football: leagues, teams, matches and their ratings. Knows nothing of predictions."""

from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "matches"
    default_auto_field = "django.db.models.BigAutoField"
