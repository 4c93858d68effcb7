"""Ratings: a fold over results, match day by match day."""
