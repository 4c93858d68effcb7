"""Where a season starts from: who stays keeps its ratings, who is new gets those of the teams it replaces, nearly."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import fsum

from matches.ratings import attack_defence, elo
from matches.ratings.state import LeagueState, TeamState

# A new team is worth this much of the mean of the teams that left, and the rest of the mean of all last season.
SHARE_OF_THOSE_WHO_LEFT = 0.85
# What the ratings are recentred to: elo, attack home and away, defence home and away.
CENTRES = (elo.START, 0.0, 0.0, 0.0, 0.0)


def season_start(previous: LeagueState | None, participants: Collection[int]) -> LeagueState:
    """The state before the first match day of a season in which `participants` (team ids) take part.

    `previous` is the state at the end of the season before, None for a league's first. Nobody is promoted into a
    league's first season. When a league grows and nobody left, new teams get the mean of all.
    """
    if previous is None:
        newcomer = TeamState(*CENTRES, played=0, promoted=False)
        return LeagueState(
            attack_defence.LOG_GOALS_HOME, attack_defence.LOG_GOALS_AWAY, dict.fromkeys(sorted(participants), newcomer)
        )
    left = [team for pk, team in previous.teams.items() if pk not in participants]
    of_all = _means(previous.teams.values())
    of_left = _means(left) if left else of_all
    new = [
        SHARE_OF_THOSE_WHO_LEFT * left_mean + (1 - SHARE_OF_THOSE_WHO_LEFT) * all_mean
        for left_mean, all_mean in zip(of_left, of_all, strict=True)
    ]
    entering = {
        pk: (
            TeamState(*old[:5], played=0, promoted=False)
            if (old := previous.teams.get(pk)) is not None
            else TeamState(*new, played=0, promoted=True)
        )
        for pk in sorted(participants)
    }
    shifts = [centre - mean for centre, mean in zip(CENTRES, _means(entering.values()), strict=True)]
    return LeagueState(
        previous.log_goals_home,
        previous.log_goals_away,
        {
            pk: TeamState(
                *(rating + shift for rating, shift in zip(team[:5], shifts, strict=True)),
                played=0,
                promoted=team.promoted,
            )
            for pk, team in entering.items()
        },
    )


def _means(teams: Iterable[TeamState]) -> list[float]:
    """The mean of each of the five ratings; summed exactly, so that the teams' order makes no difference."""
    return [fsum(column) / len(column) for column in list(zip(*teams, strict=True))[:5]]
