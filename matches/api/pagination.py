"""Pages of matches."""

from __future__ import annotations

from rest.pagination import KeysetPagination


class MatchPagination(KeysetPagination):
    field = "kickoff"
