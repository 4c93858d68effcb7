"""The queryset's methods as Django has them, but for what they keep in line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import NotSupportedError
from django.db.models import F

from matches import querysets
from matches.models import League, Match, Team
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.matches.ratings.oracle import assert_in_line

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def league() -> League:
    """A season of four teams, twelve matches."""
    league = make_league()
    Match.objects.bulk_create(season(league, 2010, make_teams("A", "B", "C", "D")))
    return league


def test_each_kind_of_match_is_found(league: League) -> None:
    first, second, third = Match.objects.order_by("kickoff")[:3]
    Match.objects.filter(pk=first.pk).update(status="scheduled", home_goals=None, away_goals=None)
    Match.objects.filter(pk=second.pk).update(status="awarded")

    assert list(Match.objects.scheduled()) == [first]
    assert set(Match.objects.played()) == set(Match.objects.all()) - {first, second}
    assert third in Match.objects.played()


def test_kicking_off_includes_its_start_and_excludes_its_end(league: League) -> None:
    noon = datetime(2010, 8, 14, 12, tzinfo=UTC)

    assert Match.objects.kicking_off(after=noon, before=noon + timedelta(days=2)).count() == 1
    assert Match.objects.kicking_off(after=noon, before=noon + timedelta(days=2, seconds=1)).count() == 2


def test_names_come_with_the_matches(league: League, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert next(f"{match.league}: {match}" for match in Match.objects.with_names()) == "en.1: A – B, 2010-08-14"


def test_writes_return_what_djangos_own_return(league: League) -> None:
    matches = list(Match.objects.all()[:5])

    assert Match.objects.filter(home_team__name="A").update(home_goals=1) == 3
    assert Match.objects.bulk_update(matches, ["home_goals"]) == 5
    assert Match.objects.bulk_update([], ["home_goals"]) == 0
    assert Match.objects.filter(home_team__name="A").delete() == (3, {"matches.Match": 3})
    assert Match.objects.filter(home_team__name="A").delete() == (0, {})
    assert Match.objects.none().update(home_goals=1) == 0


def test_what_is_created_is_returned_with_ids_and_days(league: League) -> None:
    home, away = Team.objects.filter(name__in="AB")
    [created] = Match.objects.bulk_create([match(league, 2011, FIRST_DAY, home, away)])

    assert (created.pk, created.day) == (Match.objects.get(season=2011).pk, FIRST_DAY)


def test_a_slice_is_neither_updated_nor_deleted(league: League) -> None:
    with pytest.raises(TypeError, match="Cannot update a query once a slice"):
        Match.objects.all()[:2].update(home_goals=1)
    with pytest.raises(TypeError, match="Cannot use 'limit' or 'offset' with delete"):
        Match.objects.all()[:2].delete()


def test_a_union_is_neither_updated_nor_deleted(league: League) -> None:
    union = Match.objects.filter(season=2010).order_by().union(Match.objects.filter(season=2011).order_by())
    with pytest.raises(NotSupportedError, match="after union"):
        union.update(home_goals=1)
    with pytest.raises(NotSupportedError, match="after union"):
        union.delete()


def test_values_are_not_deleted_but_updated(league: League) -> None:
    with pytest.raises(TypeError, match="delete"):
        Match.objects.values("pk").delete()

    assert Match.objects.values("season").filter(season=2010).update(home_goals=1) == 12
    assert_in_line(league)


def test_distinct_and_deferred_queries_are_updated(league: League) -> None:
    staying = Match.objects.filter(home_team__home_matches__season=2010).distinct().only("season")

    assert staying.update(home_goals=3) == 12
    assert_in_line(league)


@pytest.mark.parametrize("found", [2010, 1900])
def test_a_field_that_does_not_exist_is_an_error(found: int, league: League) -> None:
    with pytest.raises(FieldDoesNotExist):
        Match.objects.filter(season=found).update(goals=1)  # type: ignore[misc]
    with pytest.raises(FieldError):
        Match.objects.filter(season=found).update(home_goals=F("goals"))


def test_an_object_without_an_id_is_not_bulk_updated(league: League) -> None:
    with pytest.raises(ValueError, match="primary key"):
        Match.objects.bulk_update([Match(league=league)], ["home_goals"])


def test_many_matches_are_written_some_at_a_time(league: League, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on SQLite, which takes no more than some thousand ids in a statement."""
    monkeypatch.setattr(querysets, "CHUNK_SIZE", 5)
    matches = list(Match.objects.all())

    assert Match.objects.update(home_goals=F("home_goals") + 1) == 12
    assert Match.objects.bulk_update(matches, ["home_goals"]) == 12
    assert_in_line(league)
    assert Match.objects.exclude(home_team__name="A").delete() == (9, {"matches.Match": 9})
    assert_in_line(league)
