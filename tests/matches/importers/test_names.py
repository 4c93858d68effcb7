"""The table knows the spellings that do not reduce to one key."""

from collections import Counter

import pytest

from matches.importers import names
from matches.importers.names import known
from matches.names import normalise


@pytest.mark.parametrize(
    ("country", "spellings"),
    [
        ("en", ["Man United", "Manchester United", "Manchester United FC"]),
        ("en", ["QPR", "Queens Park Rangers FC"]),
        ("de", ["Ein Frankfurt", "Eintracht Frankfurt"]),
        ("de", ["M'gladbach", "Bor. Mönchengladbach", "Borussia M'gladbach", "Borussia Mönchengladbach"]),
        ("es", ["Ath Madrid", "Atlético Madrid", "Club Atlético de Madrid"]),
        ("es", ["Espanol", "RCD Espanyol de Barcelona"]),
        ("it", ["Inter", "FC Internazionale Milano"]),
        ("fr", ["Paris SG", "Paris Saint-Germain"]),
        ("fr", ["Ajaccio GFCO", "Gazélec FC Ajaccio"]),
        ("pt", ["Sp Lisbon", "Sporting CP"]),
        ("sco", ["Hearts", "Heart of Midlothian"]),
    ],
)
def test_the_table_knows_both_sources_spellings(country: str, spellings: list[str]) -> None:
    assert len({team.name for s in spellings if (team := known(country, normalise(s)))}) == 1
    assert all(known(country, normalise(s)) for s in spellings)


def test_a_spelling_belongs_to_one_country_only_where_it_stands() -> None:
    assert known("de", normalise("Man United")) is None


def test_no_spelling_means_two_teams_of_a_country() -> None:
    for country, teams in names.table():
        keys = Counter(key for team in teams for key in {normalise(spelling) for spelling in team.spellings})
        assert [key for key, times in keys.items() if times > 1] == [], country
        assert "" not in keys


def test_no_line_of_the_table_repeats_itself() -> None:
    for country, teams in names.table():
        for team in teams:
            keys = Counter(map(normalise, team.spellings))
            assert [key for key, times in keys.items() if times > 1] == [], f"{country}: {team.name}"
