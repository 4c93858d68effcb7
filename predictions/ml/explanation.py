"""What drove a prediction: the parts of a linear model's log-odds, and what they say in a fan's words."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, isnan
from typing import TYPE_CHECKING, Any

from predictions.ml.features import FEATURE_GROUPS, FEATURE_NAMES
from predictions.ml.outcomes import columns_of

if TYPE_CHECKING:
    import numpy as np

    from predictions.ml.estimator import OutcomeClassifier

# By group of features. Those of a group say one thing, and a regression splits its weight between them as it likes, so
# that only their sum means something to a reader.
REASONS = {
    "goals": "Results and goals so far speak",
    "shots": "The chances they create and allow speak",
    "market": "What bookmakers thought of both in earlier matches, and how those went, speaks",
}
# From which contribution to the log-odds on it speaks how loudly. Between two matches the sum of all differs by 1.1.
LOUDNESS = ((0.9, "strongly"), (0.35, "clearly"), (0.1, "slightly"))


# Of log-odds: more would make an answer longer and nobody wiser.
DECIMALS = 10


def explanations(
    classifier: OutcomeClassifier, rows: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> list[dict[str, Any]]:
    """For each row of features, what makes up the logarithm of the odds of a home win against an away win.

    Ready for JSON: `log_odds`; `average_match`, those of a match that is average in everything, which is the advantage
    of playing at home; and `contributions`, what each feature by which the match is judged adds to it by not being
    average. The latter two sum to the first: exact to ten decimals, since the model is linear.
    """
    import numpy as np

    home, _, away = columns_of(classifier)
    terms, constants = classifier.linear_terms(rows)
    contributions = terms[:, home] - terms[:, away]
    average = constants[:, home] - constants[:, away]
    log_odds = average + np.nansum(contributions, axis=1)
    return [
        {
            "log_odds": round(total, DECIMALS),
            "average_match": round(base, DECIMALS),
            "contributions": {
                name: round(part, DECIMALS) for name, part in zip(FEATURE_NAMES, row, strict=True) if not isnan(part)
            },
        }
        for total, base, row in zip(log_odds.tolist(), average.tolist(), contributions.tolist(), strict=True)
    ]


def in_words(why: Mapping[str, Any], *, home: str, away: str) -> list[dict[str, Any]]:
    """An explanation for who knows these two teams, what matters most first.

    Ready for JSON: {"reason": "home_advantage" or a group of features, "contribution": to the log-odds, "text": str}.
    What hardly matters is left out, and so are features that only a former model knew.
    """
    sums: dict[str, float] = {}
    for name, value in why["contributions"].items():
        if group := _GROUP_OF.get(name):
            sums[group] = sums.get(group, 0.0) + value
    reasons = {group: _sentence(REASONS[group], value, home, away) for group, value in sums.items()}
    told = {"home_advantage": _home_advantage(why["average_match"]), **reasons}
    values = {"home_advantage": why["average_match"], **sums}
    return [
        {"reason": reason, "contribution": values[reason], "text": text}
        for reason, text in sorted(told.items(), key=lambda item: -abs(values[item[0]]))
        if text
    ]


_GROUP_OF = {name: group for group, names in FEATURE_GROUPS.items() for name in names}


def _sentence(reason: str, contribution: float, home: str, away: str) -> str:
    """Empty if it hardly matters."""
    loudness = next((word for least, word in LOUDNESS if abs(contribution) >= least), "")
    return loudness and f"{reason} {loudness} for {home if contribution > 0 else away}."


def _home_advantage(log_odds: float) -> str:
    often, seldom = ("home", "away") if log_odds > 0 else ("away", "home")
    return f"In an average match the {often} team wins {exp(abs(log_odds)):.1f} times as often as the {seldom} team."
