"""Probabilities as a reader sees them: whole percents that sum to 100, and the parts of a bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# Narrow and not to be broken, before a percent sign.
SPACE = "\u202f"


class Chance(NamedTuple):
    name: str
    """As the answer calls it: "home", "over"."""
    label: str
    percent: str
    odds: str
    """Fair decimal odds, or nothing."""
    start: str
    width: str
    """Where its part of a bar begins and how wide it is, both in percent of the bar, as SVG takes them."""


def chances(
    probabilities: Mapping[str, float],
    labels: Mapping[str, str],
    fair_odds: Mapping[str, float | None] | None = None,
) -> list[Chance]:
    """In the order of `labels`. The probabilities of these sum to 1."""
    named = {name: probabilities[name] for name in labels}
    told, start = [], 0.0
    for (name, probability), whole in zip(named.items(), _whole(list(named.values())), strict=True):
        odds = (fair_odds or {}).get(name)
        percent = _percent(probability, whole)
        told.append(
            Chance(
                name, labels[name], percent, f"{odds:.2f}" if odds else "", f"{start:.2f}", f"{100 * probability:.2f}"
            )
        )
        start += 100 * probability
    return told


def percent(probability: float) -> str:
    """By itself: "62 %"."""
    return _percent(probability, round(100 * probability))


def _percent(probability: float, whole: int) -> str:
    if probability > 0 and whole == 0:
        return f"<{SPACE}1{SPACE}%"
    return f"{whole}{SPACE}%"


def _whole(shares: list[float]) -> list[int]:
    """Whole percents that sum to 100: rounded down, and what is missing goes to the largest remainders."""
    exact = [100 * share for share in shares]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: whole[n] - exact[n])
    for n in by_remainder[: max(100 - sum(whole), 0)]:
        whole[n] += 1
    return whole
