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
    model = {"version": said.model_version, "trained_at": iso(said.trained_at)}
    members = (
        f'"match":{to_json(_match(match))}',
        _said(match, said.said),
        f'"form":{{"home":{_played(form.home)},"away":{_played(form.away)}}}',
        f'"last_meetings":{_played(form.meetings)}',
        f'"model":{to_json(model)}',
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
        return f'{said.numbers},"why":{to_json(_why(match, said.why))},"confidence":{to_json(said.confidence)}'
    return to_json({**said, "why": _why(match, said.get("why"))})[1:-1]


def _match(match: Match) -> dict[str, Any]:
    """The same as matches.api.serializers.MatchSerializer makes, in a fiftieth of the time."""
    league, home, away = match.league, match.home_team, match.away_team
    return {
        "id": match.pk,
        "league": {
            "code": league.code,
            "name": league.name,
            "country": league.country,
            "tier": league.tier,
            "shifted_weeks": league.shifted_weeks,
        },
        "season": match.season,
        "kickoff": match.kickoff.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "kickoff_time_known": match.kickoff_time_known,
        "day": match.day.isoformat(),
        "home_team": {"id": home.pk, "name": home.name},
        "away_team": {"id": away.pk, "name": away.name},
        "status": str(match.status),
        "score": None if match.home_goals is None else {"home": match.home_goals, "away": match.away_goals},
        "prediction": f"{get_script_prefix()}api/v1/predictions/{match.pk}/",
    }


def _why(match: Match, why: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return why and {**why, "reasons": in_words(why, home=match.home_team.name, away=match.away_team.name)}


def _played(played: Iterable[Played]) -> str:
    """As `played_as_json`, in a third of the time."""
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
