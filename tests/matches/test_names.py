"""Two spellings of one team reduce to one key; two teams never do."""

import pytest

from matches.names import normalise


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Manchester United FC", "manchester united"),
        ("  Sunderland   A.F.C. ", "sunderland"),
        ("Nîmes Olympique", "nimes olympique"),
        ("1. FC Köln", "1 fc koln"),
        ("Nott'm Forest", "nottm forest"),
        ("St. Pauli", "st pauli"),
        ("Saint-Étienne", "saint etienne"),
        ("Brighton & Hove Albion", "brighton and hove albion"),
        ("Preußen Münster", "preussen munster"),
        ("İstanbul Başakşehir", "istanbul basaksehir"),
        ("Kasımpaşa", "kasimpasa"),
        ("Brøndby", "brondby"),
        ("FC", "fc"),
        ("…!", ""),
    ],
)
def test_a_name_is_reduced_to_what_spellings_share(name: str, key: str) -> None:
    assert normalise(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AFC Wimbledon", "Wimbledon"),
        ("Paris FC", "Paris Saint-Germain"),
        ("AC Ajaccio", "Gazélec FC Ajaccio"),
        ("FSV Frankfurt", "Eintracht Frankfurt"),
        ("Sevilla FC", "Sevilla Atlético"),
        ("Austria Wien", "Austria Wien II"),
        ("Sheffield United", "Sheffield Wednesday"),
        ("Dundee FC", "Dundee United"),
    ],
)
def test_two_teams_stay_two(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)
