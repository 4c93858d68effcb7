from __future__ import annotations

import json
from datetime import timedelta
from math import copysign, exp, isnan, log, nan
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matches.models import LeagueSnapshot, Match, TeamSnapshot
from matches.ratings import Levels, Ratings
from predictions.ml import features
from predictions.ml.features import (
    FEATURE_GROUPS,
    FEATURE_NAMES,
    FEATURE_SETS,
    Features,
    NoRatings,
    features_from,
    features_of,
)
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, odds, season, shots
from tests.matches.ratings.oracle import LEAGUE_FIELDS, TEAM_FIELDS, reference

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = timedelta(days=1)


@pytest.fixture
def ids() -> list[int]:
    """Two seasons played, in both of which three teams stay, and one to be played. All is known of what was played."""
    league, teams = make_league(), make_teams("A", "B", "C", "D", "E", "F")
    for number in range(3):
        played = number < 2
        Match.objects.bulk_create(
            season(league, 2010 + number, teams[number : number + 4], played=played, known=played)
        )
    return list(Match.objects.order_by("kickoff").values_list("pk", flat=True))


def _known(one: Features) -> set[str]:
    return {group for group, names in FEATURE_GROUPS.items() if not any(isnan(getattr(one, name)) for name in names)}


def test_the_first_match_of_all_has_the_starting_values(ids: list[int]) -> None:
    [first] = features_of(ids[:1]).values()

    assert first[:5] == (0.0, 0.0, log(1.5), log(1.12), 0.0)
    assert all(isnan(value) for value in first[5:])


def test_features_are_those_of_the_textbook_as_of_the_day_before(ids: list[int]) -> None:
    rows = reference(list(Match.objects.order_by("season", "day", "pk")))
    found = features_of(ids)

    assert len(found) == 36
    for one in Match.objects.all():

        def latest(team: int | None, names: tuple[str, ...], one: Match = one) -> dict[str, Any]:
            row = rows[max(key for key in rows if key[0] == one.season and key[1] < one.day and key[2] == team)]
            return dict(zip(names, row, strict=True))

        h, a = latest(one.home_team_id, TEAM_FIELDS), latest(one.away_team_id, TEAM_FIELDS)
        league = latest(None, LEAGUE_FIELDS)
        with_shots = h["shots_known"] >= 0.25 and a["shots_known"] >= 0.25
        with_odds = h["market_known"] >= 0.25 and a["market_known"] >= 0.25
        log_odds = league["market_home_advantage"] + h["market"] - a["market"]
        pi_h, pi_a = (copysign(10 ** (abs(pi) / 3) - 1, pi) for pi in (h["pi_home"], a["pi_away"]))
        expected = (
            (h["elo"] - a["elo"]) / 100,
            pi_h - pi_a,
            league["log_goals_home"] + h["attack"] - a["defence"],
            league["log_goals_away"] + a["attack"] - h["defence"],
            abs(h["elo"] - a["elo"]) / 100,
            (h["shots_elo"] - a["shots_elo"]) / 100 if with_shots else nan,
            league["log_shots_home"] + h["shots_attack"] - a["shots_defence"] if with_shots else nan,
            league["log_shots_away"] + a["shots_attack"] - h["shots_defence"] if with_shots else nan,
            log_odds if with_odds else nan,
            abs(log_odds) if with_odds else nan,
        )
        assert found[one.pk] == pytest.approx(expected, rel=1e-11, abs=1e-11, nan_ok=True)
    assert _known(found[ids[-1]]) == {"goals", "shots", "market"}


@pytest.mark.parametrize(
    ("group", "fields"), [("shots", shots(None, None, None, None)), ("market", odds(None, None, None))]
)
def test_a_group_of_which_too_little_is_known_is_not_known_as_a_whole(
    group: str, fields: dict[str, float | None], ids: list[int]
) -> None:
    Match.objects.filter(season=2011).update(**fields)

    assert _known(features_of(ids[-1:])[ids[-1]]) == {"goals", "shots", "market"} - {group}


@pytest.mark.parametrize(("home", "away"), [(1.0, 0.24), (0.24, 1.0)])
def test_a_group_is_known_only_if_it_is_of_both_teams(home: float, away: float) -> None:
    levels = Levels(0.4, 0.1, 0.4, 0.1, 2.7, 3.1, 0.35)
    ratings = Ratings(1500.0, 0, 0, 0, 0, 1500.0, 0, 0, 0, shots_known=1.0, market_known=1.0)

    def known_of(name: str) -> set[str]:
        return _known(features_from(ratings._replace(**{name: home}), ratings._replace(**{name: away}), levels))

    assert _known(features_from(ratings, ratings, levels)) == {"goals", "shots", "market"}
    assert known_of("market_known") == {"goals", "shots"}
    assert known_of("shots_known") == {"goals", "market"}


def test_of_every_match_a_group_is_known_as_a_whole_or_not_at_all(ids: list[int]) -> None:
    for one in features_of(ids).values():
        for names in FEATURE_GROUPS.values():
            assert len({isnan(getattr(one, name)) for name in names}) == 1


def test_every_feature_is_in_one_group() -> None:
    assert tuple(name for names in FEATURE_GROUPS.values() for name in names) == FEATURE_NAMES


def test_each_set_needs_what_is_always_known_and_one_group_at_most_that_is_not() -> None:
    """So whatever is known of a match, some set is; and the last always is."""
    goals, shots, market = (set(names) for names in FEATURE_GROUPS.values())

    assert [set(names) - goals for names in FEATURE_SETS.values()] == [market, shots, set()]
    assert [goals - set(names) for names in FEATURE_SETS.values()] == [{"elo_gap"}, set(), set()]


def test_three_matches_in_a_row_are_enough_to_know_a_team_by_and_two_are_not() -> None:
    """Of two teams whose earlier matches had neither shots nor odds."""
    league, (a, b) = make_league(), make_teams("A", "B")
    played = season(league, 2010, (a, b), played=True) + season(league, 2011, (a, b), known=True)
    Match.objects.bulk_create([*played, *season(league, 2012, (a, b), known=True)])
    known = [
        _known(one) for one in features_of(Match.objects.order_by("kickoff").values_list("pk", flat=True)).values()
    ]

    assert known[:5] == [{"goals"}] * 5
    assert known[5] == {"goals", "shots", "market"}


def test_the_database_hands_over_every_bit(ids: list[int]) -> None:
    for one in Match.objects.all():
        stored = [
            model.objects.filter(season=one.season, day__lt=one.day, **of).order_by("day").values_list(*names).last()
            for model, names, of in (
                (TeamSnapshot, Ratings._fields, {"team": one.home_team}),
                (TeamSnapshot, Ratings._fields, {"team": one.away_team}),
                (LeagueSnapshot, Levels._fields, {}),
            )
        ]
        home, away, levels = stored
        assert home is not None
        assert away is not None
        assert levels is not None
        expected = features_from(Ratings(*home), Ratings(*away), Levels(*levels))
        assert repr(features_of([one.pk])[one.pk]) == repr(expected)


def test_an_id_that_no_match_has_is_left_out(ids: list[int]) -> None:
    assert features_of([ids[0], max(ids) + 1]).keys() == {ids[0]}
    assert features_of([]) == {}


def test_one_at_a_time_or_all_at_once_is_the_same(ids: list[int]) -> None:
    assert _bits({pk: features_of([pk])[pk] for pk in ids}) == _bits(features_of(ids))


@pytest.mark.parametrize("count", [1, 36])
def test_one_query_is_enough(count: int, ids: list[int], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        features_of(ids[:count])


def test_many_matches_are_read_some_at_a_time(
    ids: list[int], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    everything = _bits(features_of(ids))
    monkeypatch.setattr(features, "CHUNK_SIZE", 10)

    with django_assert_num_queries(4):
        assert _bits(features_of(iter(ids))) == everything


@pytest.mark.parametrize("snapshots", [TeamSnapshot, LeagueSnapshot])
def test_a_match_without_ratings_says_what_to_do(
    snapshots: type[TeamSnapshot] | type[LeagueSnapshot], ids: list[int]
) -> None:
    snapshots.objects.filter(season=2012).delete()
    with pytest.raises(NoRatings, match=f"Match {ids[-1]} has no ratings .* manage.py replay_ratings"):
        features_of([ids[-1]])
    call_command("replay_ratings")

    assert features_of([ids[-1]])


def test_nothing_looks_ahead(ids: list[int]) -> None:
    """Whatever becomes of later results, and of those of the day itself: earlier features stay to the last bit."""
    for pk in ids[::5]:
        day = Match.objects.get(pk=pk).day
        known = features_of(Match.objects.filter(day__lte=day).values_list("pk", flat=True))
        Match.objects.filter(day__gte=day, status="finished").update(
            home_goals=F("home_goals") + 7,
            away_goals=F("away_goals") + F("home_goals"),
            away_shots=F("away_shots") + 9,
            closing_odds_home=F("closing_odds_home") + 1.5,
        )

        assert _bits(features_of(known)) == _bits(known)


def test_a_match_of_the_same_day_does_not_count_though_it_began_earlier() -> None:
    league, (a, b, c, d) = make_league(), make_teams("A", "B", "C", "D")
    match(league, 2010, FIRST_DAY, a, b, (9, 0)).save()
    late = match(league, 2010, FIRST_DAY, c, a, (0, 0))
    late.kickoff += timedelta(hours=6)
    late.save()
    match(league, 2010, FIRST_DAY + DAY, d, a, (0, 0)).save()

    assert features_of([late.pk])[late.pk][:4] == (0.0, 0.0, log(1.5), log(1.12))


def test_a_day_later_it_counts() -> None:
    league, (a, b) = make_league(), make_teams("A", "B")
    match(league, 2010, FIRST_DAY, a, b, (9, 0)).save()
    fixture = match(league, 2010, FIRST_DAY + DAY, b, a)
    fixture.save()

    assert features_of([fixture.pk])[fixture.pk].elo_difference < -0.4


# What every test has here, a folder for models, need not be fresh for each example.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(Features, *[st.floats(allow_infinity=False)] * len(FEATURE_NAMES)))
def test_json_keeps_every_bit(one: Features) -> None:
    assert repr(Features.from_json(one.to_json())) == repr(one)


def test_json_is_an_object_with_names_and_null_for_what_is_not_known() -> None:
    one = Features(1.0, 0.5, 0.25, -0.5, 1.0, nan, nan, nan, -0.75, 0.75)
    written = [1.0, 0.5, 0.25, -0.5, 1.0, None, None, None, -0.75, 0.75]

    assert json.loads(one.to_json()) == dict(zip(FEATURE_NAMES, written, strict=True))


@pytest.mark.parametrize("text", [b"{}", b"[1, 2, 3]", b"1", b"", b'{"elo": 1}'])
def test_json_of_something_else_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        Features.from_json(text)


def _bits(found: dict[int, Features]) -> dict[int, str]:
    """To compare to the last bit: nan is no number, and so not even equal to itself."""
    return {pk: repr(one) for pk, one in found.items()}


def test_expected_goals_are_in_a_sensible_range_in_the_middle_of_a_season(ids: list[int]) -> None:
    for one in features_of(ids).values():
        assert 0.3 < exp(one.log_goals_away) < exp(one.log_goals_home) + 2 < 6
