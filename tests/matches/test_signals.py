"""What is told of leagues and teams that are written in bulk, of which Django itself tells nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.dispatch import Signal

from matches.models import League, Team
from matches.signals import leagues_changed, teams_changed
from tests.matches.ratings.football import make_league, make_teams

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


@pytest.fixture
def told() -> Iterator[list[set[int]]]:
    """The ids that are told from here on, each time inside a transaction."""
    told: list[set[int]] = []

    def hear(signal: Signal, league_ids: Any = (), team_ids: Any = (), **kwargs: Any) -> None:
        assert connection.in_atomic_block
        told.append({*league_ids, *team_ids})

    for signal in (leagues_changed, teams_changed):
        signal.connect(hear)
    yield told
    for signal in (leagues_changed, teams_changed):
        signal.disconnect(hear)


def test_an_update_tells_which_it_found(told: list[set[int]]) -> None:
    ours, _ = make_league("en.1"), make_league("de.1", country="de")
    a, b = make_teams("A", "B")

    assert League.objects.filter(code="en.1").update(name="Renamed") == 1
    assert Team.objects.filter(name__in=["A", "B"]).update(country="sco") == 2

    assert told == [{ours.pk}, {a.pk, b.pk}]


def test_updates_of_many_tell_all(told: list[set[int]]) -> None:
    teams = make_teams("A", "B", "C")
    for team in teams:
        team.country = "sco"

    assert Team.objects.bulk_update(teams, ["country"], batch_size=2) == 3

    assert set.union(*told) == {team.pk for team in teams}


def test_an_upsert_tells_those_it_met_and_those_it_made(told: list[set[int]]) -> None:
    [met] = make_teams("A")

    Team.objects.bulk_create(
        [Team(name="A", country="en"), Team(name="New", country="en")],
        update_conflicts=True,
        unique_fields=["country", "name"],
        update_fields=["country"],
    )

    assert told == [{met.pk, Team.objects.get(name="New").pk}]


def test_what_is_only_created_is_not_told(told: list[set[int]]) -> None:
    League.objects.bulk_create([League(code="en.1", name="One", country="en")])
    Team.objects.bulk_create([Team(name="A", country="en")], ignore_conflicts=True)

    assert told == []


@pytest.mark.parametrize("rows", [League.objects, Team.objects])
def test_a_slice_can_not_be_updated(rows: Any) -> None:
    with pytest.raises(TypeError, match="slice"):
        rows.all()[:1].update(name="Other")
