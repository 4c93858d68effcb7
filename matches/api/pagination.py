"""Pages of matches, leagues and teams."""

from __future__ import annotations

from rest.pagination import KeysetPagination


class MatchPagination(KeysetPagination):
    query_params = (*KeysetPagination.query_params, "ordering")
    field = "kickoff"


class MeetingPagination(KeysetPagination):
    field = "kickoff"
    newest_first = True


class LeaguePagination(KeysetPagination):
    field = "code"
    kind = str


class TeamPagination(KeysetPagination):
    field = "name"
    kind = str
