"""One match day: every step is computed from the state in the morning, then all are applied together.

Sums are exact (`math.fsum`), so that neither the order of a day's matches nor that of the teams' ids shows in a
single bit: folding day by day as results arrive equals folding all of history at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from math import fsum

from matches.ratings import attack_defence, elo
from matches.ratings.state import LeagueState, Ratings, Result, TeamState


def after_day(state: LeagueState, results: Collection[Result]) -> LeagueState:
    """The league after the `results` of one day. In `teams` only those that played: the others are as they were."""
    moves: dict[int, list[Ratings]] = defaultdict(list)
    log_home, log_away = [state.log_goals_home], [state.log_goals_away]
    for home_pk, away_pk, home_goals, away_goals in results:
        home, away = state.teams[home_pk], state.teams[away_pk]
        points = elo.points_exchanged(home.ratings.elo, away.ratings.elo, home_goals, away_goals)
        steps = attack_defence.steps(state.log_goals_home, state.log_goals_away, home, away, home_goals, away_goals)
        moves[home_pk].append(Ratings(points, steps.home_attack_home, 0.0, steps.home_defence_home, 0.0))
        moves[away_pk].append(Ratings(-points, 0.0, steps.away_attack_away, 0.0, steps.away_defence_away))
        log_home.append(steps.log_goals_home)
        log_away.append(steps.log_goals_away)
    return LeagueState(
        fsum(log_home), fsum(log_away), {pk: _moved(state.teams[pk], own) for pk, own in sorted(moves.items())}
    )


def _moved(team: TeamState, moves: list[Ratings]) -> TeamState:
    ratings = Ratings(*(fsum(column) for column in zip(team.ratings, *moves, strict=True)))
    return TeamState(ratings, played=team.played + len(moves), promoted=team.promoted)
