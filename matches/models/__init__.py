"""The football in the database."""

from matches.models.league import League
from matches.models.match import Match
from matches.models.snapshot import LeagueSnapshot, TeamSnapshot
from matches.models.team import Team, TeamAlias

__all__ = ["League", "LeagueSnapshot", "Match", "Team", "TeamAlias", "TeamSnapshot"]
