"""Teams, their aliases and leagues in the admin."""

from typing import Any

import pytest
from django.test import Client

from matches.importers.teams import TeamDirectory
from matches.models import League, Team, TeamAlias
from tests.matches.admin.conftest import a_fixture, a_league, a_team

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

TEAMS = "/admin/matches/team/"
ALIASES = "/admin/matches/teamalias/"


def _team(team: Team | None, *aliases: str, **typed: Any) -> dict[str, Any]:
    """The page of a team as a browser sends it: its aliases as stored, and some new ones."""
    stored = list(team.aliases.all()) if team else []
    data: dict[str, Any] = {"name": team.name, "country": team.country} if team else {}
    data |= {"aliases-TOTAL_FORMS": len(stored) + len(aliases), "aliases-INITIAL_FORMS": len(stored)}
    for number, name in enumerate([alias.name for alias in stored] + list(aliases)):
        data[f"aliases-{number}-name"] = name
        data[f"aliases-{number}-team"] = team.pk if team else ""
        data[f"aliases-{number}-id"] = stored[number].pk if number < len(stored) else ""
    return data | typed


def _errors(response: Any) -> str:
    assert response.status_code == 200, "the page was accepted"
    return str(response.context["errors"])


def test_a_team_is_added_with_names_that_importers_then_know(admin_client: Client) -> None:
    data = _team(None, "Man Utd", "The Red Devils", name="Manchester United", country="en")
    assert admin_client.post(f"{TEAMS}add/", data).status_code == 302
    team = Team.objects.get()
    assert TeamDirectory("en").find("the red devils") == TeamDirectory("en").find("MAN UTD.") == team


def test_an_alias_of_another_team_is_refused(admin_client: Client) -> None:
    a_team("Arsenal")
    other = a_team("Chelsea")
    response = admin_client.post(f"{TEAMS}{other.pk}/change/", _team(other, "the arsenal FC"))
    assert "Arsenal is already called The Arsenal" in _errors(response)


def test_the_same_alias_in_another_country_is_fine(admin_client: Client) -> None:
    a_team("Arsenal")
    other = a_team("Arsenal de Sarandí", country="ar")
    assert admin_client.post(f"{TEAMS}{other.pk}/change/", _team(other, "The Arsenal")).status_code == 302


def test_an_alias_typed_twice_is_refused(admin_client: Client) -> None:
    team = a_team("Arsenal")
    response = admin_client.post(f"{TEAMS}{team.pk}/change/", _team(team, "Gunners", "gunners"))
    assert "These aliases come to the same: gunners" in _errors(response)


@pytest.mark.parametrize("name", ["---", "æ" * 51])
def test_an_alias_that_no_source_could_mean_is_refused(admin_client: Client, name: str) -> None:
    team = a_team("Arsenal")
    response = admin_client.post(f"{ALIASES}add/", {"team": team.pk, "name": name})
    assert "A name needs a letter or a digit" in _errors(response)


def test_an_alias_can_be_renamed_and_its_key_follows(admin_client: Client) -> None:
    alias = a_team("Arsenal").aliases.get()
    admin_client.post(f"{ALIASES}{alias.pk}/change/", {"team": alias.team_id, "name": "Gunners FC"})
    assert TeamAlias.objects.values_list("name", "key", "country").get() == ("Gunners FC", "gunners", "en")


def test_an_alias_without_a_team_is_refused(admin_client: Client) -> None:
    assert "This field is required" in _errors(admin_client.post(f"{ALIASES}add/", {"team": "", "name": "Gunners"}))


def test_two_teams_of_one_country_cannot_have_one_name(admin_client: Client) -> None:
    a_team("Arsenal")
    other = a_team("Chelsea")
    message = "Team with this Country and Name already exists"
    assert message in _errors(admin_client.post(f"{TEAMS}add/", _team(None, name="Arsenal", country="en")))
    assert message in _errors(admin_client.post(f"{TEAMS}{other.pk}/change/", _team(other, name="Arsenal")))


def test_a_team_stays_in_its_country(admin_client: Client) -> None:
    team = a_team("Arsenal")
    assert admin_client.post(f"{TEAMS}{team.pk}/change/", _team(team, country="fr")).status_code == 302
    team.refresh_from_db()
    assert team.country == "en"


def test_a_team_with_matches_cannot_be_deleted_and_one_without_can(admin_client: Client) -> None:
    home, away, idle = a_team("Arsenal"), a_team("Chelsea"), a_team("Everton")
    a_fixture(a_league(), home, away)
    admin_client.post(f"{TEAMS}{home.pk}/delete/", {"post": "yes"})
    admin_client.post(f"{TEAMS}{idle.pk}/delete/", {"post": "yes"})
    assert set(Team.objects.all()) == {home, away}


def test_a_time_to_live_is_typed_into_the_list_of_leagues(admin_client: Client) -> None:
    league = a_league()
    data = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": league.pk,
        "form-0-cache_ttl": 21600,
        "_save": "Save",
    }
    assert admin_client.post("/admin/matches/league/", data).status_code == 302
    assert League.objects.get().cache_ttl == 21600
    response = admin_client.post("/admin/matches/league/", data | {"form-0-cache_ttl": 0})
    assert "greater than or equal to 1" in response.content.decode()


def test_a_league_whose_time_zone_is_changed_takes_its_matches_along(admin_client: Client) -> None:
    league = a_league()
    match = a_fixture(league, a_team("Arsenal"), a_team("Chelsea"))
    data = {
        "code": league.code, "name": league.name, "country": "en", "tier": 1, "time_zone": "Pacific/Auckland",
        "cache_ttl": 60,
    }  # fmt: skip
    assert admin_client.post(f"/admin/matches/league/{league.pk}/change/", data).status_code == 302
    match.refresh_from_db()
    assert match.day.day == 2


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"code": "EN 1"}, "Small letters, digits, dots, hyphens"),
        ({"time_zone": "Mars/Olympus"}, "not an IANA time zone"),
        ({"cache_ttl": 10**7}, "less than or equal to 604800"),
        ({"tier": 0}, "greater than or equal to 1"),
        ({"code": "en.1"}, "already exists"),
    ],
)
def test_a_league_is_checked_in_words(admin_client: Client, typed: dict[str, Any], message: str) -> None:
    a_league("en.1")
    data = {"code": "en.2", "name": "Second", "country": "en", "tier": 2, "time_zone": "UTC", "cache_ttl": 60}
    assert message in _errors(admin_client.post("/admin/matches/league/add/", data | typed))
