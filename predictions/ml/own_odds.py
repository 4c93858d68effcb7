"""What the bookmakers say of the very match that is to be predicted, as a model takes it."""

from __future__ import annotations

import hashlib
import json
from math import isfinite, log
from typing import NamedTuple

from matches.ratings.market import log_odds
from matches.ratings.state import Odds

# To be raised when a field keeps its name and changes its meaning.
MEANING = 1


class OwnOdds(NamedTuple):
    """A match's own odds, the bookmakers' margin taken off: two numbers say what the three probabilities do."""

    own_log_odds: float
    """Natural logarithm of the odds of home against away, with the draw split between them."""
    own_log_draw: float
    """Natural logarithm of the odds of a draw against all else."""

    @classmethod
    def of(cls, home: float | None, draw: float | None, away: float | None) -> OwnOdds | None:
        """From decimal odds; None if one of them is missing. Raises ValueError for what can't be odds.

        The margin is taken off each in proportion ("normalised" odds), as the bookmakers' own scores are measured.
        """
        if home is None or draw is None or away is None:
            return None
        if not all(isfinite(odds) and odds > 1 for odds in (home, draw, away)):
            raise ValueError(f"Decimal odds are greater than 1; these are {home}, {draw}, {away}.")
        return cls(
            own_log_odds=log_odds(Odds(home, draw, away)),
            own_log_draw=-log(draw * (1 / home + 1 / away)),
        )


OWN_ODDS_NAMES = OwnOdds._fields
OWN_ODDS_SCHEMA = hashlib.sha256(json.dumps([MEANING, *OWN_ODDS_NAMES]).encode()).hexdigest()[:8]
