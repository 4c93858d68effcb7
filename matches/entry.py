"""What a person enters over HTTP: fixtures, results, corrections. It outlasts what sources say later, as in the admin.

Typing a score is enough to finish a match. A kickoff whose time of day is unknown becomes noon at the league's place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from matches import services
from matches.models import Match
from matches.provenance import ADMIN, stated_groups

Status = Match.Status
Values = Mapping[str, Any]
"""New values of a match's fields, by their names in the model."""


class AlreadyThere(Exception):
    """These teams meet at this home on that day already."""

    def __init__(self, match: Match) -> None:
        super().__init__(f"These teams already meet at this home on {match.day}.")
        self.match = match


def add(values: Values) -> Match:
    """Store a new match. Raises AlreadyThere, and ValidationError by field for what makes no sense together."""
    with services.batched() as change:
        change.lock([values["league"].pk])
        match = Match()
        _enter(match, values)
        return match


def correct(match_id: int, values: Values, *, check: Callable[[Match], None]) -> Match:
    """Change a stored match. `check` is given it as it is while nobody else can write it, and may raise to leave it so.

    What changes nothing is not written. Raises Match.DoesNotExist, AlreadyThere, and ValidationError by field for what
    makes no sense together.
    """
    with services.batched() as change:
        match = _locked(match_id, change, beside={values["league"].pk} if "league" in values else set())
        check(match)
        _enter(match, values)
        return match


def _locked(match_id: int, change: services.Change, *, beside: set[int]) -> Match:
    """The match once nobody else writes matches of its league, or of those `beside`.

    While it is waited for, the match may move to another league.
    """
    locked: set[int] = set()
    while True:
        match = Match.objects.with_names().get(pk=match_id)
        if match.league_id in locked:
            return match
        locked |= change.lock({match.league_id} | beside).keys()


def _enter(match: Match, values: Values) -> None:
    new = match._state.adding
    values = _with_what_follows(match, values)
    if new:
        # That the time is unknown says as little as a score that is null.
        changed = {name for name, value in values.items() if value is not None and value is not False}
    else:
        changed = {name for name, value in values.items() if value != getattr(match, name)}
    if not changed:
        return
    for name, value in values.items():
        setattr(match, name, value)
    _check(match)
    match.provenance = match.provenance | dict.fromkeys(
        stated_groups(changed, time_known=match.kickoff_time_known), ADMIN
    )
    match.save()


def _with_what_follows(match: Match, values: Values) -> Values:
    values = dict(values)
    league = values.get("league") or match.league
    if "kickoff" in values:
        values.setdefault("kickoff_time_known", True)
    if not values.get("kickoff_time_known", match.kickoff_time_known):
        # The day a client states is one at the league's place; one that is stored is at that of the match's league.
        day = values["kickoff"].astimezone(league.zone) if "kickoff" in values else match.day
        values["kickoff"] = datetime.combine(day, time(12), tzinfo=league.zone).astimezone(UTC)
    unplayed = match.status in (Status.SCHEDULED, Status.POSTPONED)
    if values.get("home_goals") is not None and "status" not in values and unplayed:
        values["status"] = Status.FINISHED
    return values


def _check(match: Match) -> None:
    if match.home_team_id == match.away_team_id:
        raise ValidationError({"away_team": "A team cannot play against itself."})
    decided, scored = match.status in match.WITH_SCORE, match.home_goals is not None
    if decided and not scored:
        raise ValidationError({"home_goals": f"A match that is {match.status} needs a score."})
    if scored and not decided:
        raise ValidationError({"status": f"A match that is {match.status} has no score: make it null, or finish it."})
    day = match.kickoff.astimezone(match.league.zone).date()
    # The days of a demonstration were moved, its seasons are called as they were.
    year = (day - timedelta(weeks=match.league.shifted_weeks)).year
    if not match.season <= year <= match.season + 1:
        raise ValidationError({"season": f"{day} is in no season that starts in {match.season}."})
    same = Match.objects.filter(
        league=match.league, season=match.season, home_team=match.home_team, away_team=match.away_team, day=day
    )
    if (there := same.exclude(pk=match.pk).first()) is not None:
        raise AlreadyThere(there)
