"""Finds the teams that names mean among those stored, and stores those that are new."""

from __future__ import annotations

from collections.abc import Iterable

from matches.importers import names
from matches.importers.names import KnownTeam
from matches.importers.records import InvalidRow
from matches.models import Team, TeamAlias
from matches.names import normalise

LONGEST_KEY = 100


class TeamDirectory:
    """The teams of one country by all of their names. Reads the database once, writes it in `save`."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._by_key: dict[str, Team] = {}
        self._stored_keys: set[str] = set()
        teams = {team.pk: team for team in Team.objects.filter(country=country).order_by("pk")}
        for team in teams.values():
            self._by_key.setdefault(normalise(team.name), team)
        # An alias is what somebody decided: it comes before what a name happens to look like.
        for key, pk in TeamAlias.objects.filter(country=country).values_list("key", "team_id"):
            self._stored_keys.add(key)
            if pk in teams:
                self._by_key[key] = teams[pk]

    def find(self, name: str) -> Team:
        """The team called `name`: stored, or new and not saved yet. One object a team. Raises InvalidRow."""
        key = normalise(name)
        if not key:
            raise InvalidRow(f"team {name!r} has no letters in its name")
        if len(key) > LONGEST_KEY:
            raise InvalidRow(f"team {name!r} has a name of more than {LONGEST_KEY} letters")
        if (team := self._by_key.get(key)) is None:
            team = self._by_table(name, key)
        return team

    def _by_table(self, name: str, key: str) -> Team:
        known = names.known(self._country, key) or KnownTeam(name, (name,))
        keys = [normalise(spelling) for spelling in known.spellings]
        team = next((self._by_key[k] for k in keys if k in self._by_key), None)
        if team is None:
            team = Team(name=known.name, country=self._country)
        for k in keys:
            self._by_key.setdefault(k, team)
        return team

    def save(self, used: Iterable[Team]) -> list[str]:
        """Store those of the `used` teams that are new, and every name of theirs. Returns the new teams' names.

        Teams of other countries are left alone.
        """
        by_id = {id(team): team for team in used if team.country == self._country}
        new = sorted((team for team in by_id.values() if team.pk is None), key=lambda team: team.name)
        # Another import may have had the same idea at the same moment: then its rows are meant.
        Team.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            stored = Team.objects.filter(country=self._country, name__in=[team.name for team in new])
            pks = dict(stored.values_list("name", "pk"))
            for team in new:
                team.pk = pks[team.name]
        TeamAlias.objects.bulk_create(
            [
                TeamAlias(team=team, country=self._country, key=key, name=self._spelling(team, key))
                for key, team in sorted(self._by_key.items())
                if key not in self._stored_keys and id(team) in by_id
            ],
            ignore_conflicts=True,
        )
        return [team.name for team in new]

    def _spelling(self, team: Team, key: str) -> str:
        known = names.known(self._country, key)
        return next((s for s in known.spellings if normalise(s) == key), key) if known else team.name
