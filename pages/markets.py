"""What else may be asked of a match, each as a bar of two or a short list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pages.chances import Chance, chances, percent

# Those that sum to 1, so that they can be a bar.
TWO_WAY = {
    "over_under_1_5": ("More than 1.5 goals", {"over": "yes", "under": "no"}),
    "over_under_2_5": ("More than 2.5 goals", {"over": "yes", "under": "no"}),
    "over_under_3_5": ("More than 3.5 goals", {"over": "yes", "under": "no"}),
    "both_to_score": ("Both teams score", {"yes": "yes", "no": "no"}),
    "draw_no_bet": ("Draw no bet", {"home": "home", "away": "away"}),
}
DOUBLE_CHANCE = {"home_or_draw": "Home or draw", "home_or_away": "Home or away", "draw_or_away": "Draw or away"}


class TwoWay(NamedTuple):
    name: str
    chances: list[Chance]


class Markets(NamedTuple):
    two_way: list[TwoWay]
    double_chance: list[tuple[str, str, str]]
    """Label, percent, fair odds."""


def markets(told: Mapping[str, Any]) -> Markets:
    """Of an answer's `markets`: those that are there, since a former model may have known fewer."""
    two_way = [
        TwoWay(name, chances(told[key]["probabilities"], labels, told[key]["fair_odds"]))
        for key, (name, labels) in TWO_WAY.items()
        if key in told
    ]
    double = told.get("double_chance", {"probabilities": {}, "fair_odds": {}})
    return Markets(
        two_way,
        [
            (label, percent(double["probabilities"][name]), _odds(double["fair_odds"].get(name)))
            for name, label in DOUBLE_CHANCE.items()
            if name in double["probabilities"]
        ],
    )


def _odds(odds: float | None) -> str:
    return f"{odds:.2f}" if odds else ""
