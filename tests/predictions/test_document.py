"""The document that a client gets: what is in it, and what it says of when it was made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from matches.models import League, Match, Team
from predictions.document import prediction_document
from predictions.ml.estimator import Prediction
from predictions.published import Publication

KICKOFF = datetime(2026, 3, 7, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MATCH = Match(
    pk=7,
    league=League(pk=1, code="en.1", name="Premier League", country="en"),
    season=2025,
    kickoff=KICKOFF,
    home_team=Team(pk=1, name="Albion", country="en"),
    away_team=Team(pk=2, name="Borough", country="en"),
)
TRAINED = datetime(2026, 3, 1, 4, 5, 6, 789_123, tzinfo=UTC)


def said(made_at: datetime, trained_at: datetime = TRAINED) -> Publication:
    return Publication(7, Prediction(0.5, 0.3, 0.2, 1.5, 0.9), "20260301-abc", trained_at, made_at)


def test_it_says_what_the_model_says_of_which_match() -> None:
    document = prediction_document(MATCH, said(KICKOFF - MINUTE), now=KICKOFF - MINUTE)
    assert document["match"]["id"] == 7
    assert document["match"]["home_team"]["name"] == "Albion"
    assert document["probabilities"] == {"home": 0.5, "draw": 0.3, "away": 0.2}
    assert document["expected_goals"] == {"home": 1.5, "away": 0.9}
    assert document["model"]["version"] == "20260301-abc"


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
    document = prediction_document(MATCH, said(KICKOFF + made * MINUTE), now=KICKOFF + now * MINUTE)
    assert (document["frozen"], document["retrospective"]) == (frozen, retrospective)


def test_times_are_utc_to_the_millisecond_wherever_they_come_from() -> None:
    elsewhere = timezone(timedelta(hours=-7))
    made = (KICKOFF - MINUTE).astimezone(elsewhere)
    document = prediction_document(MATCH, said(made, TRAINED.astimezone(elsewhere)), now=KICKOFF - MINUTE)
    assert document["made_at"] == "2026-03-07T14:59:00.000Z"
    assert document["model"]["trained_at"] == "2026-03-01T04:05:06.789Z"
