"""What was said of a match before its kickoff. After kickoff that is the answer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan, LessThan

from matches.models import Match
from matches.models.match import MOST_GOALS
from predictions.models.trained_model import TrainedModel

ROUNDING = 1e-6
"""By how much the sum of the probabilities may miss 1."""

_SUM = F("home") + F("draw") + F("away")


class PublishedPrediction(models.Model):
    # The migration makes PostgreSQL's foreign key itself, ON DELETE CASCADE: rows come at any time, so also between the
    # moment when Django deletes those of a match and the one when it deletes the match.
    match = models.OneToOneField(
        Match, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="published_prediction"
    )
    model_version = models.CharField(max_length=TrainedModel._meta.get_field("version").max_length)
    trained_at = models.DateTimeField(help_text="When that model was trained.")
    home = models.FloatField(help_text="The probability that the home team wins.")
    draw = models.FloatField(help_text="The probability of a draw.")
    away = models.FloatField(help_text="The probability that the away team wins.")
    expected_goals_home = models.FloatField(help_text="How many goals the home team scores on average.")
    expected_goals_away = models.FloatField(help_text="How many goals the away team scores on average.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["match"]
        constraints = [
            models.CheckConstraint(
                condition=Q(home__range=(0, 1), draw__range=(0, 1), away__range=(0, 1)),
                name="published_probabilities_in_range",
            ),
            models.CheckConstraint(
                condition=Q(GreaterThan(_SUM, 1 - ROUNDING), LessThan(_SUM, 1 + ROUNDING)),
                name="published_probabilities_sum_to_1",
            ),
            models.CheckConstraint(
                condition=Q(expected_goals_home__range=(0, MOST_GOALS), expected_goals_away__range=(0, MOST_GOALS)),
                name="published_goals_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"Match {self.match_id}, by {self.model_version}"
