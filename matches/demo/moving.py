"""Moves a league's matches on once time has overtaken its fixtures."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from matches.demo.dates import WEEK, moved
from matches.models import League, Match

BATCH_SIZE = 500


def move(league: League, *, weeks: int, now: datetime) -> None:
    """Move every match of the league, whoever made it, by so many `weeks`, 1 or more.

    A result that was entered since stays a thing of the past: its match moves no further than up to `now`. Two teams
    may meet twice at the same home, and the earlier meeting may move to the very day that the later one is about to
    leave. So the later one goes first: together they would run into the constraint on a match's day.
    """
    turns: dict[int, list[Match]] = defaultdict(list)
    meetings: Counter[tuple[int, int, int]] = Counter()
    for match in Match.objects.filter(league=league).order_by("-kickoff"):
        match.league = league
        match.kickoff = moved(match.kickoff, _own_weeks(match, weeks, now), league.zone)
        pair = (match.season, match.home_team_id, match.away_team_id)
        turns[meetings[pair]].append(match)
        meetings[pair] += 1
    for _, matches in sorted(turns.items()):
        Match.objects.bulk_update(matches, ["kickoff"], batch_size=BATCH_SIZE)
    league.shifted_weeks += weeks
    league.save(update_fields=["shifted_weeks"])


def _own_weeks(match: Match, weeks: int, now: datetime) -> int:
    if match.status not in Match.WITH_SCORE:
        return weeks
    return min(weeks, max(0, (now - match.kickoff) // WEEK))
