"""How good what was published before kickoff has turned out to be, league by league, beside the bookmakers.

Nothing of it is stored: it is reckoned from the results as they are now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from operator import mul
from typing import Any, NamedTuple

from django.db.models import Avg, Count, F, Q, QuerySet

from predictions.models.published import PublishedPrediction

# What a record compares with, and which matches have it.
RIVALS = {
    "bookmakers": Q(match__closing_odds_home__isnull=False),
    "with_market": Q(with_market_home__isnull=False),
}
_FIGURES = ("rps", "log_loss", "correct")


class Figures(NamedTuple):
    """Means over matches. Lower is better for the first two, higher for the last."""

    rps: float
    log_loss: float
    accuracy: float


class Beside(NamedTuple):
    """What was published, and another forecast of the very same matches."""

    matches: int
    published: Figures
    other: Figures


class Record(NamedTuple):
    """Of one league, or of all together."""

    league: str | None
    """Its code; None: all together."""
    name: str | None
    matches: int
    published: Figures
    beside: dict[str, Beside | None]
    """`bookmakers`: by their closing odds; `with_market`: by the model that knew the match's own odds; None: no match
    has that."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        beside = {
            rival: compared
            and {
                "matches": compared.matches,
                "published": compared.published._asdict(),
                rival: compared.other._asdict(),
            }
            for rival, compared in self.beside.items()
        }
        about = {"league": self.league, "name": self.name, "matches": self.matches}
        return {**about, "published": self.published._asdict(), **beside}


def by_league(
    model_version: str | None = None,
    *,
    leagues: Collection[str] = (),
    from_season: int | None = None,
    to_season: int | None = None,
) -> list[Record]:
    """The record in the order of league codes, of what was said last of each match or of what one model said.

    Of all leagues, unless their codes are given; seasons go by the year they start. Empty while there is no result. One
    query.
    """
    said = PublishedPrediction.objects.all()
    said = said.last_said() if model_version is None else said.filter(model_version=model_version)
    if leagues:
        said = said.filter(match__league__code__in=leagues)
    if from_season is not None:
        said = said.filter(match__season__gte=from_season)
    if to_season is not None:
        said = said.filter(match__season__lte=to_season)
    return [_record(row) for row in _means(said.scored(), "league", "name")]


def by_model(model_versions: Collection[str]) -> dict[str, list[Record]]:
    """The record of each of these models that has one, in the order of league codes. One query."""
    records = defaultdict(list)
    said = PublishedPrediction.objects.filter(model_version__in=model_versions).scored()
    for row in _means(said, "model_version", "league", "name"):
        records[row["model_version"]].append(_record(row))
    return dict(records)


def together(records: Collection[Record]) -> Record | None:
    """All leagues as one, in which every match counts the same; None if there is no record."""
    if not records:
        return None
    return Record(
        league=None,
        name=None,
        matches=sum(record.matches for record in records),
        published=_mean((record.matches, record.published) for record in records),
        beside={rival: _beside_together([record.beside[rival] for record in records]) for rival in RIVALS},
    )


def as_dict(records: Collection[Record]) -> dict[str, Any] | None:
    """For JSON: all leagues together, then each; None if there is no record."""
    overall = together(records)
    return overall and {"overall": overall.as_dict(), "leagues": [record.as_dict() for record in records]}


def _means(scored: QuerySet[PublishedPrediction], *groups: str) -> QuerySet[PublishedPrediction, dict[str, Any]]:
    """One row a group. `mean_…` are over all matches, `mean_<rival>_…` and `beside_<rival>_…` over those it has too."""
    means: dict[str, Any] = {"matches": Count("pk")}
    means |= {f"mean_{figure}": Avg(figure) for figure in _FIGURES}
    for rival, there in RIVALS.items():
        means[f"{rival}_matches"] = Count("pk", filter=there)
        for figure in _FIGURES:
            means[f"mean_{rival}_{figure}"] = Avg(f"{rival}_{figure}")
            means[f"beside_{rival}_{figure}"] = Avg(figure, filter=there)
    by_group = scored.annotate(league=F("match__league__code"), name=F("match__league__name")).values(*groups)
    rows: QuerySet[PublishedPrediction, dict[str, Any]] = by_group.order_by(*groups).annotate(**means)
    return rows


def _record(row: Mapping[str, Any]) -> Record:
    beside: dict[str, Beside | None] = dict.fromkeys(RIVALS)
    for rival in RIVALS:
        if matches := row[f"{rival}_matches"]:
            beside[rival] = Beside(matches, _figures(row, f"beside_{rival}_"), _figures(row, f"mean_{rival}_"))
    return Record(row["league"], row["name"], row["matches"], _figures(row, "mean_"), beside)


def _figures(row: Mapping[str, Any], prefix: str) -> Figures:
    return Figures(*(row[f"{prefix}{figure}"] for figure in _FIGURES))


def _beside_together(compared: Iterable[Beside | None]) -> Beside | None:
    known = [each for each in compared if each is not None]
    if not known:
        return None
    return Beside(
        matches=sum(each.matches for each in known),
        published=_mean((each.matches, each.published) for each in known),
        other=_mean((each.matches, each.other) for each in known),
    )


def _mean(weighted: Iterable[tuple[int, Figures]]) -> Figures:
    weights, figures = zip(*weighted, strict=True)
    return Figures(*(sum(map(mul, weights, column)) / sum(weights) for column in zip(*figures, strict=True)))
