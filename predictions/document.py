"""The JSON document that a client gets for a prediction."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, datetime
from typing import Any

from matches.api.serializers import MatchSerializer
from matches.form import Form, Played
from matches.models import Match
from predictions.ml.explanation import in_words
from predictions.published import Publication


def prediction_document(
    match: Match, said: Publication, form: Form, *, now: datetime, learnt: Container[int]
) -> dict[str, Any]:
    """What was said of a match, and what there is to say beside it. Times are UTC.

    `frozen`: the match has kicked off, and this is what was said of it before. `retrospective`: nothing was, so this
    was made afterwards; it uses only what was known before all the same. `in_sample`: not even that, for the model
    has learnt from this very match. `learnt` are the ids of those that the active one has learnt from.
    """
    frozen = said.made_at < match.kickoff <= now
    return {
        "match": MatchSerializer(match).data,
        **said.said,
        "why": _why(match, said),
        "form": {"home": _matches(form.home), "away": _matches(form.away)},
        "last_meetings": _matches(form.meetings),
        "model": {"version": said.model_version, "trained_at": _iso(said.trained_at)},
        "made_at": _iso(said.made_at),
        "frozen": frozen,
        "retrospective": said.made_at >= match.kickoff,
        "in_sample": not frozen and match.pk in learnt,
    }


def _why(match: Match, said: Publication) -> dict[str, Any] | None:
    why = said.said.get("why")
    return why and {**why, "reasons": in_words(why, home=match.home_team.name, away=match.away_team.name)}


def _matches(played: Iterable[Played]) -> list[dict[str, Any]]:
    return [one._asdict() for one in played]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
