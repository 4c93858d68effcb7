"""A match: fixture, then result."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from matches import services
from matches.models.league import League
from matches.models.team import Team
from matches.querysets import MatchQuerySet

MOST_GOALS = 99
# Far above any bookmaker's; what exceeds it is a slip of the keyboard.
MOST_ODDS = 10_000.0
ODDS: dict[str, Any] = {
    "null": True,
    "blank": True,
    "validators": [MinValueValidator(1.0), MaxValueValidator(MOST_ODDS)],
    "help_text": "Decimal odds nearest to kickoff: closing ones where they are known, else those of the days before.",
}
EARLIEST_SEASON, LATEST_SEASON = 1850, 2200


class Match(models.Model):
    class Status(models.TextChoices):
        SCHEDULED = "scheduled"
        FINISHED = "finished"
        POSTPONED = "postponed"
        CANCELLED = "cancelled"
        AWARDED = "awarded", "Awarded (decided off the pitch)"

    WITH_SCORE = (Status.FINISHED, Status.AWARDED)

    # Of the single indexes of foreign keys, those that another index begins with are left out.
    league = models.ForeignKey(League, on_delete=models.PROTECT, related_name="matches", db_index=False)
    season = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(EARLIEST_SEASON), MaxValueValidator(LATEST_SEASON)],
        help_text="The year in which the season starts: 2014 means 2014/15.",
    )
    kickoff = models.DateTimeField(help_text="In UTC. Noon at the league's place when the time of day is unknown.")
    kickoff_time_known = models.BooleanField(default=True)
    day = models.DateField(editable=False, help_text="The date of the kickoff at the league's place.")
    home_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="home_matches", db_index=False)
    away_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="away_matches")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    home_goals = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_GOALS)])
    away_goals = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_GOALS)])
    home_shots = models.PositiveSmallIntegerField(null=True, blank=True)
    away_shots = models.PositiveSmallIntegerField(null=True, blank=True)
    home_shots_on_target = models.PositiveSmallIntegerField(null=True, blank=True)
    away_shots_on_target = models.PositiveSmallIntegerField(null=True, blank=True)
    closing_odds_home = models.FloatField(**ODDS)
    closing_odds_draw = models.FloatField(**ODDS)
    closing_odds_away = models.FloatField(**ODDS)
    provenance = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Which source each group of fields came from."
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        # So that what related managers write (`league.matches.add`) is noted like everything else.
        base_manager_name = "objects"
        verbose_name_plural = "matches"
        ordering = ["kickoff", "id"]
        indexes = [
            models.Index(fields=["league", "season", "day"], name="match_league_season_day"),
            # Each ends in the day: the last matches of a team, or of two, are the end of it (see matches.form).
            models.Index(fields=["league", "home_team", "day"], name="match_league_home_day"),
            models.Index(fields=["league", "away_team", "day"], name="match_league_away_day"),
            models.Index(fields=["home_team", "away_team", "day"], name="match_meetings"),
            models.Index(fields=["status", "kickoff", "id"], name="match_status_kickoff"),
            models.Index(fields=["kickoff", "id"], name="match_kickoff"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["league", "season", "home_team", "away_team", "day"], name="match_unique_on_its_day"
            ),
            models.CheckConstraint(condition=~Q(home_team=F("away_team")), name="match_two_different_teams"),
            models.CheckConstraint(
                condition=Q(season__gte=EARLIEST_SEASON, season__lte=LATEST_SEASON), name="match_season_in_range"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["finished", "awarded"], home_goals__isnull=False, away_goals__isnull=False)
                | Q(
                    status__in=["scheduled", "postponed", "cancelled"],
                    home_goals__isnull=True,
                    away_goals__isnull=True,
                ),
                name="match_score_exactly_when_decided",
            ),
            models.CheckConstraint(
                condition=Q(home_goals__isnull=True) | Q(home_goals__lte=MOST_GOALS, away_goals__lte=MOST_GOALS),
                name="match_goals_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    closing_odds_home__isnull=True, closing_odds_draw__isnull=True, closing_odds_away__isnull=True
                )
                | Q(
                    # Said apart, since `NULL > 1` is unknown, and what is unknown passes a check.
                    closing_odds_home__isnull=False,
                    closing_odds_draw__isnull=False,
                    closing_odds_away__isnull=False,
                    closing_odds_home__gt=1,
                    closing_odds_draw__gt=1,
                    closing_odds_away__gt=1,
                    # Which infinity is not, nor nan, that PostgreSQL holds to be greater still.
                    closing_odds_home__lte=MOST_ODDS,
                    closing_odds_draw__lte=MOST_ODDS,
                    closing_odds_away__lte=MOST_ODDS,
                ),
                name="match_odds_all_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.home_team} – {self.away_team}, {self.day}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save through the one place that every write of a match goes through."""
        with services.batched() as change:
            change.before(self._stored, league_ids=[] if self.league_id is None else [self.league_id])
            if not hasattr(self.kickoff, "resolve_expression"):
                self.day = change.local_day(self)
            super().save(*args, **kwargs)
            self.day = change.after(self._stored).get(self.pk, self.day)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete through the one place that every write of a match goes through."""
        with services.batched() as change:
            change.before(self._stored, league_ids=[self.league_id])
            change.deleting(self._stored)
            return super().delete(*args, **kwargs)

    def clean(self) -> None:
        """Say in words what the database's constraints would refuse. Raises ValidationError."""
        if self.home_team_id is not None and self.home_team_id == self.away_team_id:
            raise ValidationError("A team cannot play against itself.")
        decided = self.status in self.WITH_SCORE
        scored = self.home_goals is not None and self.away_goals is not None
        if decided and not scored:
            raise ValidationError(f"A match that is {self.status} needs both scores.")
        if not decided and (self.home_goals is not None or self.away_goals is not None):
            raise ValidationError(f"A match that is {self.status} has no score: empty it, or set it finished.")

    @property
    def _stored(self) -> MatchQuerySet:
        return Match.objects.filter(pk=self.pk)
