"""The document that a client gets: what is in it, and what it says of when it was made."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from matches.api.serializers import MatchSerializer
from matches.form import Form, Played
from matches.models import League, Match, Team
from predictions.document import played_as_json, prediction_document
from predictions.ml.said import Said
from predictions.published import Publication

KICKOFF = datetime(2026, 3, 7, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MATCH = Match(
    pk=7,
    league=League(pk=1, code="en.1", name="Premier League", country="en"),
    season=2025,
    kickoff=KICKOFF,
    day=KICKOFF.date(),
    home_team=Team(pk=1, name="Albion", country="en"),
    away_team=Team(pk=2, name="Borough", country="en"),
)
TRAINED = datetime(2026, 3, 1, 4, 5, 6, 789_123, tzinfo=UTC)


FORM = Form(
    home=(Played("2026-02-28", "Albion", "County", 2, 0), Played("2026-02-21", "Borough", "Albion", 1, 1)),
    away=(Played("2026-02-21", "Borough", "Albion", 1, 1),),
    meetings=(Played("2026-02-21", "Borough", "Albion", 1, 1),),
)


def said(made_at: datetime, trained_at: datetime = TRAINED, **fields: Any) -> Publication:
    told = {"probabilities": {"home": 0.5, "draw": 0.3, "away": 0.2}, "expected_goals": {"home": 1.5, "away": 0.9}}
    return Publication(7, 1, 2, told | fields, "20260301-abc", trained_at, made_at)


def document_of(
    what: Publication, *, now: datetime = KICKOFF - MINUTE, match: Match = MATCH, learnt: Container[int] = ()
) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(prediction_document(match, what, FORM, now=now, learnt=learnt))
    return document


def test_it_says_what_the_model_says_of_which_match() -> None:
    document = document_of(said(KICKOFF - MINUTE))
    assert document["match"]["id"] == 7
    assert document["match"]["home_team"]["name"] == "Albion"
    assert document["probabilities"] == {"home": 0.5, "draw": 0.3, "away": 0.2}
    assert document["expected_goals"] == {"home": 1.5, "away": 0.9}
    assert document["model"]["version"] == "20260301-abc"


def test_it_tells_the_form_of_both_teams_and_their_last_meetings() -> None:
    document = document_of(said(KICKOFF - MINUTE))
    draw = {"day": "2026-02-21", "home_team": "Borough", "away_team": "Albion", "home_goals": 1, "away_goals": 1}
    assert [one["day"] for one in document["form"]["home"]] == ["2026-02-28", "2026-02-21"]
    assert document["form"]["away"] == document["last_meetings"] == [draw]


def test_what_drove_it_is_also_told_in_words_with_the_teams_names() -> None:
    why = {"log_odds": 0.7, "average_match": 0.4, "contributions": {"elo_difference": 0.5, "pi_difference": -0.2}}
    document = document_of(said(KICKOFF - MINUTE, why=why))
    assert {name: document["why"][name] for name in why} == why
    assert any("Albion" in reason["text"] for reason in document["why"]["reasons"])
    assert document_of(said(KICKOFF - MINUTE))["why"] is None


@pytest.mark.parametrize(
    ("made", "learnt", "in_sample"),
    [(1, {7}, True), (1, {6, 8}, False), (-1, {7}, False)],
    ids=["learnt from", "not learnt from", "said before kickoff, and learnt from since"],
)
def test_it_says_whether_the_model_has_learnt_from_the_very_match(made: int, learnt: set[int], in_sample: bool) -> None:
    document = document_of(said(KICKOFF + made * MINUTE), now=KICKOFF + 9 * MINUTE, learnt=learnt)
    assert document["in_sample"] is in_sample


def test_it_says_so_also_of_a_result_that_was_entered_before_its_kickoff() -> None:
    assert document_of(said(KICKOFF - MINUTE), learnt={7})["in_sample"]


@pytest.mark.parametrize(
    ("made", "now", "frozen", "retrospective"),
    [
        (-2, -1, False, False),
        (-1, 0, True, False),
        (-1, 90, True, False),
        (0, 0, False, True),
        (1, 1, False, True),
        (1, 90, False, True),
    ],
    ids=["before", "at kickoff", "afterwards", "made at kickoff", "made afterwards", "made afterwards, asked later"],
)
def test_it_says_whether_it_is_what_was_said_before_kickoff(
    made: int, now: int, frozen: bool, retrospective: bool
) -> None:
    document = document_of(said(KICKOFF + made * MINUTE), now=KICKOFF + now * MINUTE)
    assert (document["frozen"], document["retrospective"]) == (frozen, retrospective)


def test_times_are_utc_to_the_millisecond_wherever_they_come_from() -> None:
    elsewhere = timezone(timedelta(hours=-7))
    made = (KICKOFF - MINUTE).astimezone(elsewhere)
    document = document_of(said(made, TRAINED.astimezone(elsewhere)))
    assert document["made_at"] == "2026-03-07T14:59:00.000Z"
    assert document["model"]["trained_at"] == "2026-03-01T04:05:06.789Z"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"status": "finished", "home_goals": 2, "away_goals": 0},
        {"kickoff": datetime(2026, 3, 7, 15, 0, 1, 250_000, tzinfo=timezone(timedelta(hours=3)))},
        {"home_team": Team(pk=3, name='O"Neill \\ Ñandú\n', country="en"), "kickoff_time_known": False},
    ],
    ids=["to come", "played", "another time zone", "a name that JSON escapes"],
)
def test_the_match_is_told_as_it_is_by_itself(changed: dict[str, Any]) -> None:
    fields = {field.name: getattr(MATCH, field.name) for field in Match._meta.concrete_fields} | changed
    match = Match(**fields)
    body = prediction_document(match, said(KICKOFF - MINUTE), FORM, now=KICKOFF, learnt=())
    alone = JSONRenderer().render(MatchSerializer(match).data)
    assert body.startswith(b'{"match":' + alone)


def test_names_in_the_form_are_json_whatever_they_are() -> None:
    name = 'O"Neill \\ Ñandú\n\u2028'
    form = Form(home=(Played("2026-02-28", name, "County", 2, 0),), away=(), meetings=())
    document = json.loads(prediction_document(MATCH, said(KICKOFF - MINUTE), form, now=KICKOFF, learnt=()))
    assert document["form"]["home"] == played_as_json(form.home)
    assert document["form"]["home"][0]["home_team"] == name


def test_what_a_model_has_just_said_is_told_as_what_is_read_again() -> None:
    why = {"log_odds": 0.7, "average_match": 0.4, "contributions": {"elo_difference": 0.3}}
    fresh = Said('"probabilities":{"home":0.5,"draw":0.3,"away":0.2}', why, {"share": 0.5, "matches": 300})
    bodies = [
        prediction_document(MATCH, replace(said(KICKOFF - MINUTE), said=one), FORM, now=KICKOFF - MINUTE, learnt=())
        for one in (fresh, dict(fresh))
    ]
    assert bodies[0] == bodies[1]
