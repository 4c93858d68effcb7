"""The file of results that the repository carries."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

from matches.demo import data
from matches.importers import names
from matches.names import normalise

PLAYED = [match for match in data.matches() if match.played]
FIXTURES = [match for match in data.matches() if not match.played]
HOW_OFTEN_A_PAIR_MEETS_AT_ONE_HOME = {"at.1": 2, "at.2": 2}


def _by_season() -> dict[tuple[str, int], list[data.DemoMatch]]:
    seasons = defaultdict(list)
    for match in data.matches():
        seasons[match.league, match.season].append(match)
    return seasons


def test_it_holds_seven_leagues_from_2011_to_2015() -> None:
    assert {match.league for match in data.matches()} == {league.code for league in data.LEAGUES}
    assert {match.season for match in data.matches()} == {2011, 2012, 2013, 2014, 2015}
    assert (len(PLAYED), len(FIXTURES)) == (6073, 1369)


def test_every_season_is_complete_but_the_first_which_begins_in_spring() -> None:
    for (league, season), matches in _by_season().items():
        if (league, season) == ("at.1", 2011):
            continue
        meetings = Counter((match.home, match.away) for match in matches)
        teams = {match.home for match in matches}
        often = HOW_OFTEN_A_PAIR_MEETS_AT_ONE_HOME.get(league, 1)
        assert meetings == {(home, away): often for home in teams for away in teams if home != away}, (league, season)


def test_no_team_plays_twice_within_two_days() -> None:
    for key, matches in _by_season().items():
        days = defaultdict(list)
        for match in matches:
            days[match.home].append(match.day)
            days[match.away].append(match.day)
        for team, own in days.items():
            own.sort()
            assert all((after - before).days >= 2 for before, after in pairwise(own)), (key, team)


def test_all_that_is_to_be_played_comes_after_all_that_was_played() -> None:
    assert max(match.day for match in PLAYED) == date(2015, 11, 8)
    assert min(match.day for match in FIXTURES) == date(2015, 11, 20)


def test_seasons_before_the_last_have_no_fixture() -> None:
    assert {match.season for match in FIXTURES} == {2015}


def test_no_time_of_day_passes_for_a_result() -> None:
    assert max(match.home_goals or 0 for match in PLAYED) == 9
    assert max(match.away_goals or 0 for match in PLAYED) == 8


def test_every_team_has_a_name_and_no_name_is_there_twice() -> None:
    used = {(match.league.split(".")[0], code) for match in data.matches() for code in (match.home, match.away)}
    assert used == data.team_names().keys()
    assert len({(country, name) for (country, _), name in data.team_names().items()}) == len(used)


def test_teams_are_called_as_importers_call_them() -> None:
    for (country, _), name in data.team_names().items():
        known = names.known(country, normalise(name))
        assert known is not None, name
        assert known.name == name


def test_a_title_race_ends_as_it_did() -> None:
    points: Counter[str] = Counter()
    for match in PLAYED:
        if (match.league, match.season) == ("es.1", 2013):
            assert match.home_goals is not None
            assert match.away_goals is not None
            points[match.home] += 3 * (match.home_goals > match.away_goals) + (match.home_goals == match.away_goals)
            points[match.away] += 3 * (match.home_goals < match.away_goals) + (match.home_goals == match.away_goals)
    assert points.most_common(3) == [("ATL", 90), ("BAR", 87), ("RMD", 87)]
    assert points["BET"] == 25


def test_one_match_was_awarded() -> None:
    (awarded,) = [match for match in data.matches() if match.awarded]
    assert (awarded.home, awarded.away, awarded.day) == ("FCW", "STU", date(2012, 11, 24))
