"""League tables, as of any day.

Three points for a win and one for a draw, whatever the rules of the time were. What was awarded counts as it was
awarded. Level on points, goal difference decides, then goals scored, then the name: what leagues decide beyond that
(meetings of the two, points deducted, play-offs) is not known here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from matches.models import League, Match, Team

WIN, DRAW = 3, 1
FORM = 5


@dataclass(slots=True)
class Row:
    """How a team has done so far in a season."""

    team: Team
    position: int = 0
    won: int = 0
    drawn: int = 0
    lost: int = 0
    goals_for: int = 0
    goals_against: int = 0
    lately: deque[str] = field(default_factory=lambda: deque(maxlen=FORM))

    @property
    def played(self) -> int:
        return self.won + self.drawn + self.lost

    @property
    def goal_difference(self) -> int:
        return self.goals_for - self.goals_against

    @property
    def points(self) -> int:
        return WIN * self.won + DRAW * self.drawn

    @property
    def form(self) -> str:
        """At most the last five results, the latest at the end, as in WWDLW."""
        return "".join(self.lately)

    def add(self, scored: int, conceded: int) -> None:
        """Count one match."""
        self.goals_for += scored
        self.goals_against += conceded
        if scored > conceded:
            self.won += 1
            self.lately.append("W")
        elif scored == conceded:
            self.drawn += 1
            self.lately.append("D")
        else:
            self.lost += 1
            self.lately.append("L")


def season_on(league: League, day: date) -> int | None:
    """The latest season that had begun by the end of `day`, else the earliest there is; None without any match."""
    seasons = league.matches.order_by("-season").values_list("season", flat=True)
    begun = seasons.filter(day__lte=day).first()
    return seasons.last() if begun is None else begun


def table_of(league: League, season: int, *, day: date) -> list[Row]:
    """The table at the end of `day` at the league's place, the first first.

    All teams with a match in the season are in it, even before their first. Two queries.
    """
    matches = list(
        Match.objects.filter(league=league, season=season)
        .order_by("day", "pk")
        .values_list("day", "home_team", "away_team", "home_goals", "away_goals")
    )
    teams = Team.objects.in_bulk({pk for _, home, away, *_ in matches for pk in (home, away)})
    rows = {pk: Row(team) for pk, team in teams.items()}
    for played_on, home, away, home_goals, away_goals in matches:
        if home_goals is not None and away_goals is not None and played_on <= day:
            rows[home].add(home_goals, away_goals)
            rows[away].add(away_goals, home_goals)
    return _in_order(rows.values())


def _in_order(rows: Iterable[Row]) -> list[Row]:
    ordered = sorted(rows, key=lambda row: (-row.points, -row.goal_difference, -row.goals_for, row.team.name))
    for position, row in enumerate(ordered, start=1):
        row.position = position
    return ordered
