"""What was said of a match before its kickoff: after kickoff the answer, and scored once there is a result."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import GreaterThan, LessThan
from django.dispatch import Signal

from matches.models import Match
from predictions.models import scoring
from predictions.models.scoring import Probabilities
from predictions.models.trained_model import TrainedModel
from predictions.models.verbatim import VerbatimJSONField

ROUNDING = 1e-6
"""By how much the sum of the probabilities may miss 1."""

# Sent inside the transaction of a deletion, but not of one that goes with its match: a receiver of post_delete would
# have Django load all that was ever said of the matches first. Argument: match_ids, a frozenset.
published_predictions_deleted = Signal()


class PublishedPredictionQuerySet(models.QuerySet["PublishedPrediction"]):
    def in_time(self) -> PublishedPredictionQuerySet:
        """What was said of what are now the teams, before what is now the kickoff: both may have been changed since."""
        return self.filter(_in_time(F))

    def last_said(self) -> PublishedPredictionQuerySet:
        """Of each match what was said last in time, by whatever model: at most one row a match."""
        later = Q(made_at__gt=OuterRef("made_at")) | Q(made_at=OuterRef("made_at"), pk__gt=OuterRef("pk"))
        others = self.model.objects.filter(_in_time(OuterRef), later, match=OuterRef("match"))
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

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, and who listens is told."""
        with transaction.atomic(savepoint=False):
            # In the order in which they are written, so that whoever does that waits instead of deadlocking.
            rows = self.model.objects.select_for_update().filter(pk__in=self.order_by().values("pk"))
            match_ids = frozenset(rows.order_by("match_id", "model_version").values_list("match_id", flat=True))
            deleted = super().delete()
            published_predictions_deleted.send(sender=self.model, match_ids=match_ids)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


def _in_time(of: type[F]) -> Q:
    """`of` refers to a row with its match: F to the row itself, OuterRef to that of the query around it."""
    return Q(
        made_at__lt=of("match__kickoff"),
        home_team_id=of("match__home_team_id"),
        away_team_id=of("match__away_team_id"),
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
    # No foreign keys: they are only compared with the match's, and a team may go when no match has it any more.
    home_team_id = models.BigIntegerField(help_text="The match's home team when this was said.")
    away_team_id = models.BigIntegerField(help_text="The match's away team when this was said.")
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

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's, and who listens is told."""
        with transaction.atomic(savepoint=False):
            deleted = super().delete(*args, **kwargs)
            published_predictions_deleted.send(sender=type(self), match_ids=frozenset({self.match_id}))
        return deleted
