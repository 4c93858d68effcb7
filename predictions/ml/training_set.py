"""All matches that were played, as arrays: what a model learns from and is measured on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import nan
from typing import TYPE_CHECKING

from matches.models import Match
from predictions.ml.features import FEATURE_NAMES, features_of
from predictions.ml.outcomes import OUTCOMES, Outcome
from predictions.ml.own_odds import OwnOdds

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]
    Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
    Names = np.ndarray[tuple[int], np.dtype[np.str_]]
    Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


# With fewer, a model does worse than base rates: ratings have hardly left where they started. See docs/model.md.
FEWEST_MATCHES = 500
UNKNOWN = OwnOdds(nan, nan)
ODDS = ("closing_odds_home", "closing_odds_draw", "closing_odds_away")


class TooFewMatches(Exception):
    """There is nothing, or too little, to learn from."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """One row per match, in the order of season, day and id."""

    features: Rows
    """One column per name in FEATURE_NAMES; nan where unknown."""
    outcomes: Names
    seasons: Numbers
    days: Numbers
    """Days as `date.toordinal` counts them."""
    leagues: Names
    """Their codes."""
    own_odds: Rows
    """One column per field of OwnOdds; nan where the match has no odds."""
    odds: Rows
    """The bookmakers' probabilities, one column per outcome in the order of OUTCOMES; nan where there are no odds."""
    ids: Numbers
    """Of the matches."""

    def __len__(self) -> int:
        return len(self.outcomes)

    def where(self, mask: Mask) -> TrainingSet:
        """The rows for which `mask` is true."""
        return TrainingSet(*(getattr(self, field.name)[mask] for field in fields(self)))

    @property
    def has_odds(self) -> Mask:
        import numpy as np

        mask: Mask = ~np.isnan(self.odds[:, 0])
        return mask

    @property
    def settled(self) -> TrainingSet:
        """What to learn from: all but each league's first season, in which ratings are only leaving where all started.

        They differ less there than they should, so whoever learns from it makes too much of differences later. All of
        it, if too little were left.
        """
        import numpy as np

        names, of = np.unique(self.leagues, return_inverse=True)
        first = np.full(len(names), np.iinfo(np.int64).max)
        np.minimum.at(first, of, self.seasons)
        rest = self.where(self.seasons > first[of])
        return rest if rest.is_enough else self

    @property
    def is_enough(self) -> bool:
        """Whether a model that learns from this may be expected to beat base rates."""
        return len(self) >= FEWEST_MATCHES and self.has_all_outcomes

    @property
    def has_all_outcomes(self) -> bool:
        return set(self.outcomes.tolist()) == set(OUTCOMES)


def read_training_set() -> TrainingSet:
    """Every finished match of every league; awarded ones were not decided by football. Raises TooFewMatches."""
    import numpy as np

    rows = list(
        Match.objects.played()
        .order_by("season", "day", "pk")
        .values_list("pk", "season", "day", "league__code", "home_goals", "away_goals", *ODDS)
    )
    if not rows:
        raise TooFewMatches("There is no finished match. Import results first: manage.py import_matches or load_demo.")
    ids, seasons, days, leagues, home_goals, away_goals, *odds = zip(*rows, strict=True)
    features = features_of(ids)
    own_odds = [OwnOdds.of(*of_match) or UNKNOWN for of_match in zip(*odds, strict=True)]
    data = TrainingSet(
        features=np.array([features[pk] for pk in ids], dtype=np.float64).reshape(-1, len(FEATURE_NAMES)),
        outcomes=np.array([Outcome.of(home, away).value for home, away in zip(home_goals, away_goals, strict=True)]),
        seasons=np.array(seasons, dtype=np.int64),
        days=np.array([day.toordinal() for day in days], dtype=np.int64),
        leagues=np.array(leagues),
        own_odds=np.array(own_odds, dtype=np.float64),
        odds=_probabilities(np.array(odds, dtype=np.float64).T),
        ids=np.array(ids, dtype=np.int64),
    )
    if not data.has_all_outcomes:
        raise TooFewMatches(
            f"{len(data)} finished matches do not hold a home win, a draw and an away win. "
            "Import more results: manage.py import_matches or load_demo."
        )
    return data


def _probabilities(odds: Rows) -> Rows:
    """What decimal odds say of the outcomes, the bookmakers' margin taken off each in proportion."""
    inverse = 1 / odds
    shares: Rows = inverse / inverse.sum(axis=1, keepdims=True)
    return shares
