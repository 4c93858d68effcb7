"""Where a season starts from: who stays keeps its ratings, who is new gets those of the teams it replaces, nearly."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import fsum

from matches.ratings import attack_defence, elo, market, shots
from matches.ratings.state import LeagueState, Levels, Ratings, TeamState

# A new team is worth this much of the mean of the teams that left, and the rest of the mean of all last season.
SHARE_OF_THOSE_WHO_LEFT = 0.7
# What is known of a league and of its teams before its first match.
FIRST_LEVELS = Levels(
    log_goals_home=attack_defence.LOG_GOALS_HOME,
    log_goals_away=attack_defence.LOG_GOALS_AWAY,
    log_shots_home=shots.LOG_SHOTS_HOME,
    log_shots_away=shots.LOG_SHOTS_AWAY,
    mean_goals=0.0,
    mean_chances=0.0,
    market_home_advantage=market.HOME_ADVANTAGE,
)
FIRST_RATINGS = Ratings(elo.START, 0.0, 0.0, 0.0, 0.0, elo.START, 0.0, 0.0, 0.0, 0.0, 0.0)
# Those whose mean is brought back to where it began. Pi-ratings are about an average team by themselves, and shares of
# what is known have no centre.
RECENTRED = frozenset(
    {"elo", "attack", "defence", "shots_elo", "shots_attack", "shots_defence", "market"},
)


def season_start(previous: LeagueState | None, participants: Collection[int]) -> LeagueState:
    """The state before the first match day of a season in which `participants` (team ids) take part.

    `previous` is the state at the end of the season before, None for a league's first. Nobody is promoted into a
    league's first season. When a league grows and nobody left, new teams get the mean of all.
    """
    if previous is None:
        newcomer = TeamState(FIRST_RATINGS, played=0, promoted=False)
        return LeagueState(FIRST_LEVELS, dict.fromkeys(sorted(participants), newcomer))
    stay = {pk: team.ratings for pk, team in previous.teams.items() if pk in participants}
    left = [team.ratings for pk, team in previous.teams.items() if pk not in participants]
    of_all = _means(team.ratings for team in previous.teams.values())
    of_left = _means(left) if left else of_all
    new = Ratings(
        *(
            SHARE_OF_THOSE_WHO_LEFT * left_mean + (1 - SHARE_OF_THOSE_WHO_LEFT) * all_mean
            for left_mean, all_mean in zip(of_left, of_all, strict=True)
        )
    )
    entering = {pk: stay.get(pk, new) for pk in sorted(participants)}
    shifts = [
        centre - mean if name in RECENTRED else 0.0
        for name, centre, mean in zip(Ratings._fields, FIRST_RATINGS, _means(entering.values()), strict=True)
    ]
    return LeagueState(
        previous.levels,
        {
            pk: TeamState(
                Ratings(*(rating + shift for rating, shift in zip(ratings, shifts, strict=True))),
                played=0,
                promoted=pk not in stay,
            )
            for pk, ratings in entering.items()
        },
    )


def _means(teams: Iterable[Ratings]) -> Ratings:
    """The mean of each rating; summed exactly, so that the teams' order makes no difference."""
    return Ratings(*(fsum(column) / len(column) for column in zip(*teams, strict=True)))
