"""What was said of a match before its kickoff: after kickoff the answer, and scored once there is a result."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import GreaterThan, LessThan

from matches.models import Match
from predictions.models import scoring
from predictions.models.scoring import Probabilities
from predictions.models.trained_model import TrainedModel
from predictions.models.verbatim import VerbatimJSONField

ROUNDING = 1e-6
"""By how much the sum of the probabilities may miss 1."""


class PublishedPredictionQuerySet(models.QuerySet["PublishedPrediction"]):
    def in_time(self) -> PublishedPredictionQuerySet:
        """What was said before what is now the kickoff, which may have been brought forward since."""
        return self.filter(made_at__lt=F("match__kickoff"))

    def last_said(self) -> PublishedPredictionQuerySet:
        """Of each match what was said last before its kickoff, by whatever model: at most one row a match."""
        later = Q(made_at__gt=OuterRef("made_at")) | Q(made_at=OuterRef("made_at"), pk__gt=OuterRef("pk"))
        others = self.model.objects.filter(later, match=OuterRef("match"), made_at__lt=OuterRef("match__kickoff"))
        return self.in_time().filter(~Exists(others))

    def scored(self) -> PublishedPredictionQuerySet:
        """What was said in time of matches that were played, with `rps`, `log_loss` and `correct` (1 or 0).

        The same with `with_market_` and `bookmakers_` before it, null where there is no such forecast. Reckoned from
        the result as it is now, so a corrected one corrects the score.
        """
        forecasts = {
            "": Probabilities.of_columns(""),
            "with_market_": Probabilities.of_columns("with_market_"),
            "bookmakers_": Probabilities.of_odds("match__closing_odds_"),
        }
        scores = (scoring.rps, scoring.log_loss, scoring.correct)
        return (
            self.in_time()
            .filter(match__status=Match.Status.FINISHED)
            .annotate(
                **{f"{name}{score.__name__}": score(said) for name, said in forecasts.items() for score in scores}
            )
        )


def _are_probabilities(prefix: str) -> Q:
    home, draw, away = (f"{prefix}{outcome}" for outcome in ("home", "draw", "away"))
    total = F(home) + F(draw) + F(away)
    return Q(GreaterThan(total, 1 - ROUNDING), LessThan(total, 1 + ROUNDING)) & Q(
        **{f"{name}__range": (0, 1) for name in (home, draw, away)}
    )


class PublishedPrediction(models.Model):
    # The migration makes PostgreSQL's foreign key itself, ON DELETE CASCADE: rows come at any time, so also between the
    # moment when Django deletes those of a match and the one when it deletes the match.
    match = models.ForeignKey(
        Match, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="published_predictions"
    )
    model_version = models.CharField(max_length=TrainedModel._meta.get_field("version").max_length)
    trained_at = models.DateTimeField(help_text="When that model was trained.")
    home = models.FloatField(help_text="The probability that the home team wins.")
    draw = models.FloatField(help_text="The probability of a draw.")
    away = models.FloatField(help_text="The probability that the away team wins.")
    with_market_home = models.FloatField(null=True, help_text="The same by who also knows the match's own odds.")
    with_market_draw = models.FloatField(null=True)
    with_market_away = models.FloatField(null=True)
    said = VerbatimJSONField(help_text="All that was said, as the answer shows it.")
    made_at = models.DateTimeField()

    objects = PublishedPredictionQuerySet.as_manager()

    class Meta:
        ordering = ["match_id", "made_at"]
        constraints = [
            # Its index finds what was said of a match, too.
            models.UniqueConstraint(fields=["match", "model_version"], name="published_once_by_each_model"),
            models.CheckConstraint(condition=_are_probabilities(""), name="published_are_probabilities"),
            models.CheckConstraint(
                condition=Q(with_market_home__isnull=True, with_market_draw__isnull=True, with_market_away__isnull=True)
                # Said apart, since what is unknown passes a check.
                | Q(with_market_home__isnull=False, with_market_draw__isnull=False, with_market_away__isnull=False)
                & _are_probabilities("with_market_"),
                name="published_with_market_all_or_none",
            ),
        ]
        indexes = [models.Index(fields=["model_version"], name="published_model_version")]

    def __str__(self) -> str:
        return f"Match {self.match_id}, by {self.model_version}"
