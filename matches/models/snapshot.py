"""What is known of a team and of a league after each match day: all that a later prediction needs.

Rows for `day` hold the state after that day's results. Before a season's first match day stands one row per
team that takes part (and one for the league), dated the day before: the season's starting values.
"""

from __future__ import annotations

from django.db import models

from matches.models.league import League
from matches.models.team import Team


class TeamSnapshot(models.Model):
    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="team_snapshots")
    season = models.PositiveSmallIntegerField()
    day = models.DateField()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="snapshots")
    played = models.PositiveSmallIntegerField(help_text="Matches that counted this season, this day's included.")
    promoted = models.BooleanField(help_text="New in the league this season.")
    elo = models.FloatField()
    pi_home = models.FloatField()
    pi_away = models.FloatField()
    attack = models.FloatField()
    defence = models.FloatField()
    shots_elo = models.FloatField()
    shots_attack = models.FloatField()
    shots_defence = models.FloatField()
    market = models.FloatField(help_text="Strength in the log-odds of bookmakers for past matches.")
    shots_known = models.FloatField(help_text="Share of the recent matches of which the shots are known.")
    market_known = models.FloatField(help_text="Share of the recent matches of which the odds are known.")

    class Meta:
        ordering = ["league", "season", "day", "team"]
        constraints = [
            models.UniqueConstraint(fields=["league", "season", "team", "day"], name="team_snapshot_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.team} after {self.day}"


class LeagueSnapshot(models.Model):
    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="snapshots")
    season = models.PositiveSmallIntegerField()
    day = models.DateField()
    season_start = models.BooleanField(help_text="The season's starting values, not the state after a match day.")
    log_goals_home = models.FloatField(help_text="Natural logarithm of the goals a home team scores on average.")
    log_goals_away = models.FloatField(help_text="Natural logarithm of the goals an away team scores on average.")
    log_shots_home = models.FloatField(help_text="The same of the goals that its chances and goals are worth.")
    log_shots_away = models.FloatField(help_text="The same of the goals that its chances and goals are worth.")
    mean_goals = models.FloatField(help_text="Moving average of the goals in a match whose shots are known.")
    mean_chances = models.FloatField(help_text="Moving average of its chances: shots by what they tend to be worth.")
    market_home_advantage = models.FloatField(help_text="Home advantage in the log-odds of bookmakers.")

    class Meta:
        ordering = ["league", "season", "day"]
        constraints = [models.UniqueConstraint(fields=["league", "season", "day"], name="league_snapshot_once_a_day")]

    def __str__(self) -> str:
        return f"{self.league} after {self.day}"
