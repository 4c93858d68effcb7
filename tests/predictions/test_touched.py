"""Which matches rows of the outbox touch, when they are looked up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match, Team
from predictions import touched as module
from predictions.cache import keys
from predictions.models import Invalidation
from predictions.touched import touched
from tests.matches.ratings.football import make_league, make_teams, match, season

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def teams() -> list[Team]:
    return make_teams("A", "B", "C", "D")


@pytest.fixture
def league(teams: list[Team]) -> League:
    """Twelve matches, one every second day."""
    league = make_league()
    Match.objects.bulk_create(season(league, 2014, teams, played=False))
    return league


def found(*rows: dict[str, Any]) -> set[int | str]:
    return set(touched([Invalidation.objects.create(**row).pk for row in rows]))


def ids(**conditions: Any) -> set[int]:
    return set(Match.objects.filter(**conditions).values_list("pk", flat=True))


def test_a_league_without_a_day_is_all_its_matches(league: League, teams: list[Team]) -> None:
    match(make_league("en.2"), 2014, date(2014, 9, 1), teams[0], teams[1]).save()
    assert found({"league_id": league.pk}) == ids(league=league)


def test_a_league_with_a_day_is_its_matches_from_that_day_on(league: League) -> None:
    day = Match.objects.order_by("day")[5].day
    assert found({"league_id": league.pk, "since": day}) == ids(day__gte=day)


def test_a_team_is_all_matches_of_its_leagues_since_its_name_is_in_the_form_of_others(
    league: League, teams: list[Team]
) -> None:
    elsewhere = make_league("en.2")
    match(elsewhere, 2014, date(2014, 9, 1), teams[0], teams[1]).save()
    others = make_teams("E", "F")
    match(make_league("en.3"), 2014, date(2014, 9, 1), others[0], others[1]).save()
    assert found({"team_ids": [teams[0].pk]}) == ids(league__in=[league, elsewhere])
    assert found({"team_ids": [teams[2].pk]}) == ids(league=league)


def test_matches_written_are_touched_even_if_they_are_gone() -> None:
    assert found({"match_ids": [10**9]}) == {10**9}


def test_the_active_model_is_touched_by_its_name() -> None:
    assert found({"active_model": True}) == {keys.ACTIVE_MODEL}


def test_a_match_that_was_created_after_the_cause_is_not_missed(league: League, teams: list[Team]) -> None:
    row = Invalidation.objects.create(league_id=league.pk)
    one = match(league, 2015, date(2015, 9, 1), teams[0], teams[1])
    one.save()
    assert one.pk in set(touched([row.pk]))


def test_many_rows_are_merged_into_few_questions(
    league: League, teams: list[Team], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = Match.objects.earliest("day").day
    days = [first + timedelta(days=number) for number in range(20)]
    rows = Invalidation.objects.bulk_create(
        [
            *(Invalidation(league_id=league.pk, since=day) for day in reversed(days)),
            *(Invalidation(team_ids=[team.pk]) for team in teams),
            *(Invalidation(match_ids=[10**9, 10**9 + 1]) for _ in range(20)),
        ]
    )
    with django_assert_num_queries(3):  # the rows, the league, the teams
        result = list(touched([row.pk for row in rows]))
    assert set(result) == ids() | {10**9, 10**9 + 1}
    assert len(result) == len(ids()) + 2 + len(ids())


@pytest.mark.parametrize("turn", [1, -1])
def test_the_earliest_day_of_a_league_counts_and_none_is_earlier_than_any(league: League, turn: int) -> None:
    days = sorted(Match.objects.values_list("day", flat=True))
    later: dict[str, Any] = {"league_id": league.pk, "since": days[5]}
    earlier: dict[str, Any] = {"league_id": league.pk, "since": days[3]}
    whole: dict[str, Any] = {"league_id": league.pk}
    assert found(*[later, earlier][::turn]) == ids(day__gte=days[3])
    assert found(*[later, whole][::turn]) == ids()


def test_ids_are_passed_on_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IDS", 3)
    monkeypatch.setattr(module, "ROWS_PER_QUERY", 1)
    rows = [Invalidation.objects.create(match_ids=[2 * number, 2 * number + 1]).pk for number in range(4)]
    result = touched(rows)
    first = next(result)
    Invalidation.objects.filter(match_ids=[6, 7]).update(match_ids=[10**9])
    assert {first, *result} == {0, 1, 2, 3, 4, 5, 10**9}, "the last row was read before the first ids were passed on"
