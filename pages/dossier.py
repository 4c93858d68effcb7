"""All that is said of one match, ready for its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from matches.models import Match
from pages.asking import Told
from pages.caching import Cached, cached
from pages.calibration import Calibration, calibration
from pages.cards import OUTCOME_LABELS, expected_goals
from pages.chances import Chance, chances, percent
from pages.form import Meeting, Result, form, meetings
from pages.markets import Markets, markets
from pages.reasons import Reason, reasons
from pages.scorelines import Grid, grid, likeliest
from pages.times import moment_in_words
from predictions.ml.active import known_model
from predictions.ml.outcomes import Outcome

ENDED = {Outcome.HOME: "a home win", Outcome.DRAW: "a draw", Outcome.AWAY: "an away win"}


class Dossier(NamedTuple):
    chances: list[Chance]
    with_market: list[Chance] | None
    """By who also knows the bookmakers' odds of this match."""
    goals: str
    likeliest: tuple[str, str] | None
    grid: Grid | None
    markets: Markets
    reasons: list[Reason]
    home_form: list[Result]
    away_form: list[Result]
    meetings: list[Meeting]
    confidence: tuple[str, int] | None
    """How often predictions like this came true when tested, and how many these were."""
    calibration: Calibration | None
    cached: Cached
    etag: str
    model: str
    trained_at: str
    made_at: str
    standing: str
    """What kind of a prediction this is once the match has begun; empty before."""
    ended: str
    """"home", "draw" or "away"; empty until there is a result."""
    verdict: str
    """What came of it; empty until there is a result."""


def dossier(match: Match, told: Told, *, now: datetime) -> Dossier:
    """`now` is when it was asked."""
    document = told.document
    probabilities, scores, why = document["probabilities"], document.get("correct_score"), document.get("why")
    with_market, confidence = document.get("with_market"), document.get("confidence")
    active, score = known_model(), score_of(match)
    return Dossier(
        chances=_outcomes(document),
        with_market=with_market and _outcomes(with_market),
        goals=expected_goals(document),
        likeliest=likeliest(scores) if scores else None,
        grid=grid(scores, score) if scores else None,
        markets=markets(document.get("markets") or {}),
        reasons=reasons(why["reasons"] if why else ()),
        home_form=form(document["form"]["home"], match.home_team.name),
        away_form=form(document["form"]["away"], match.away_team.name),
        meetings=meetings(document["last_meetings"]),
        confidence=(percent(confidence["share"]), confidence["matches"]) if confidence else None,
        calibration=None
        if active is None
        else calibration(active.scores, version=active.version, top_probability=max(probabilities.values())),
        cached=cached(told.answer, now=now),
        etag=told.answer.entry.etag,
        model=document["model"]["version"],
        trained_at=moment_in_words(datetime.fromisoformat(document["model"]["trained_at"])),
        made_at=moment_in_words(datetime.fromisoformat(document["made_at"])),
        standing=_standing(document),
        ended=str(Outcome.of(*score)) if score else "",
        verdict=_verdict(score, probabilities),
    )


def score_of(match: Match) -> tuple[int, int] | None:
    """How a match ended on the pitch, which an awarded one did not."""
    if match.status != Match.Status.FINISHED or match.home_goals is None or match.away_goals is None:
        return None
    return match.home_goals, match.away_goals


def _outcomes(market: Mapping[str, Any]) -> list[Chance]:
    return chances(market["probabilities"], OUTCOME_LABELS, market.get("fair_odds"))


def _standing(document: Mapping[str, Any]) -> str:
    if document["frozen"]:
        return "This is what was said last before kick-off, and it has not been touched since."
    if document["retrospective"]:
        text = (
            "Nothing was said of this match before kick-off. This was worked out later, from what was known before it"
        )
    elif document["match"]["score"]:
        text = "The result was entered before the kick-off that is on record. This was worked out after that"
    else:
        return ""
    if document["in_sample"]:
        return f"{text}, but by a model that has learnt from this very match: do not judge the model by it."
    return f"{text}."


def _verdict(score: tuple[int, int] | None, probabilities: Mapping[str, float]) -> str:
    if score is None:
        return ""
    outcome = Outcome.of(*score)
    most = probabilities[outcome] == max(probabilities.values())
    beside = "more than to any other outcome" if most else "less than to another outcome"
    return f"It ended in {ENDED[outcome]}. The model gave that {percent(probabilities[outcome])}, {beside}."
