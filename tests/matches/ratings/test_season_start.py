from __future__ import annotations

from math import log

import pytest

from matches.ratings.season_start import season_start
from matches.ratings.state import LeagueState, Levels, Ratings, TeamState


def _team(elo: float, attack: float = 0.0) -> TeamState:
    ratings = Ratings(elo, attack, -attack, attack, -attack, 2 * elo - 1500, attack, -attack, 3 * attack, 0.5, 0.25)
    return TeamState(ratings, played=38, promoted=True)


LEVELS = Levels(0.5, 0.2, 0.4, 0.1, 2.7, 3.1, 0.3)
LAST = LeagueState(LEVELS, {1: _team(1700, 0.4), 2: _team(1500, 0.1), 3: _team(1400, -0.2), 4: _team(1360, -0.4)})


def test_a_leagues_first_season_starts_with_everybody_equal() -> None:
    state = season_start(None, {8, 9})

    assert state == LeagueState(
        Levels(log(1.5), log(1.12), log(1.5), log(1.15), 0.0, 0.0, 0.35),
        dict.fromkeys([8, 9], TeamState(Ratings(1500.0, 0, 0, 0, 0, 1500.0, 0, 0, 0, 0, 0), played=0, promoted=False)),
    )


def test_who_stays_keeps_its_ratings_and_who_is_new_gets_nearly_those_of_who_left() -> None:
    state = season_start(LAST, {1, 2, 8, 9})
    new = 0.7 * (1400 + 1360) / 2 + 0.3 * (1700 + 1500 + 1400 + 1360) / 4
    shift = 1500 - (1700 + 1500 + 2 * new) / 4

    assert state.teams[1].ratings.elo == pytest.approx(1700 + shift)
    assert state.teams[2].ratings.elo == pytest.approx(1500 + shift)
    assert state.teams[8].ratings == state.teams[9].ratings
    assert state.teams[8].ratings.elo == pytest.approx(new + shift)


def test_the_leagues_levels_go_on() -> None:
    assert season_start(LAST, {1, 2, 8, 9}).levels == LEVELS


def test_ratings_are_recentred() -> None:
    state = season_start(LAST, {1, 2, 3, 8, 9})

    for index, centre in {0: 1500, 3: 0, 4: 0, 5: 1500, 6: 0, 7: 0, 8: 0}.items():
        assert sum(team.ratings[index] for team in state.teams.values()) / 5 == pytest.approx(centre, abs=1e-9)


def test_pi_ratings_and_what_is_known_are_not_recentred() -> None:
    state = season_start(LAST, {1, 2, 8, 9})

    assert state.teams[1].ratings[1:3] == (0.4, -0.4)
    assert state.teams[1].ratings[-2:] == (0.5, 0.25)
    assert state.teams[8].ratings.pi_home == pytest.approx(0.7 * -0.3 + 0.3 * -0.025)
    assert state.teams[8].ratings[-2:] == pytest.approx((0.5, 0.25))


def test_only_who_is_new_counts_as_promoted_and_nobody_has_played() -> None:
    state = season_start(LAST, {1, 2, 8})

    assert {pk: (team.played, team.promoted) for pk, team in state.teams.items()} == {
        1: (0, False),
        2: (0, False),
        8: (0, True),
    }


def test_a_league_that_only_grows_gives_newcomers_the_mean_of_all() -> None:
    state = season_start(LAST, {1, 2, 3, 4, 8})

    assert state.teams[8].ratings.elo == pytest.approx(1500)


def test_the_order_of_teams_does_not_show_in_a_single_bit() -> None:
    turned = LAST._replace(teams=dict(sorted(LAST.teams.items(), reverse=True)))

    assert season_start(turned, [9, 8, 3, 1]) == season_start(LAST, [1, 3, 8, 9])
