"""What the snapshots should be, found out in two other ways than by keeping them in line write by write.

`from_scratch` throws all snapshots away and folds everything once: must be equal to the last bit. `reference` computes
the ratings as a textbook would, sharing no code with the service: equal but for rounding.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import copysign, exp, log, log10
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Min

from matches import ratings
from matches.models import League, LeagueSnapshot, Match, TeamSnapshot

# (season, day, team id, or None for the league) → what is stored.
Rows = dict[tuple[int, date, int | None], tuple[Any, ...]]
RATINGS = (
    *("elo", "pi_home", "pi_away", "attack", "defence", "shots_elo", "shots_attack", "shots_defence"),
    *("market", "shots_known", "market_known"),
)
LEVELS = (
    *("log_goals_home", "log_goals_away", "log_shots_home", "log_shots_away"),
    *("mean_goals", "mean_chances", "market_home_advantage"),
)
NEUTRAL = {"elo": 1500.0, "shots_elo": 1500.0}
Numbers = dict[str, float]
TEAM_FIELDS = (*RATINGS, "played", "promoted")
LEAGUE_FIELDS = (*LEVELS, "season_start")


def stored(league: League) -> Rows:
    """All snapshots of the league."""
    teams = TeamSnapshot.objects.filter(league=league).values_list("season", "day", "team_id", *TEAM_FIELDS)
    days = LeagueSnapshot.objects.filter(league=league).values_list("season", "day", *LEAGUE_FIELDS)
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
    league = dict(zip(LEVELS, (log(1.5), log(1.12), log(1.5), log(1.15), 0.0, 0.0, 0.35), strict=True))
    teams: dict[int, Numbers] = {}
    for season in sorted({match.season for match in matches}):
        of_season = [match for match in matches if match.season == season]
        taking_part = {match.home_team_id for match in of_season} | {match.away_team_id for match in of_season}
        teams, promoted = _entering(teams, taking_part)
        played = dict.fromkeys(taking_part, 0)
        start = min(match.day for match in of_season) - timedelta(days=1)
        rows[season, start, None] = (*league.values(), True)
        for pk, rating in teams.items():
            rows[season, start, pk] = (*rating.values(), 0, pk in promoted)
        for day in sorted({match.day for match in of_season}):
            results = [match for match in of_season if match.day == day and match.status == "finished"]
            if not results:
                continue
            morning = {pk: {**rating} for pk, rating in teams.items()}, {**league}, {**played}
            for match in results:
                _learn(match, *morning, promoted, teams, league)
                played[match.home_team_id] += 1
                played[match.away_team_id] += 1
            rows[season, day, None] = (*league.values(), False)
            for pk in {match.home_team_id for match in results} | {match.away_team_id for match in results}:
                rows[season, day, pk] = (*teams[pk].values(), played[pk], pk in promoted)
    return rows


def _learn(
    match: Match,
    morning: dict[int, Numbers],
    levels: Numbers,
    played: dict[int, int],
    promoted: set[int],
    teams: dict[int, Numbers],
    league: Numbers,
) -> None:
    """Add to `teams` and `league` what one result says, as they were in the morning."""
    h, a, goals_h, goals_a = match.home_team_id, match.away_team_id, match.home_goals, match.away_goals
    assert goals_h is not None
    assert goals_a is not None
    home, away = morning[h], morning[a]
    actual = 1.0 if goals_h > goals_a else 0.0 if goals_h < goals_a else 0.5
    delta = 10 * (1 + abs(goals_h - goals_a)) ** 0.8 * (actual - _elo(home["elo"] - away["elo"]))
    teams[h]["elo"] += delta
    teams[a]["elo"] -= delta

    error = goals_h - goals_a - (_pi(home["pi_home"]) - _pi(away["pi_away"]))
    psi = copysign(3 * log10(1 + abs(error)), error)
    teams[h]["pi_home"] += 0.045 * psi
    teams[h]["pi_away"] += 0.7 * 0.045 * psi
    teams[a]["pi_away"] -= 0.045 * psi
    teams[a]["pi_home"] -= 0.7 * 0.045 * psi

    counts = match.home_shots, match.away_shots, match.home_shots_on_target, match.away_shots_on_target
    value_h, value_a, beta = float(goals_h), float(goals_a), 0.012
    known = None not in counts and counts[:2] != (0, 0)
    if known:
        all_h, all_a, on_h, on_a = (float(count or 0) for count in counts)
        x_h, x_a = 0.28 * on_h + 0.05 * (all_h - on_h), 0.28 * on_a + 0.05 * (all_a - on_a)
        scale = levels["mean_goals"] / levels["mean_chances"] if levels["mean_chances"] else 1.0
        value_h, value_a = 0.75 * scale * x_h + 0.25 * goals_h, 0.75 * scale * x_a + 0.25 * goals_a
        value_h, value_a, beta = min(value_h, 20.0), min(value_a, 20.0), 0.03
        league["mean_goals"] += 0.005 * (goals_h + goals_a - levels["mean_goals"])
        league["mean_chances"] += 0.005 * (x_h + x_a - levels["mean_chances"])
    delta = 22 * (1 / (1 + exp(-1.1 * (value_h - value_a))) - _elo(home["shots_elo"] - away["shots_elo"]))
    teams[h]["shots_elo"] += delta
    teams[a]["shots_elo"] -= delta

    extra = {pk: 0.015 * exp(-played[pk] / 10) if pk in promoted else 0.0 for pk in (h, a)}
    for of, level, y_h, y_a, rate in (
        ("", "log_goals", float(goals_h), float(goals_a), 0.012),
        ("shots_", "log_shots", value_h, value_a, beta),
    ):
        attack, defence = of + "attack", of + "defence"
        error_h = y_h - exp(levels[level + "_home"] + home[attack] - away[defence])
        error_a = y_a - exp(levels[level + "_away"] + away[attack] - home[defence])
        rates = {pk: rate * (1 + exp(-played[pk] / 8)) + extra[pk] for pk in (h, a)}
        teams[h][attack] += rates[h] * error_h
        teams[h][defence] -= rates[h] * error_a
        teams[a][attack] += rates[a] * error_a
        teams[a][defence] -= rates[a] * error_h
        league[level + "_home"] += 0.002 * error_h
        league[level + "_away"] += 0.002 * error_a

    odds = match.closing_odds_home, match.closing_odds_draw, match.closing_odds_away
    priced = None not in odds
    foreseen = levels["market_home_advantage"] + home["market"] - away["market"]
    seen = foreseen
    if priced:
        inverse = [1 / (price or 0) for price in odds]
        p_h, p_d, p_a = (one / sum(inverse) for one in inverse)
        seen = log((p_h + p_d / 2) / (p_a + p_d / 2))
    jump = 0.035 * (value_h - value_a - 0.05 - 0.8 * seen) if known else 0.01 * (goals_h - goals_a - 1.08 * seen)
    teams[h]["market"] += 0.25 * (1 + exp(-played[h] / 5)) * (seen - foreseen) + jump
    teams[a]["market"] -= 0.25 * (1 + exp(-played[a] / 5)) * (seen - foreseen) + jump
    league["market_home_advantage"] += 0.003 * (seen - foreseen)
    for pk in (h, a):
        for share, is_known in (("shots_known", known), ("market_known", priced)):
            teams[pk][share] += 0.1 * (is_known - morning[pk][share])


def _elo(difference: float) -> float:
    return 1 / (1 + 10 ** (-(difference + 65) / 400))


def _pi(rating: float) -> float:
    return copysign(10 ** (abs(rating) / 3) - 1, rating)


def _entering(last: dict[int, Numbers], taking_part: set[int]) -> tuple[dict[int, Numbers], set[int]]:
    if not last:
        return {pk: {name: NEUTRAL.get(name, 0.0) for name in RATINGS} for pk in taking_part}, set()
    left = [pk for pk in last if pk not in taking_part] or list(last)
    new = {
        name: 0.7 * sum(last[pk][name] for pk in left) / len(left)
        + 0.3 * sum(rating[name] for rating in last.values()) / len(last)
        for name in RATINGS
    }
    teams = {pk: {**last.get(pk, new)} for pk in taking_part}
    for name in ("elo", "attack", "defence", "shots_elo", "shots_attack", "shots_defence", "market"):
        shift = NEUTRAL.get(name, 0.0) - sum(rating[name] for rating in teams.values()) / len(teams)
        for rating in teams.values():
            rating[name] += shift
    return teams, {pk for pk in taking_part if pk not in last}
