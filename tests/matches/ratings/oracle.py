"""What the snapshots should be, found out in two other ways than by keeping them in line write by write.

`from_scratch` throws all snapshots away and folds everything once: must be equal to the last bit. `reference` computes
the ratings as a textbook would, sharing no code with the service: equal but for rounding.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, log
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Min

from matches import ratings
from matches.models import League, LeagueSnapshot, Match, TeamSnapshot

# (season, day, team id, or None for the league) → what is stored.
Rows = dict[tuple[int, date, int | None], tuple[Any, ...]]
TEAM_FIELDS = ("elo", "attack_home", "attack_away", "defence_home", "defence_away", "played", "promoted")


def stored(league: League) -> Rows:
    """All snapshots of the league."""
    teams = TeamSnapshot.objects.filter(league=league).values_list("season", "day", "team_id", *TEAM_FIELDS)
    days = LeagueSnapshot.objects.filter(league=league).values_list(
        "season", "day", "log_goals_home", "log_goals_away", "season_start"
    )
    rows: Rows = {(season, day, team): tuple(state) for season, day, team, *state in teams}
    rows.update({(season, day, None): tuple(state) for season, day, *state in days})
    assert len(rows) == len(teams) + len(days)
    return rows


def from_scratch(league: League) -> Rows:
    """What one fold over all that is in the database gives. Leaves the stored snapshots as they are."""
    with transaction.atomic():
        TeamSnapshot.objects.filter(league=league).delete()
        LeagueSnapshot.objects.filter(league=league).delete()
        firsts = dict(league.matches.order_by().values_list("season").annotate(Min("day")))
        if firsts:
            ratings.replay(league, firsts)
        rows = stored(league)
        transaction.set_rollback(True)
    return rows


def assert_in_line(*leagues: League) -> None:
    """The stored snapshots of these leagues (of all, if none is named) are what a fold from scratch gives."""
    for league in leagues or League.objects.all():
        assert stored(league) == from_scratch(league)
        for match in league.matches.select_related("league"):
            assert match.day == match.kickoff.astimezone(match.league.zone).date()


def assert_as_the_textbook(league: League) -> None:
    """The stored snapshots of this league are those of `reference`, but for rounding."""
    expected, found = reference(list(league.matches.order_by("season", "day", "pk"))), stored(league)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        assert found[key] == pytest.approx(row, rel=1e-11, abs=1e-11), key


def reference(matches: list[Match]) -> Rows:
    """The ratings after each day of a league's seasons, which must not overlap in time."""
    rows: Rows = {}
    mu_home, mu_away = log(1.5), log(1.12)
    teams: dict[int, list[float]] = {}  # elo, attack home, attack away, defence home, defence away
    for season in sorted({match.season for match in matches}):
        of_season = [match for match in matches if match.season == season]
        taking_part = {match.home_team_id for match in of_season} | {match.away_team_id for match in of_season}
        teams, promoted = _entering(teams, taking_part)
        played = dict.fromkeys(taking_part, 0)
        start = min(match.day for match in of_season) - timedelta(days=1)
        rows[season, start, None] = (mu_home, mu_away, True)
        for pk, rating in teams.items():
            rows[season, start, pk] = (*rating, 0, pk in promoted)
        for day in sorted({match.day for match in of_season}):
            results = [match for match in of_season if match.day == day and match.status == "finished"]
            if not results:
                continue
            morning, mu_h, mu_a, played_before = (
                {pk: [*rating] for pk, rating in teams.items()},
                mu_home,
                mu_away,
                {**played},
            )
            for match in results:
                h, a, goals_h, goals_a = match.home_team_id, match.away_team_id, match.home_goals, match.away_goals
                assert goals_h is not None
                assert goals_a is not None
                expected = 1 / (1 + 10 ** (-(morning[h][0] + 65 - morning[a][0]) / 400))
                actual = 1.0 if goals_h > goals_a else 0.0 if goals_h < goals_a else 0.5
                delta = 10 * (1 + abs(goals_h - goals_a)) ** 0.8 * (actual - expected)
                error_h = goals_h - exp(mu_h + morning[h][1] - morning[a][4])
                error_a = goals_a - exp(mu_a + morning[a][2] - morning[h][3])
                beta_h = 0.012 + (0.015 * exp(-played_before[h] / 10) if h in promoted else 0)
                beta_a = 0.012 + (0.015 * exp(-played_before[a] / 10) if a in promoted else 0)
                teams[h][0] += delta
                teams[a][0] -= delta
                teams[h][1] += beta_h * error_h
                teams[a][4] -= beta_a * error_h
                teams[a][2] += beta_a * error_a
                teams[h][3] -= beta_h * error_a
                mu_home += 0.002 * error_h
                mu_away += 0.002 * error_a
                played[h] += 1
                played[a] += 1
            rows[season, day, None] = (mu_home, mu_away, False)
            for pk in {match.home_team_id for match in results} | {match.away_team_id for match in results}:
                rows[season, day, pk] = (*teams[pk], played[pk], pk in promoted)
    return rows


def _entering(last: dict[int, list[float]], taking_part: set[int]) -> tuple[dict[int, list[float]], set[int]]:
    if not last:
        return {pk: [1500.0, 0.0, 0.0, 0.0, 0.0] for pk in taking_part}, set()
    left = [pk for pk in last if pk not in taking_part] or list(last)
    new = [
        0.85 * sum(last[pk][i] for pk in left) / len(left) + 0.15 * sum(last[pk][i] for pk in last) / len(last)
        for i in range(5)
    ]
    teams = {pk: [*last.get(pk, new)] for pk in taking_part}
    for i in range(5):
        shift = (1500.0 if i == 0 else 0.0) - sum(rating[i] for rating in teams.values()) / len(teams)
        for rating in teams.values():
            rating[i] += shift
    return teams, {pk for pk in taking_part if pk not in last}
