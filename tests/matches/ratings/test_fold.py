from __future__ import annotations

from itertools import permutations
from math import exp, fsum

import pytest

from matches.ratings import elo
from matches.ratings.fold import after_day
from matches.ratings.season_start import season_start
from matches.ratings.state import LeagueState, Odds, Result, Shots

STATE = season_start(None, range(1, 7))


def _after(state: LeagueState, *days: list[Result]) -> LeagueState:
    for results in days:
        after = after_day(state, results)
        state = after._replace(teams={**state.teams, **after.teams})
    return state


def test_the_order_of_a_days_matches_does_not_show_in_a_single_bit() -> None:
    uneven = _after(STATE, [Result(1, 2, 3, 0), Result(3, 4, 1, 1)], [Result(5, 6, 0, 2)])
    day = [
        Result(1, 3, 2, 1, Shots(14, 9, 6, 2), Odds(2.1, 3.3, 3.7)),
        Result(2, 4, 0, 1, Shots(3, 22, 1, 9)),
        Result(5, 6, 4, 4, odds=Odds(1.3, 5.5, 11.0)),
        Result(1, 5, 0, 0, Shots(17, 4, 5, 0), Odds(1.9, 3.4, 4.1)),
    ]

    assert len({str(sorted(after_day(uneven, turn).teams.items())) for turn in permutations(day)}) == 1
    assert len({after_day(uneven, turn).levels for turn in permutations(day)}) == 1


def test_only_teams_that_played_are_returned() -> None:
    assert set(after_day(STATE, [Result(1, 2, 1, 0)]).teams) == {1, 2}


def test_a_team_that_plays_twice_on_a_day_is_rated_from_its_morning() -> None:
    team = after_day(STATE, [Result(1, 2, 1, 0), Result(1, 3, 1, 0)]).teams[1]

    assert team.played == 2
    assert team.ratings.elo == 1500 + 2 * elo.points_exchanged(1500, 1500, 1, 0)


def test_a_team_that_plays_twice_on_a_day_is_moved_by_both_results_at_once() -> None:
    """The sum of all its moves is exact, though that of two at a time would not be."""
    twice = after_day(STATE, [Result(1, 2, 1, 0), Result(1, 3, 0, 2), Result(4, 1, 3, 1)]).teams[1]
    moves = [after_day(STATE, [result]).teams[1] for result in (Result(1, 2, 1, 0), Result(1, 3, 0, 2))]
    moves += [after_day(STATE, [Result(4, 1, 3, 1)]).teams[1]]

    assert twice.ratings.attack == fsum(move.ratings.attack for move in moves)


def test_points_are_only_exchanged() -> None:
    odds, shots = Odds(2.1, 3.3, 3.7), Shots(14, 9, 6, 2)
    after = _after(STATE, [Result(1, 2, 3, 0, shots, odds), Result(3, 4, 1, 1)], [Result(2, 1, 5, 0, odds=odds)])

    assert sum(team.ratings.elo for team in after.teams.values()) == 6 * 1500
    assert sum(team.ratings.shots_elo for team in after.teams.values()) == 6 * 1500
    assert sum(team.ratings.market for team in after.teams.values()) == 0


def test_without_shots_the_ratings_of_shots_learn_from_the_goals_but_the_leagues_chances_stay() -> None:
    before = _after(STATE, [Result(3, 4, 1, 1, Shots(14, 9, 6, 2))])
    after = after_day(before, [Result(1, 2, 3, 0)])

    assert after.teams[1].ratings.shots_attack == pytest.approx(0.024 * (3 - exp(before.levels.log_shots_home)))
    assert after.teams[1].ratings.shots_elo > 1500
    assert after.levels[4:6] == before.levels[4:6]


@pytest.mark.parametrize("shots", [None, Shots(14, 9, 6, 2)])
def test_without_odds_the_market_follows_the_result_and_the_league_stays(shots: Shots | None) -> None:
    after = after_day(STATE, [Result(1, 2, 3, 0, shots)])

    assert after.teams[1].ratings.market == pytest.approx(-after.teams[2].ratings.market)
    assert after.teams[1].ratings.market > 0
    assert after.levels.market_home_advantage == 0.35


def test_goals_alone_do_not_depend_on_shots_and_odds() -> None:
    plain = after_day(STATE, [Result(1, 2, 3, 0)])
    full = after_day(STATE, [Result(1, 2, 3, 0, Shots(1, 30, 1, 12), Odds(9.0, 5.0, 1.3))])

    assert full.levels[:2] == plain.levels[:2]
    assert full.teams[1].ratings[:5] == plain.teams[1].ratings[:5]
    assert full.teams[1].ratings.shots_elo < 1500 < plain.teams[1].ratings.shots_elo


def test_ten_matches_in_a_row_are_known_by_two_thirds_and_nothing_by_one_third() -> None:
    known = Result(1, 2, 3, 0, Shots(14, 9, 6, 2), Odds(2.1, 3.3, 3.7))
    after = _after(STATE, *[[known]] * 10)
    forgotten = _after(after, *[[Result(1, 2, 0, 0)]] * 10)

    assert after.teams[1].ratings[-2:] == pytest.approx([1 - 0.9**10] * 2)
    assert forgotten.teams[2].ratings[-2:] == pytest.approx([(1 - 0.9**10) * 0.9**10] * 2)
