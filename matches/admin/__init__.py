"""The football in Django's admin."""

from matches.admin.league import LeagueAdmin
from matches.admin.match import MatchAdmin
from matches.admin.snapshot import LeagueSnapshotAdmin, TeamSnapshotAdmin
from matches.admin.team import TeamAdmin, TeamAliasAdmin

__all__ = ["LeagueAdmin", "LeagueSnapshotAdmin", "MatchAdmin", "TeamAdmin", "TeamAliasAdmin", "TeamSnapshotAdmin"]
