"""Ratings: a fold over results, match day by match day."""

from matches.ratings.attack_defence import log_expected_goals
from matches.ratings.pi import expected_margin
from matches.ratings.replay import replay, replay_all
from matches.ratings.state import Levels, Ratings

__all__ = ["Levels", "Ratings", "expected_margin", "log_expected_goals", "replay", "replay_all"]
