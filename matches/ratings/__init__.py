"""Ratings: a fold over results, match day by match day."""

from matches.ratings.attack_defence import log_expected_goals
from matches.ratings.replay import replay

__all__ = ["log_expected_goals", "replay"]
