from __future__ import annotations

from itertools import permutations

from matches.ratings import elo
from matches.ratings.fold import after_day
from matches.ratings.season_start import season_start
from matches.ratings.state import LeagueState, Result

STATE = season_start(None, range(1, 7))


def _after(state: LeagueState, *days: list[Result]) -> LeagueState:
    for results in days:
        after = after_day(state, results)
        state = after._replace(teams={**state.teams, **after.teams})
    return state


def test_the_order_of_a_days_matches_does_not_show_in_a_single_bit() -> None:
    uneven = _after(STATE, [Result(1, 2, 3, 0), Result(3, 4, 1, 1)], [Result(5, 6, 0, 2)])
    day = [Result(1, 3, 2, 1), Result(2, 4, 0, 1), Result(5, 6, 4, 4), Result(1, 5, 0, 0)]

    assert len({str(sorted(after_day(uneven, turn).teams.items())) for turn in permutations(day)}) == 1
    assert len({after_day(uneven, turn)[:2] for turn in permutations(day)}) == 1


def test_only_teams_that_played_are_returned() -> None:
    assert set(after_day(STATE, [Result(1, 2, 1, 0)]).teams) == {1, 2}


def test_a_team_that_plays_twice_on_a_day_is_rated_from_its_morning() -> None:
    team = after_day(STATE, [Result(1, 2, 1, 0), Result(1, 3, 1, 0)]).teams[1]

    assert team.played == 2
    assert team.ratings.elo == 1500 + 2 * elo.points_exchanged(1500, 1500, 1, 0)


def test_elo_points_are_only_exchanged() -> None:
    after = _after(STATE, [Result(1, 2, 3, 0), Result(3, 4, 1, 1)], [Result(2, 1, 5, 0)])

    assert sum(team.ratings.elo for team in after.teams.values()) == 6 * 1500
