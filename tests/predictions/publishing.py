"""Matches with results, and what is said of them before kickoff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from matches.models import League, Match, Team
from predictions.published import Publication, publish

OUTCOMES = ("home", "draw", "away")
KICKOFF = datetime(2024, 8, 17, 14, 0, tzinfo=UTC)
BEFORE = KICKOFF - timedelta(hours=1)


def make_match(
    *score: int, league: str = "en.1", odds: tuple[float, float, float] | None = None, **fields: Any
) -> Match:
    """`make_match(2, 1)` ended 2:1; one without a score is to come. Each match has teams of its own."""
    row, _ = League.objects.get_or_create(code=league, defaults={"name": f"League {league}", "country": league[:2]})
    number = Team.objects.count()
    home, away = (Team.objects.create(name=f"Team {number + which}", country="en") for which in range(2))
    values: dict[str, Any] = {"season": 2024, "kickoff": KICKOFF}
    if score:
        values |= {"status": "finished", "home_goals": score[0], "away_goals": score[1]}
    if odds:
        values |= {f"closing_odds_{outcome}": of_it for outcome, of_it in zip(OUTCOMES, odds, strict=True)}
    return Match.objects.create(league=row, home_team=home, away_team=away, **{**values, **fields})


def say(
    match: Match,
    *probabilities: float,
    with_market: tuple[float, ...] | None = None,
    by: str = "model-1",
    made_at: datetime = BEFORE,
) -> None:
    """Publish a prediction: .5, .3, .2 unless told."""
    said: dict[str, Any] = {"probabilities": dict(zip(OUTCOMES, probabilities or (0.5, 0.3, 0.2), strict=True))}
    said["with_market"] = with_market and {"probabilities": dict(zip(OUTCOMES, with_market, strict=True))}
    teams = (match.home_team_id, match.away_team_id)
    publish([Publication(match.pk, *teams, said, by, KICKOFF - timedelta(days=9), made_at)])
