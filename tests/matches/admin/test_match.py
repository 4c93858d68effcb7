"""Matches in the admin: results typed in the list, whole matches, and what is refused in words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from matches.models import League, Match, Team, TeamSnapshot
from matches.signals import matches_changed
from tests.matches.admin.conftest import a_fixture, a_league, a_result, a_team

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

LIST = "/admin/matches/match/"


@pytest.fixture
def league() -> League:
    return a_league()


@pytest.fixture
def teams() -> list[Team]:
    return [a_team(name) for name in ("Arsenal", "Chelsea", "Everton", "Fulham")]


def _type_into_list(client: Client, typed: dict[int, dict[str, Any]], query: str = "") -> HttpResponse:
    """Send the list as a browser would: every row as it stands, but for what is typed into some, by id."""
    formset = client.get(LIST + query).context["cl"].formset
    data: dict[str, Any] = {"_save": "Save"}
    for name, value in formset.management_form.initial.items():
        data[f"form-{name}"] = value
    for number, form in enumerate(formset.forms):
        row = form.instance
        data[f"form-{number}-id"] = row.pk
        stored = {"home_goals": row.home_goals, "away_goals": row.away_goals, "status": row.status}
        for name, value in (stored | typed.get(row.pk, {})).items():
            data[f"form-{number}-{name}"] = "" if value is None else value
    return client.post(LIST + query, data)  # type: ignore[return-value]


def _fields(match: Match | None = None, **typed: Any) -> dict[str, Any]:
    """The fields of the page of one match as a browser sends them."""
    names = ("league_id", "season", "home_team_id", "away_team_id", "kickoff_time_known", "status")
    numbers = ("home_goals", "away_goals", "home_shots", "away_shots", "home_shots_on_target", "away_shots_on_target")
    odds = ("closing_odds_home", "closing_odds_draw", "closing_odds_away")
    data: dict[str, Any] = dict.fromkeys((*numbers, *odds), "")
    if match is not None:
        data |= {name.removesuffix("_id"): getattr(match, name) for name in (*names, *numbers, *odds)}
        data |= {"kickoff_0": f"{match.kickoff:%Y-%m-%d}", "kickoff_1": f"{match.kickoff:%H:%M:%S}"}
    data |= typed
    if not data.get("kickoff_time_known"):
        data.pop("kickoff_time_known", None)
    return {name: "" if value is None else value for name, value in data.items()}


def _errors(response: Any) -> str:
    assert response.status_code == 200, "the page was accepted"
    return str(response.context["errors"] if "errors" in response.context else response.context["cl"].formset.errors)


def test_typing_both_goals_into_the_list_finishes_a_match(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    match = a_fixture(league, *teams[:2])
    assert _type_into_list(admin_client, {match.pk: {"home_goals": 3, "away_goals": 0}}).status_code == 302
    match.refresh_from_db()
    assert (match.status, match.home_goals, match.away_goals) == ("finished", 3, 0)
    assert match.provenance == {"status": "admin", "result": "admin"}


def test_a_goalless_draw_is_a_result(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_fixture(league, *teams[:2])
    _type_into_list(admin_client, {match.pk: {"home_goals": 0, "away_goals": 0}})
    match.refresh_from_db()
    assert (match.status, match.home_goals, match.away_goals) == ("finished", 0, 0)


def test_a_postponed_match_that_gets_a_result_was_played(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    match = a_fixture(league, *teams[:2], status="postponed")
    _type_into_list(admin_client, {match.pk: {"home_goals": 1, "away_goals": 1}})
    match.refresh_from_db()
    assert match.status == "finished"


def test_the_ratings_follow_what_is_typed(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_fixture(league, *teams[:2])
    _type_into_list(admin_client, {match.pk: {"home_goals": 3, "away_goals": 0}})
    home, away = (TeamSnapshot.objects.get(team=team, day=match.day).elo for team in teams[:2])
    assert home > 1500 > away


def test_one_page_of_results_is_one_change(admin_client: Client, league: League, teams: list[Team]) -> None:
    first, second = a_fixture(league, *teams[:2]), a_fixture(league, *teams[2:], day=1)
    heard: list[frozenset[int]] = []

    def receiver(changes: Any, **kwargs: Any) -> None:
        heard.extend(change.match_ids for change in changes)

    matches_changed.connect(receiver)
    try:
        goals = {"home_goals": 1, "away_goals": 0}
        _type_into_list(admin_client, {first.pk: goals, second.pk: goals})
    finally:
        matches_changed.disconnect(receiver)
    assert heard == [frozenset({first.pk, second.pk})]


def test_a_row_that_is_not_touched_is_not_written(admin_client: Client, league: League, teams: list[Team]) -> None:
    match, other = a_fixture(league, *teams[:2]), a_result(league, *teams[2:])
    Match.objects.filter(pk=other.pk).update(provenance={"result": "football-data"})
    _type_into_list(admin_client, {match.pk: {"home_goals": 1, "away_goals": 0}})
    other.refresh_from_db()
    assert other.provenance == {"result": "football-data"}


def test_saving_a_longer_list_takes_no_more_queries(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_fixture(league, *teams[:2])

    def queries(goals: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            _type_into_list(admin_client, {match.pk: {"home_goals": goals, "away_goals": 0}})
        return len(captured)

    for day in range(2):
        a_fixture(league, *teams[2:], day=day)
    queries(1)
    few = queries(2)
    for day in range(2, 30):
        a_fixture(league, *teams[2:], day=day)
    assert queries(3) == few


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"home_goals": 1}, "A match that is scheduled has no score"),
        ({"home_goals": 1, "away_goals": 100}, "less than or equal to 99"),
        ({"home_goals": -1, "away_goals": 0}, "greater than or equal to 0"),
        ({"home_goals": "x", "away_goals": 0}, "Enter a whole number"),
        ({"status": "finished"}, "A match that is finished needs both scores"),
        ({"home_goals": 1, "away_goals": 1, "status": "cancelled"}, "A match that is cancelled has no score"),
        ({"status": "abandoned"}, "not one of the available choices"),
    ],
)
def test_the_list_says_what_is_wrong_with_a_row(
    admin_client: Client, league: League, teams: list[Team], typed: dict[str, Any], message: str
) -> None:
    match = a_fixture(league, *teams[:2])
    response = _type_into_list(admin_client, {match.pk: typed})
    errors = _errors(response)
    assert message in errors
    assert message in response.content.decode()
    assert "Constraint" not in errors
    match.refresh_from_db()
    assert (match.status, match.provenance) == ("scheduled", {})


def test_the_list_shows_a_time_of_day_only_where_it_is_known(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    a_fixture(league, *teams[:2])
    a_fixture(league, *teams[2:], kickoff=datetime(2026, 7, 4, 11, tzinfo=UTC), kickoff_time_known=False)
    page = admin_client.get(LIST).content.decode()
    assert "01 Aug 2026, 14:00" in page
    assert "04 Jul 2026" in page
    assert "11:00" not in page


def test_a_result_can_be_taken_back(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_result(league, *teams[:2])
    _type_into_list(admin_client, {match.pk: {"home_goals": None, "away_goals": None, "status": "scheduled"}})
    match.refresh_from_db()
    assert (match.status, match.home_goals, match.away_goals) == ("scheduled", None, None)
    assert not TeamSnapshot.objects.filter(day=match.day).exists()


def test_results_can_be_typed_into_a_list_that_is_filtered_by_status(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    match = a_fixture(league, *teams[:2])
    a_result(league, *teams[2:])
    query = "?status__exact=scheduled"
    assert _type_into_list(admin_client, {match.pk: {"home_goals": 2, "away_goals": 2}}, query).status_code == 302
    match.refresh_from_db()
    assert match.status == "finished"


def test_a_match_can_be_added_and_everything_said_of_it_is_the_admins_word(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    data = _fields(
        league=league.pk, season=2026, home_team=teams[0].pk, away_team=teams[1].pk, kickoff_time_known="on",
        kickoff_0="2026-10-03", kickoff_1="14:00", status="scheduled", home_goals=2, away_goals=2,
        closing_odds_home="2.1", closing_odds_draw="3.3", closing_odds_away="3.9",
    )  # fmt: skip
    assert admin_client.post(f"{LIST}add/", data).status_code == 302
    match = Match.objects.get()
    assert match.kickoff == datetime(2026, 10, 3, 14, tzinfo=UTC)
    assert (match.status, match.home_goals, match.away_goals) == ("finished", 2, 2)
    assert set(match.provenance) == {"kickoff", "time", "status", "result", "odds"}
    assert set(match.provenance.values()) == {"admin"}
    assert TeamSnapshot.objects.filter(day=match.day).exists()


def test_only_what_was_changed_is_the_admins_word(admin_client: Client, league: League, teams: list[Team]) -> None:
    sources = {"kickoff": "openfootball", "time": "openfootball", "result": "football-data", "odds": "football-data"}
    match = a_result(league, *teams[:2])
    Match.objects.filter(pk=match.pk).update(provenance=sources)
    data = _fields(match, home_shots=12, away_shots=9)
    assert admin_client.post(f"{LIST}{match.pk}/change/", data).status_code == 302
    match.refresh_from_db()
    assert match.provenance == {**sources, "shots": "admin"}


def test_saving_a_match_as_it_is_changes_nothing(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_fixture(league, *teams[:2], kickoff=datetime(2026, 7, 4, 11, tzinfo=UTC), kickoff_time_known=False)
    before = Match.objects.values().get()
    assert admin_client.post(f"{LIST}{match.pk}/change/", _fields(match)).status_code == 302
    assert Match.objects.values().get() == before


def test_a_new_time_of_day_claims_the_day_too(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_fixture(league, *teams[:2])
    admin_client.post(f"{LIST}{match.pk}/change/", _fields(match, kickoff_1="19:45"))
    match.refresh_from_db()
    assert match.kickoff.hour == 19
    assert match.provenance == {"kickoff": "admin", "time": "admin"}


def test_a_new_day_whose_time_is_unknown_leaves_the_time_to_others(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    noon = datetime(2026, 7, 4, 11, tzinfo=UTC)
    match = a_fixture(league, *teams[:2], kickoff=noon, kickoff_time_known=False)
    admin_client.post(f"{LIST}{match.pk}/change/", _fields(match, kickoff_0="2026-12-05", kickoff_1="20:00"))
    match.refresh_from_db()
    assert match.kickoff == datetime(2026, 12, 5, 12, tzinfo=UTC)
    assert match.provenance == {"kickoff": "admin"}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"away_team": "HOME"}, "A team cannot play against itself"),
        ({"season": 1066}, "greater than or equal to 1850"),
        ({"closing_odds_home": 2}, "All three odds, each above 1"),
        (
            {"closing_odds_home": 2, "closing_odds_draw": 3, "closing_odds_away": 1},
            "All three odds, each above 1",
        ),
        ({"status": "awarded"}, "A match that is awarded needs both scores"),
        ({"kickoff_0": "", "kickoff_1": ""}, "This field is required"),
        ({"league": ""}, "This field is required"),
    ],
)
def test_the_page_says_what_is_wrong_with_a_match(
    admin_client: Client, league: League, teams: list[Team], typed: dict[str, Any], message: str
) -> None:
    match = a_fixture(league, *teams[:2])
    typed = {name: teams[0].pk if value == "HOME" else value for name, value in typed.items()}
    errors = _errors(admin_client.post(f"{LIST}{match.pk}/change/", _fields(match, **typed)))
    assert message in errors
    assert "Constraint" not in errors


def test_a_second_match_of_the_same_teams_on_the_same_day_is_refused(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    match = a_fixture(league, *teams[:2])
    response = admin_client.post(f"{LIST}add/", _fields(match, kickoff_1="20:00"))
    assert "These teams already meet at this home on 2026-08-01" in _errors(response)


def test_moving_a_match_onto_the_day_of_another_is_refused(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    a_fixture(league, *teams[:2])
    other = a_fixture(league, *teams[:2], day=7)
    # By London's clock half past eleven at night in UTC is half past midnight, and so the next day.
    data = _fields(other, kickoff_0="2026-07-31", kickoff_1="23:30")
    response = admin_client.post(f"{LIST}{other.pk}/change/", data)
    assert "These teams already meet at this home on 2026-08-01" in _errors(response)


def test_deleting_a_match_takes_its_ratings_along(admin_client: Client, league: League, teams: list[Team]) -> None:
    match = a_result(league, *teams[:2])
    assert admin_client.post(f"{LIST}{match.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Match.objects.exists()
    assert not TeamSnapshot.objects.exists()


def test_deleting_several_from_the_list_takes_their_ratings_along(
    admin_client: Client, league: League, teams: list[Team]
) -> None:
    gone = [a_result(league, *teams[:2]), a_result(league, *teams[:2], day=7)]
    stays = a_result(league, *teams[2:], day=14)
    data = {"action": "delete_selected", "_selected_action": [match.pk for match in gone], "post": "yes"}
    assert admin_client.post(LIST, data).status_code == 302
    assert list(Match.objects.all()) == [stays]
    assert set(TeamSnapshot.objects.values_list("team", flat=True)) == {team.pk for team in teams[2:]}
