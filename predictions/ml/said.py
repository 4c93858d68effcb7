"""All that a model says of a match, as JSON: a text with gaps for the numbers, filled for one match after the other.

To make dictionaries of as many numbers, and to encode them, takes three times as long.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from predictions.ml.outcomes import OUTCOMES

if TYPE_CHECKING:
    from predictions.ml.markets import Array


class Said(Mapping[str, Any]):
    """A JSON object, parsed only for who looks into it."""

    def __init__(self, numbers: str, why: Mapping[str, Any] | None, confidence: Mapping[str, Any] | None) -> None:
        """`numbers`: its first members, as `numbers_said` makes them. Then come these two."""
        self.numbers = numbers
        self.why = why
        self.confidence = confidence

    @property
    def text(self) -> str:
        return f'{{{self.numbers},"why":{to_json(self.why)},"confidence":{to_json(self.confidence)}}}'

    def __getitem__(self, name: str) -> Any:
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed)

    def __len__(self) -> int:
        return len(self._parsed)

    @cached_property
    def _parsed(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.text)
        return parsed


to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""As short as can be. Raises ValueError for numbers that JSON does not have."""


def numbers_said(own: Array, goals: Array, markets: Array, with_market: Mapping[int, Iterable[float]]) -> list[str]:
    """For each match, without braces, the members "probabilities", "fair_odds", "expected_goals", "expected_points",
    "markets", "correct_score" and "with_market"; a market is {"probabilities": {…}, "fair_odds": {…}}.

    From the probabilities of the outcomes, of shape (n, 3), the expected goals (n, 2) and what `market_probabilities`
    makes (n, k); `with_market` has three probabilities by the number of a row, or none. Odds that nobody offers are
    null. Raises ValueError for numbers that JSON does not have.
    """
    import numpy as np

    from predictions.ml.markets import fair_odds

    if not (np.isfinite(own).all() and np.isfinite(goals).all() and np.isfinite(markets).all()):
        raise ValueError("What a model says has numbers that are none.")
    points = 3 * own[:, [0, 2]] + own[:, [1]]
    numbers = np.hstack([own, fair_odds(own), goals, points, _in_order(markets)])
    template, unoffered = _template(), set(np.flatnonzero(np.isnan(numbers).any(axis=1)).tolist())
    return [
        template % (*(_told(row) if number in unoffered else row), _with_market(with_market.get(number)))
        for number, row in enumerate(numbers.tolist())
    ]


class _Null:
    def __repr__(self) -> str:
        return "null"


_NULL = _Null()


def _told(row: Iterable[float]) -> list[Any]:
    return [_NULL if number != number else number for number in row]


def _with_market(probabilities: Iterable[float] | None) -> str:
    import numpy as np

    from predictions.ml.markets import fair_odds

    if probabilities is None:
        return "null"
    told = np.array([list(probabilities)])
    return f"{{{_market(OUTCOMES)}}}" % tuple(_told(np.hstack([told, fair_odds(told)])[0].tolist()))


def _in_order(markets: Array) -> Array:
    """Of each market the probabilities, as whole numbers of their last decimal, then the odds; of correct scores, which
    come last, only the probabilities.
    """
    import numpy as np

    from predictions.ml.markets import CORRECT_SCORE, DECIMALS, MARKETS, fair_odds

    # What is between two decimals is chance. None is 1, but for rounding: no gap has room for it.
    decimals = np.minimum(np.rint(markets * 10.0**DECIMALS), 10.0**DECIMALS - 1)
    odds, parts, begin = fair_odds(markets), [], 0
    scores: list[Array] = []
    for name, selections in MARKETS.items():
        end = begin + len(selections)
        if name == CORRECT_SCORE:
            scores.append(decimals[:, begin:end])
        else:
            parts += [decimals[:, begin:end], odds[:, begin:end]]
        begin = end
    return np.hstack([*parts, *scores])


@cache
def _template() -> str:
    from predictions.ml.markets import CORRECT_SCORE, DECIMALS, MARKETS

    # To look for the shortest text of a floating-point number takes five times as long.
    probability = f"0.%0{DECIMALS}d"
    sides = _gaps(("home", "away"))
    markets = ",".join(
        f'"{name}":{{{_market(selections, probability)}}}'
        for name, selections in MARKETS.items()
        if name != CORRECT_SCORE
    )
    return (
        f'{_market(OUTCOMES)},"expected_goals":{sides},"expected_points":{sides},"markets":{{{markets}}},'
        f'"correct_score":{_gaps(MARKETS[CORRECT_SCORE], probability)},"with_market":%s'
    )


def _market(selections: Iterable[str], probability: str = "%r") -> str:
    return f'"probabilities":{_gaps(selections, probability)},"fair_odds":{_gaps(selections)}'


def _gaps(names: Iterable[str], gap: str = "%r") -> str:
    return "{" + ",".join(f'"{name}":{gap}' for name in names) + "}"
