"""The JSON document that a client gets for a prediction, put together from parts that are JSON already."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as text
from typing import Any

from django.urls import get_script_prefix

from matches.form import Form, Played
from matches.models import Match
from predictions.ml.explanation import in_words
from predictions.ml.said import Said, to_json
from predictions.published import Publication


def prediction_document(match: Match, said: Publication, form: Form, *, now: datetime, learnt: Container[int]) -> bytes:
    """What was said of a match, and what there is to say beside it. Times are UTC. Raises ValueError for numbers that
    JSON does not have.

    `frozen`: the match has kicked off, and this is what was said of it before. `retrospective`: nothing was, so this
    was made afterwards; it uses only what was known before all the same. `in_sample`: not even that, for the model
    has learnt from this very match. `learnt` are the ids of those that the active one has learnt from.
    """
    frozen = said.made_at < match.kickoff <= now
    members = (
        f'"match":{_match(match)}',
        _said(match, said.said),
        f'"form":{{"home":{_played(form.home)},"away":{_played(form.away)}}}',
        f'"last_meetings":{_played(form.meetings)}',
        f'"model":{_model(said.model_version, said.trained_at)}',
        f'"made_at":"{iso(said.made_at)}"',
        f'"frozen":{_bool(frozen)}',
        f'"retrospective":{_bool(said.made_at >= match.kickoff)}',
        f'"in_sample":{_bool(not frozen and match.pk in learnt)}',
    )
    return f"{{{','.join(members)}}}".encode()


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _said(match: Match, said: Mapping[str, Any]) -> str:
    """The members of what was said, and in `why` also the reasons."""
    if isinstance(said, Said):
        return f"{said.numbers},{to_json({'why': _why(match, said.why), 'confidence': said.confidence})[1:-1]}"
    return to_json({**said, "why": _why(match, said.get("why"))})[1:-1]


def _match(match: Match) -> str:
    """The same as matches.api.serializers.MatchSerializer makes, in a hundredth of the time."""
    league, home, away = match.league, match.home_team, match.away_team
    kickoff = match.kickoff.astimezone(UTC).isoformat().replace("+00:00", "Z")
    score = "null" if match.home_goals is None else f'{{"home":{match.home_goals},"away":{match.away_goals}}}'
    return (
        f'{{"id":{match.pk},"league":{{"code":{text(league.code)},"name":{text(league.name)},'
        f'"country":{text(league.country)},"tier":{league.tier},"shifted_weeks":{league.shifted_weeks}}},'
        f'"season":{match.season},"kickoff":"{kickoff}","kickoff_time_known":{_bool(match.kickoff_time_known)},'
        f'"day":"{match.day.isoformat()}","home_team":{{"id":{home.pk},"name":{text(home.name)}}},'
        f'"away_team":{{"id":{away.pk},"name":{text(away.name)}}},"status":{text(str(match.status))},"score":{score},'
        f'"prediction":{text(f"{get_script_prefix()}api/v1/predictions/{match.pk}/")}}}'
    )


@lru_cache(maxsize=16)
def _model(version: str, trained_at: datetime) -> str:
    return to_json({"version": version, "trained_at": iso(trained_at)})


def _why(match: Match, why: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return why and {**why, "reasons": in_words(why, home=match.home_team.name, away=match.away_team.name)}


@lru_cache(maxsize=1024)
def _played(played: tuple[Played, ...]) -> str:
    """As `played_as_json`, in a third of the time; in none for a team's next match."""
    rows = (
        f'{{"day":"{day}","home_team":{text(home)},"away_team":{text(away)},'
        f'"home_goals":{home_goals},"away_goals":{away_goals}}}'
        for day, home, away, home_goals, away_goals in played
    )
    return f"[{','.join(rows)}]"


def played_as_json(played: Iterable[Played]) -> list[dict[str, Any]]:
    """Part of a form."""
    return [
        {
            "day": one.day,
            "home_team": one.home_team,
            "away_team": one.away_team,
            "home_goals": one.home_goals,
            "away_goals": one.away_goals,
        }
        for one in played
    ]


@lru_cache(maxsize=16)
def iso(moment: datetime) -> str:
    """In UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
