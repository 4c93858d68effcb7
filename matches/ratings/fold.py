"""One match day: every step is computed from the state in the morning, then all are applied together.

Sums are exact (`math.fsum`), so that neither the order of a day's matches nor that of the teams' ids shows in a
single bit: folding day by day as results arrive equals folding all of history at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from math import fsum
from operator import add

from matches.ratings import attack_defence, coverage, elo, market, pi, shots
from matches.ratings.state import LeagueState, Levels, Ratings, Result, TeamState


def after_day(state: LeagueState, results: Collection[Result]) -> LeagueState:
    """The league after the `results` of one day. In `teams` only those that played: the others are as they were."""
    moves: dict[int, list[Ratings]] = defaultdict(list)
    levels = [state.levels]
    for result in results:
        home, away, level = _moves(state.levels, state.teams[result.home_team], state.teams[result.away_team], result)
        moves[result.home_team].append(home)
        moves[result.away_team].append(away)
        levels.append(level)
    return LeagueState(
        Levels._make(map(fsum, zip(*levels, strict=True))),
        {pk: _moved(state.teams[pk], own) for pk, own in sorted(moves.items())},
    )


def _moves(levels: Levels, home: TeamState, away: TeamState, result: Result) -> tuple[Ratings, Ratings, Levels]:
    """What one result adds to the ratings of both teams, as they were in the morning, and to the league's levels."""
    ours, theirs = home.ratings, away.ratings
    home_goals, away_goals = result.home_goals, result.away_goals
    points = elo.points_exchanged(ours.elo, theirs.elo, home_goals, away_goals)
    pi_step = pi.step(ours.pi_home, theirs.pi_away, home_goals, away_goals)
    goals = attack_defence.steps(
        levels.log_goals_home,
        levels.log_goals_away,
        home_attack=ours.attack,
        home_defence=ours.defence,
        away_attack=theirs.attack,
        away_defence=theirs.defence,
        home_goals=home_goals,
        away_goals=away_goals,
        home_rate=attack_defence.learning_rate(played=home.played, promoted=home.promoted),
        away_rate=attack_defence.learning_rate(played=away.played, promoted=away.promoted),
    )
    if result.shots is None:
        home_worth, away_worth = float(home_goals), float(away_goals)
        mean_goals = mean_chances = 0.0
        shots_step = attack_defence.TEAM_STEP
    else:
        home_chances, away_chances = shots.chances(result.shots)
        scale = shots.goals_per_chance(levels.mean_goals, levels.mean_chances)
        home_worth = shots.worth(home_chances, home_goals, scale=scale)
        away_worth = shots.worth(away_chances, away_goals, scale=scale)
        mean_goals = shots.LEVEL_STEP * (home_goals + away_goals - levels.mean_goals)
        mean_chances = shots.LEVEL_STEP * (home_chances + away_chances - levels.mean_chances)
        shots_step = shots.TEAM_STEP
    shots_points = shots.points_exchanged(ours.shots_elo, theirs.shots_elo, home_worth, away_worth)
    worth = attack_defence.steps(
        levels.log_shots_home,
        levels.log_shots_away,
        home_attack=ours.shots_attack,
        home_defence=ours.shots_defence,
        away_attack=theirs.shots_attack,
        away_defence=theirs.shots_defence,
        home_goals=home_worth,
        away_goals=away_worth,
        home_rate=attack_defence.learning_rate(played=home.played, promoted=home.promoted, step=shots_step),
        away_rate=attack_defence.learning_rate(played=away.played, promoted=away.promoted, step=shots_step),
    )
    expected = levels.market_home_advantage + ours.market - theirs.market
    log_odds = expected if result.odds is None else market.log_odds(result.odds)
    error = log_odds - expected
    surprise = (
        market.surprise_by_goals(log_odds, home_goals - away_goals)
        if result.shots is None
        else market.surprise_by_worth(log_odds, home_worth - away_worth)
    )
    return (
        Ratings(
            points,
            pi_step,
            pi.CARRIED_OVER * pi_step,
            goals.home_attack,
            goals.home_defence,
            shots_points,
            worth.home_attack,
            worth.home_defence,
            market.learning_rate(played=home.played) * error + surprise,
            coverage.step(ours.shots_known, known=result.shots is not None),
            coverage.step(ours.market_known, known=result.odds is not None),
        ),
        Ratings(
            -points,
            -pi.CARRIED_OVER * pi_step,
            -pi_step,
            goals.away_attack,
            goals.away_defence,
            -shots_points,
            worth.away_attack,
            worth.away_defence,
            -market.learning_rate(played=away.played) * error - surprise,
            coverage.step(theirs.shots_known, known=result.shots is not None),
            coverage.step(theirs.market_known, known=result.odds is not None),
        ),
        Levels(
            goals.log_goals_home,
            goals.log_goals_away,
            worth.log_goals_home,
            worth.log_goals_away,
            mean_goals,
            mean_chances,
            market.LEAGUE_STEP * error,
        ),
    )


def _moved(team: TeamState, moves: list[Ratings]) -> TeamState:
    if len(moves) == 1:  # the sum of two is exact but for the last bit, as fsum's is
        ratings = Ratings._make(map(add, team.ratings, moves[0]))
    else:
        ratings = Ratings._make(map(fsum, zip(team.ratings, *moves, strict=True)))
    return TeamState(ratings, team.played + len(moves), team.promoted)
