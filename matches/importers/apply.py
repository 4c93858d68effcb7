"""Brings what a file states into the database: few queries, however many matches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matches.importers import leagues, merge
from matches.importers.recognise import recognise
from matches.importers.records import InvalidRow, Record, Rejection
from matches.importers.result import ImportResult
from matches.importers.teams import TeamDirectory
from matches.models import League, Match, Team
from matches.services import Change


def apply(records: Iterable[Record], file: str, result: ImportResult, change: Change) -> None:
    """Store the `records` of one file within `change`, and count in `result` what came of each."""
    by_league: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_league[record.league].append(record)
    pks = {code: league.pk for code, league in leagues.stored(set(by_league)).items()}
    countries = League.objects.filter(pk__in=pks.values()).values("country")
    # Held before anything is read, so that two imports of a country at once double neither teams nor matches.
    locked = change.lock(League.objects.filter(country__in=countries).values_list("pk", flat=True))
    directories = {country: TeamDirectory(country) for country in sorted({locked[pk].country for pk in pks.values()})}
    writing = _Writing(file, result)
    for code, of_league in sorted(by_league.items()):
        if code in pks:
            league = locked[pks[code]]
            writing.add_league(league, directories[league.country], of_league)
        else:
            for record in of_league:
                writing.reject(record, f"league {code!r} is not known: add it in the admin, or name another")
    writing.write(directories.values())


@dataclass(slots=True, eq=False)
class _Pairing:
    """Two teams at one's home in a season, and what the file says of their meetings: mostly one."""

    league: League
    season: int
    home: Team
    away: Team
    records: list[Record]

    def new_match(self) -> Match:
        return Match(league=self.league, season=self.season, home_team=self.home, away_team=self.away)


class _Writing:
    """Collects the matches that are to be created and changed, to write all at once."""

    def __init__(self, file: str, result: ImportResult) -> None:
        self._file = file
        self._result = result
        self._new: list[Match] = []
        self._changed: list[Match] = []
        self._changed_fields: set[str] = set()

    def reject(self, record: Record, reason: str) -> None:
        self._result.rejected.append(Rejection(self._file, record.line, reason))

    def add_league(self, league: League, directory: TeamDirectory, records: Sequence[Record]) -> None:
        """Merge the records of one league into its stored matches."""
        pairings: dict[tuple[int, int, int], _Pairing] = {}
        for record in records:
            try:
                home, away = directory.find(record.home), directory.find(record.away)
            except InvalidRow as error:
                self.reject(record, str(error))
                continue
            if home is away:
                self.reject(record, f"{record.home} against itself")
                continue
            # By identity, since new teams have no ids yet.
            key = record.season, id(home), id(away)
            pairings.setdefault(key, _Pairing(league, record.season, home, away, [])).records.append(record)
        stored = _stored_matches(league, pairings.values())
        for pairing in pairings.values():
            self._add_meetings(pairing, stored.get((pairing.season, pairing.home.pk, pairing.away.pk), []))

    def _add_meetings(self, pairing: _Pairing, stored: Sequence[Match]) -> None:
        zone = pairing.league.zone
        records = self._without_doubles(pairing)
        known = recognise(records, stored, zone, once=leagues.meet_once(pairing.league.code))
        for record, found in zip(records, known, strict=True):
            match = found or pairing.new_match()
            changes = merge.changes(match, record, zone)
            for name, value in changes.items():
                setattr(match, name, value)
            if found is None:
                self._new.append(match)
                self._result.new += 1
            elif changes:
                self._changed.append(match)
                self._changed_fields |= changes.keys()
                self._result.updated += 1
            else:
                self._result.unchanged += 1

    def _without_doubles(self, pairing: _Pairing) -> list[Record]:
        """The records but those for a day that the file has already, which are rejected if they say otherwise."""
        by_day: dict[date, Record] = {}
        for record in pairing.records:
            first = by_day.setdefault(record.kickoff(pairing.league.zone).day, record)
            if first is record:
                continue
            if replace(record, line=first.line, home=first.home, away=first.away) == first:
                self._result.unchanged += 1
            else:
                self.reject(record, f"contradicts line {first.line}, which has the same match")
        return list(by_day.values())

    def write(self, directories: Iterable[TeamDirectory]) -> None:
        """Create the teams that new matches need, then the matches; change those that were there."""
        used = [team for match in self._new for team in (match.home_team, match.away_team)]
        for directory in directories:
            self._result.new_teams += directory.save(used)
        for match in self._new:
            # Assigned once more, for the ids that the teams have only now.
            match.home_team, match.away_team = match.home_team, match.away_team
        if self._new:
            Match.objects.bulk_create(self._new)
        if self._changed:
            Match.objects.bulk_update(self._changed, sorted(self._changed_fields))


def _stored_matches(league: League, pairings: Collection[_Pairing]) -> dict[tuple[int, int, int], list[Match]]:
    """All matches of these pairings, and perhaps more, by season, home team and away team."""
    matches: dict[tuple[int, int, int], list[Match]] = defaultdict(list)
    for match in Match.objects.filter(
        league=league,
        season__in={pairing.season for pairing in pairings},
        home_team__in={pairing.home.pk for pairing in pairings} - {None},
        away_team__in={pairing.away.pk for pairing in pairings} - {None},
    ).order_by("day", "pk"):
        matches[match.season, match.home_team_id, match.away_team_id].append(match)
    return matches
