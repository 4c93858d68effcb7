"""What if two teams met that have no fixture: the same features, by the same function, and the same model.

Nothing of it is cached: there are as many questions as pairs of teams and days, and no match to void an answer by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.db.models import DateField, Exists, F, OuterRef, QuerySet, Subquery, Value

from matches.api.serializers import LeagueSerializer, TeamSerializer
from matches.form import forms_of, with_form
from matches.models import League, LeagueSnapshot, Team, TeamSnapshot
from matches.querysets import MatchQuerySet
from predictions.cache import admission
from predictions.document import iso, played_as_json
from predictions.ml.active import active_model
from predictions.ml.explanation import in_words
from predictions.ml.features import Features, NoRatings, features_before, with_ratings


class NoCommonLeague(LookupError):
    """The two have no ratings in the same league, or in none that was asked for; or they have in several."""

    def __init__(self, message: str, leagues: list[str]) -> None:
        super().__init__(message)
        self.leagues = leagues
        """The codes of those in which both have ratings."""


def what_if(home: Team, away: Team, *, day: date, today: date, league: str | None = None) -> dict[str, Any]:
    """The document of a prediction, with `what_if` in the place of `match`, as if they met on `day`. Two queries.

    In the league with that code, or in the one in which both have ratings. It uses only what was known before the day,
    and follows from that alone; `retrospective` says that the day is over, of which the model may have learnt.

    Raises NoCommonLeague, predictions.ml.active.NoActiveModel and predictions.cache.admission.Overloaded.
    """
    with admission.computing(patience=settings.WAIT_SECONDS):
        model = active_model()
        meeting, features = _meeting(home, away, day, league)
        [prediction] = model.predict([features])
        said, form = prediction.as_json(), forms_of([meeting])[meeting.pk]
        return {
            "what_if": {
                "league": LeagueSerializer(meeting).data,
                "season": meeting.season,
                "day": day.isoformat(),
                "home_team": TeamSerializer(home).data,
                "away_team": TeamSerializer(away).data,
            },
            **said,
            "why": {**said["why"], "reasons": in_words(said["why"], home=home.name, away=away.name)},
            "form": {"home": played_as_json(form.home), "away": played_as_json(form.away)},
            "last_meetings": played_as_json(form.meetings),
            "model": {"version": model.version, "trained_at": iso(model.trained_at)},
            "retrospective": day < today,
        }


def _meeting(home: Team, away: Team, day: date, league: str | None) -> tuple[Any, Features]:
    """A league in which they could meet, with all that is asked of a match. Raises NoCommonLeague."""
    possible = {}
    for each in _meetings(home, away, day):
        try:
            possible[each.code] = each, features_before(each)
        except NoRatings:
            continue
    codes = sorted(possible)
    both = f"{home} and {away}"
    if league is not None and league not in possible:
        where = f" They have in: {', '.join(codes)}." if codes else ""
        raise NoCommonLeague(f"{both} have no ratings in {league} before {day}.{where}", codes)
    if not possible:
        raise NoCommonLeague(f"{both} have no ratings in the same league before {day}.", codes)
    if league is None and len(codes) > 1:
        raise NoCommonLeague(f"{both} have ratings in several leagues, of which one has to be named.", codes)
    return possible[league or codes[0]]


def _meetings(home: Team, away: Team, day: date) -> Iterable[Any]:
    """Leagues that know both, each as if it were a match of theirs in the season of that day."""
    theirs = TeamSnapshot.objects.filter(league=OuterRef("pk"), day__lt=day)
    season = LeagueSnapshot.objects.filter(league=OuterRef("pk"), day__lt=day).order_by("-day").values("season")[:1]
    leagues: QuerySet[League] = League.objects.filter(
        Exists(theirs.filter(team=home)), Exists(theirs.filter(team=away))
    ).annotate(
        league=F("pk"),
        home_team=Value(home.pk),
        away_team=Value(away.pk),
        home_team_id=Value(home.pk),
        away_team_id=Value(away.pk),
        season=Subquery(season),
        day=Value(day, DateField()),
    )
    # All that features and form ask of a match is here under the names that it has there.
    return with_ratings(with_form(cast(MatchQuerySet, leagues)))
