"""A few ordinary matches, predicted before a model is believed: what is built as a model may still say nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from math import fsum, isclose, log, nan
from typing import TYPE_CHECKING, Any

from predictions.ml.confidence import confidence_of
from predictions.ml.explanation import in_words
from predictions.ml.features import FEATURE_GROUPS, Features
from predictions.ml.own_odds import OwnOdds
from predictions.ml.prediction import Prediction, predict

if TYPE_CHECKING:
    from predictions.ml.fitting import FittedModel

# By how much, in goals, the home team is the better one.
EDGES = (-1.0, 0.0, 1.0)
ODDS = (None, OwnOdds.of(2.0, 3.5, 4.0))
# Of a sum of probabilities.
TOLERANCE = 1e-9


class FailedTrial(Exception):
    """What came of it can't be served. The message goes on from "the model" or the like."""


def try_out(model: FittedModel, scores: Any) -> None:
    """Predict matches of which more or less is known, as it is served; `scores` are those that the row has of it.

    Raises FailedTrial, whatever goes wrong.
    """
    if scores is not None and not isinstance(scores, dict):
        raise FailedTrial(f"has scores that are none: {scores!r:.80}")
    try:
        table = (scores or {}).get("confidence") or []
        for row in table:
            _check_share(row["from"], table)
        features, odds = zip(*ordinary_matches(), strict=True)
        for prediction in predict(model, features, odds, confidence=table):
            _check(prediction)
    except FailedTrial:
        raise
    except Exception as error:  # malformed scores and spoilt numbers lead to a dozen kinds
        raise FailedTrial(f"can't predict an ordinary match ({type(error).__name__}: {error})") from error


def ordinary_matches() -> list[tuple[Features, OwnOdds | None]]:
    """Each edge with every combination of groups that may be unknown, with odds and without."""
    return list(product(_features(), ODDS))


def _features() -> Iterator[Features]:
    unknown = [names for group, names in FEATURE_GROUPS.items() if group != "goals"]
    for edge, hidden in product(EDGES, product((False, True), repeat=len(unknown))):
        home, away = log(1.5) + edge / 4, log(1.2) - edge / 4
        features = Features(edge, edge, home, away, abs(edge), edge, home, away, edge, abs(edge))
        names = [name for names, hides in zip(unknown, hidden, strict=True) if hides for name in names]
        yield features._replace(**dict.fromkeys(names, nan))


def _check(prediction: Prediction) -> None:
    said: Mapping[str, Any] = prediction.as_json()
    json.dumps(said, allow_nan=False)
    in_words(said["why"], home="Home", away="Away")
    for told in filter(None, (said, said["with_market"])):
        probabilities = told["probabilities"].values()
        if not isclose(fsum(probabilities), 1, abs_tol=TOLERANCE) or min(probabilities) < 0:
            raise FailedTrial(f"says {', '.join(map(str, probabilities))} of an ordinary match")


def _check_share(top_probability: float, table: Any) -> None:
    told = confidence_of(top_probability, table)
    if told is None or not (0 <= top_probability <= 1 and 0 <= told["share"] <= 1 and told["matches"] > 0):
        raise FailedTrial(f"has a confidence table that can't be: {told}")
