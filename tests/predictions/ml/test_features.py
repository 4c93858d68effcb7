from __future__ import annotations

import json
from datetime import timedelta
from math import exp, log
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matches.models import LeagueSnapshot, Match, TeamSnapshot
from predictions.ml import features
from predictions.ml.features import FEATURE_NAMES, Features, NoRatings, features_of
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.matches.ratings.oracle import reference

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = timedelta(days=1)


@pytest.fixture
def ids() -> list[int]:
    """Two seasons played, in both of which three teams stay, and one to be played."""
    league, teams = make_league(), make_teams("A", "B", "C", "D", "E", "F")
    for number in range(3):
        Match.objects.bulk_create(season(league, 2010 + number, teams[number : number + 4], played=number < 2))
    return list(Match.objects.order_by("kickoff").values_list("pk", flat=True))


def test_the_first_match_of_all_has_the_starting_values(ids: list[int]) -> None:
    assert features_of(ids[:1]) == {ids[0]: Features(0.0, log(1.5), log(1.12))}


def test_features_are_those_of_the_textbook_as_of_the_day_before(ids: list[int]) -> None:
    rows = reference(list(Match.objects.order_by("season", "day", "pk")))
    found = features_of(ids)

    assert len(found) == 36
    for one in Match.objects.all():

        def latest(team: int | None, one: Match = one) -> tuple[Any, ...]:
            return rows[max(key for key in rows if key[0] == one.season and key[1] < one.day and key[2] == team)]

        (elo_h, attack_h, _, defence_h, _, *_), (elo_a, _, attack_a, _, defence_a, *_) = (
            latest(one.home_team_id),
            latest(one.away_team_id),
        )
        mu_h, mu_a, _ = latest(None)
        expected = ((elo_h - elo_a) / 100, mu_h + attack_h - defence_a, mu_a + attack_a - defence_h)
        assert found[one.pk] == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_an_id_that_no_match_has_is_left_out(ids: list[int]) -> None:
    assert features_of([ids[0], max(ids) + 1]).keys() == {ids[0]}
    assert features_of([]) == {}


def test_one_at_a_time_or_all_at_once_is_the_same(ids: list[int]) -> None:
    assert {pk: features_of([pk])[pk] for pk in ids} == features_of(ids)


@pytest.mark.parametrize("count", [1, 36])
def test_one_query_is_enough(count: int, ids: list[int], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        features_of(ids[:count])


def test_many_matches_are_read_some_at_a_time(
    ids: list[int], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    everything = features_of(ids)
    monkeypatch.setattr(features, "CHUNK_SIZE", 10)

    with django_assert_num_queries(4):
        assert features_of(iter(ids)) == everything


@pytest.mark.parametrize("snapshots", [TeamSnapshot, LeagueSnapshot])
def test_a_match_without_ratings_says_what_to_do(
    snapshots: type[TeamSnapshot] | type[LeagueSnapshot], ids: list[int]
) -> None:
    snapshots.objects.filter(season=2012).delete()
    with pytest.raises(NoRatings, match=f"Match {ids[-1]} has no ratings .* Save it again"):
        features_of([ids[-1]])
    Match.objects.get(pk=ids[-1]).save()

    assert features_of([ids[-1]])


def test_nothing_looks_ahead(ids: list[int]) -> None:
    """Whatever becomes of later results, and of those of the day itself: earlier features stay to the last bit."""
    for pk in ids[::5]:
        day = Match.objects.get(pk=pk).day
        known = features_of(Match.objects.filter(day__lte=day).values_list("pk", flat=True))
        Match.objects.filter(day__gte=day, status="finished").update(
            home_goals=F("home_goals") + 7, away_goals=F("away_goals") + F("home_goals")
        )

        assert features_of(known) == known


def test_a_match_of_the_same_day_does_not_count_though_it_began_earlier() -> None:
    league, (a, b, c, d) = make_league(), make_teams("A", "B", "C", "D")
    match(league, 2010, FIRST_DAY, a, b, (9, 0)).save()
    late = match(league, 2010, FIRST_DAY, c, a, (0, 0))
    late.kickoff += timedelta(hours=6)
    late.save()
    match(league, 2010, FIRST_DAY + DAY, d, a, (0, 0)).save()

    assert features_of([late.pk])[late.pk] == Features(0.0, log(1.5), log(1.12))


def test_a_day_later_it_counts() -> None:
    league, (a, b) = make_league(), make_teams("A", "B")
    match(league, 2010, FIRST_DAY, a, b, (9, 0)).save()
    fixture = match(league, 2010, FIRST_DAY + DAY, b, a)
    fixture.save()

    assert features_of([fixture.pk])[fixture.pk].elo_difference < -0.4


# What every test has here, a folder for models, need not be fresh for each example.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(Features, *[st.floats(allow_nan=False, allow_infinity=False)] * len(FEATURE_NAMES)))
def test_json_keeps_every_bit(one: Features) -> None:
    assert Features.from_json(one.to_json()) == one


def test_json_is_an_object_with_names() -> None:
    assert json.loads(Features(1.0, 0.5, 0.25).to_json()) == dict(zip(FEATURE_NAMES, [1.0, 0.5, 0.25], strict=True))


@pytest.mark.parametrize("text", [b"{}", b"[1, 2, 3]", b"1", b"", b'{"elo": 1}'])
def test_json_of_something_else_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        Features.from_json(text)


def test_expected_goals_are_in_a_sensible_range_in_the_middle_of_a_season(ids: list[int]) -> None:
    for one in features_of(ids).values():
        assert 0.3 < exp(one.log_goals_away) < exp(one.log_goals_home) + 2 < 6
