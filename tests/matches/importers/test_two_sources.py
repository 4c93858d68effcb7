"""Two sources that hold the same matches: one match each, and the same outcome in every order."""

from itertools import permutations
from typing import Any

import pytest

from matches.importers import SourceFile, import_file
from matches.models import Match, Team, TeamSnapshot
from tests.matches.importers.samples import csv_file, json_file, json_match, old_json_file, old_json_match

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

FOOTBALL_DATA = csv_file(
    "E0,16/08/14,,Man United,QPR,2.0,1.0,H,14,5,5,4,1.36,5.1,9.5",
    "E0,24/08/14,,QPR,Nott'm Forest,0,0,D,3,9,0,2",
    "E0,31/08/14,15:00,Nott'm Forest,Man United,1,3,A",
    "E0,30/09/14,,Man United,Nott'm Forest,3,0,H",
)
OPENFOOTBALL = json_file(
    # The same day, and a time that the other source does not have.
    json_match("Manchester United FC", "Queens Park Rangers FC", "2014-08-16", [2, 1], time="12:45"),
    # Another day, and another score.
    json_match("Queens Park Rangers FC", "Nottingham Forest FC", "2014-08-25", [0, 1], time="20:00"),
    # Not known to have been played.
    json_match("Nottingham Forest FC", "Manchester United FC", "2014-08-31", time="14:00"),
    # Awarded.
    json_match("Manchester United FC", "Nottingham Forest FC", "2014-09-27", [3, 0], status="awarded"),
    # Only here.
    json_match("Queens Park Rangers FC", "Manchester United FC", "2015-01-17", status="cancelled"),
)
OLDER = old_json_file([old_json_match("Manchester United", "Queens Park Rangers", "2014-08-16", 2, 1)])


def everything() -> list[dict[str, Any]]:
    rows = Match.objects.order_by("day", "home_team__name").values(
        *{field.attname for field in Match._meta.fields} - {"id", "league_id", "home_team_id", "away_team_id"},
        "league__code", "home_team__name", "away_team__name",
    )  # fmt: skip
    return list(rows)


def ratings() -> list[Any]:
    return list(TeamSnapshot.objects.order_by("day", "team__name").values_list("day", "team__name", "elo", "played"))


def outcome(*files: SourceFile) -> tuple[list[dict[str, Any]], list[Any]]:
    Match.objects.all().delete()
    for file in files:
        result = import_file(file)
        assert result.rejected == []
    return everything(), ratings()


def test_both_mean_the_same_teams_and_matches() -> None:
    import_file(FOOTBALL_DATA)
    result = import_file(OPENFOOTBALL)
    assert (result.new, result.new_teams) == (1, [])
    assert {team.name for team in Team.objects.all()} == {
        "Manchester United", "Queens Park Rangers", "Nottingham Forest",
    }  # fmt: skip


def test_the_order_makes_no_difference() -> None:
    first, *others = (outcome(*files) for files in permutations([FOOTBALL_DATA, OPENFOOTBALL, OLDER]))
    assert len(first[0]) == 5
    assert all(other == first for other in others)


@pytest.mark.parametrize("order", list(permutations([FOOTBALL_DATA, OPENFOOTBALL])))
def test_the_first_again_after_the_second_changes_nothing(order: tuple[SourceFile, SourceFile]) -> None:
    before = outcome(*order)
    for file in (*order, *reversed(order)):
        result = import_file(file)
        assert (result.new, result.updated) == (0, 0)
    assert (everything(), ratings()) == before


def test_each_field_comes_from_the_source_that_is_best_at_it() -> None:
    by_teams = {
        (row["home_team__name"][:3], row["away_team__name"][:3]): row for row in outcome(OPENFOOTBALL, FOOTBALL_DATA)[0]
    }
    shared = by_teams["Man", "Que"]
    assert (shared["home_shots"], shared["closing_odds_home"]) == (14, 1.36)
    assert f"{shared['kickoff']:%H:%M}" == "11:45"
    disputed = by_teams["Que", "Not"]
    assert (f"{disputed['day']}", disputed["away_goals"], disputed["kickoff_time_known"]) == ("2014-08-24", 0, False)
    assert by_teams["Not", "Man"]["status"] == "finished"
    assert f"{by_teams['Not', 'Man']['kickoff']:%H:%M}" == "14:00"
    assert (by_teams["Man", "Not"]["status"], f"{by_teams['Man', 'Not']['day']}") == ("awarded", "2014-09-30")
    assert by_teams["Que", "Man"]["status"] == "cancelled"
