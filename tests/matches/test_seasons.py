"""The season that a day belongs to."""

from __future__ import annotations

from datetime import date

import pytest

from matches.models import Match
from matches.seasons import season_of
from tests.matches.ratings.football import make_league, make_teams, match

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.mark.parametrize(
    ("code", "day", "season"),
    [
        ("en.1", date(2014, 8, 16), 2014),
        ("en.1", date(2015, 5, 24), 2014),
        ("en.1", date(2015, 1, 1), 2014),
        ("en.1", date(2015, 6, 30), None),
        ("en.1", date(2015, 7, 1), None),
        ("br.1", date(2015, 6, 30), 2015),
        ("br.1", date(2015, 1, 1), 2015),
        ("my.own", date(2014, 8, 16), None),
    ],
)
def test_without_matches_the_calendar_says_it_where_it_can(code: str, day: date, season: int | None) -> None:
    assert season_of(make_league(code), day) == season


def test_a_day_within_one_season_alone_is_of_that_season() -> None:
    league, (home, away) = make_league("my.own"), make_teams("A", "B")
    days = {2013: (date(2013, 9, 1), date(2014, 7, 20)), 2014: (date(2014, 7, 20), date(2015, 5, 3))}
    Match.objects.bulk_create(
        match(league, season, day, *pair)
        for season, ends in days.items()
        for day, pair in zip(ends, [(home, away), (away, home)], strict=True)
    )
    assert season_of(league, date(2014, 6, 30)) == 2013
    assert season_of(league, date(2014, 7, 21)) == 2014
    assert season_of(league, date(2014, 7, 20)) is None  # of both
    assert season_of(league, date(2013, 8, 31)) is None  # of none
