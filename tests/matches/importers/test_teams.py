"""Names lead to stored teams, or to new ones."""

import pytest

from matches.importers.records import InvalidRow
from matches.importers.teams import TeamDirectory
from matches.models import Team, TeamAlias

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def aliased(team: Team, name: str, key: str) -> None:
    TeamAlias.objects.create(team=team, country=team.country, name=name, key=key)


def test_a_new_team_has_the_name_and_all_the_spellings_of_the_table() -> None:
    directory = TeamDirectory("en")
    assert directory.save([directory.find("Man United")]) == ["Manchester United"]
    team = Team.objects.get()
    assert (team.name, team.country) == ("Manchester United", "en")
    assert {"Manchester United", "Man United", "Man Utd"} <= set(team.aliases.values_list("name", flat=True))


def test_a_team_that_no_table_knows_keeps_its_name() -> None:
    directory = TeamDirectory("en")
    directory.save([directory.find("Real Nowhere FC")])
    assert Team.objects.get().name == "Real Nowhere FC"
    assert list(TeamAlias.objects.values_list("name", "key")) == [("Real Nowhere FC", "real nowhere")]


def test_every_spelling_finds_the_stored_team() -> None:
    directory = TeamDirectory("en")
    directory.save([directory.find("Man United")])
    again = TeamDirectory("en")
    assert {again.find(name).pk for name in ("Manchester United FC", "MAN UNITED", "man. united")} == {
        Team.objects.get().pk
    }


def test_a_team_made_by_hand_is_found_by_its_name() -> None:
    team = Team.objects.create(name="Manchester United", country="en")
    directory = TeamDirectory("en")
    assert directory.find("Man United").pk == team.pk
    assert directory.save([directory.find("Man United")]) == []
    assert TeamAlias.objects.filter(team=team, key="man united").exists()


def test_a_team_that_was_renamed_is_found_by_its_other_spellings() -> None:
    directory = TeamDirectory("en")
    directory.save([directory.find("Man United")])
    Team.objects.update(name="The Reds")
    assert TeamDirectory("en").find("Manchester United").name == "The Reds"


def test_an_alias_comes_before_the_table() -> None:
    other = Team.objects.create(name="United of Manchester", country="en")
    aliased(other, "Man United", "man united")
    directory = TeamDirectory("en")
    assert directory.find("Man United").pk == other.pk


def test_the_same_name_in_another_country_is_another_team() -> None:
    Team.objects.create(name="Arsenal", country="en")
    assert TeamDirectory("ar").find("Arsenal").pk is None


def test_one_object_stands_for_one_team() -> None:
    Team.objects.create(name="Chelsea", country="en")
    directory = TeamDirectory("en")
    assert directory.find("Chelsea") is directory.find("Chelsea FC")
    assert directory.find("Luton") is directory.find("Luton Town")


def test_only_teams_that_are_used_are_stored() -> None:
    directory = TeamDirectory("en")
    directory.find("Arsenal")
    directory.save([directory.find("Chelsea")])
    assert [team.name for team in Team.objects.all()] == ["Chelsea"]


def test_teams_of_other_countries_are_left_alone() -> None:
    here, there = TeamDirectory("en"), TeamDirectory("sco")
    here.save([here.find("Arsenal"), there.find("Celtic")])
    assert [team.name for team in Team.objects.all()] == ["Arsenal"]


@pytest.mark.parametrize("name", ["…", "ﷺ" * 90])
def test_a_name_without_a_key_is_refused(name: str) -> None:
    with pytest.raises(InvalidRow, match="name"):
        TeamDirectory("en").find(name)
