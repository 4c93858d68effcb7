"""The competitions that are known, and their rows."""

import pytest
from django.core.exceptions import ValidationError

from matches.importers import leagues
from matches.importers.names import table
from matches.models import League


def test_no_code_and_no_division_is_given_twice() -> None:
    assert len(leagues.BY_CODE) == len(leagues.KNOWN)
    assert len(leagues.BY_DIVISION) == len([league for league in leagues.KNOWN if league.division])


def test_every_country_of_the_team_table_has_a_league() -> None:
    assert {country for country, _ in table()} <= {league.country for league in leagues.KNOWN}


@pytest.mark.django_db
def test_every_known_league_makes_a_valid_row() -> None:
    for league in leagues.stored(set(leagues.BY_CODE)).values():
        try:
            league.full_clean()
        except ValidationError as error:
            pytest.fail(f"{league.code}: {error}")


@pytest.mark.django_db
def test_only_the_first_divisions_of_the_top_five_are_cached_for_six_hours() -> None:
    stored = leagues.stored(set(leagues.BY_CODE))
    assert {code for code, league in stored.items() if league.cache_ttl == 21600} == {
        "en.1", "de.1", "es.1", "it.1", "fr.1",
    }  # fmt: skip
    assert stored["en.2"].cache_ttl == 3600


@pytest.mark.django_db
def test_a_league_that_is_there_stays_as_it_was_edited() -> None:
    League.objects.create(code="en.1", name="The League", country="en", time_zone="Europe/Paris", cache_ttl=7)
    league = leagues.stored({"en.1"})["en.1"]
    assert (league.name, league.time_zone, league.cache_ttl) == ("The League", "Europe/Paris", 7)


@pytest.mark.django_db
def test_an_unknown_league_is_left_out_unless_it_is_stored() -> None:
    League.objects.create(code="xx.2", name="Theirs", country="xx")
    assert set(leagues.stored({"xx.1", "xx.2"})) == {"xx.2"}
