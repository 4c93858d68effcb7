"""A coming match in a list: who plays when, what is said of it, and how that was had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from matches.models import League, Match
from pages.asking import Told
from pages.caching import Cached, cached
from pages.chances import Chance, chances
from pages.form import Result, form
from pages.scorelines import likeliest
from pages.times import KickOff, kick_off

OUTCOME_LABELS = {"home": "home", "draw": "draw", "away": "away"}


class Said(NamedTuple):
    chances: list[Chance]
    likeliest: tuple[str, str] | None
    goals: str
    """Expected of each, as "1.5–1.3"."""
    home_form: list[Result]
    away_form: list[Result]
    cached: Cached


class Card(NamedTuple):
    match: Match
    kick_off: KickOff
    said: Said | None


class Round(NamedTuple):
    """What is shown of one league."""

    league: League
    cards: list[Card]
    more: int
    """How many of its coming matches are left out."""


def rounds(
    matches: Sequence[Match], told: Mapping[int, Told], *, now: datetime, totals: Mapping[str, int] | None = None
) -> list[Round]:
    """Matches that are in the order of their leagues; `totals` are how many each league's are in all, by its code."""
    shown = []
    for league, some in groupby(matches, key=lambda match: match.league):
        cards = [_card(match, told.get(match.pk), now) for match in some]
        shown.append(Round(league, cards, max((totals or {}).get(league.code, 0) - len(cards), 0)))
    return shown


def expected_goals(document: Mapping[str, Any]) -> str:
    """Of the home and the away team; empty where a former model said nothing of them."""
    goals = document.get("expected_goals")
    return f"{goals['home']:.1f}–{goals['away']:.1f}" if goals else ""


def _card(match: Match, told: Told | None, now: datetime) -> Card:
    return Card(match, kick_off(match), told and _said(match, told, now))


def _said(match: Match, told: Told, now: datetime) -> Said:
    document = told.document
    scores = document.get("correct_score")
    return Said(
        chances=chances(document["probabilities"], OUTCOME_LABELS),
        likeliest=likeliest(scores) if scores else None,
        goals=expected_goals(document),
        home_form=form(document["form"]["home"], match.home_team.name),
        away_form=form(document["form"]["away"], match.away_team.name),
        cached=cached(told.answer, now=now),
    )
