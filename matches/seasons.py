"""Which season a day of football belongs to, for who says the day alone."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, Min

from matches.importers.leagues import BY_CODE
from matches.models import League

# Between two seasons: which of them a match belongs to, the calendar does not say.
SUMMER = (6, 7)


def season_of(league: League, day: date) -> int | None:
    """The season that `day` lies in; None where there is any doubt.

    The one season with matches before and after it, or on it; where there is none, what the calendar says of a league
    whose seasons are known to begin with the year, or in summer. One query.
    """
    spans = league.matches.order_by().values("season").annotate(first=Min("day"), last=Max("day"))
    around = [span["season"] for span in spans if span["first"] <= day <= span["last"]]
    if around:
        return around[0] if len(around) == 1 else None
    if (known := BY_CODE.get(league.code)) is None:
        return None
    if known.one_year:
        return day.year
    if day.month in SUMMER:
        return None
    return day.year if day.month > max(SUMMER) else day.year - 1
