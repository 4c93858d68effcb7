"""Finds the team that somebody means, by its id, its name or any other name it goes by.

Names are compared as `matches.names.normalise` reduces them, never by likeness: what is merely alike is suggested.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from django.db.models import Exists, OuterRef, Q

from matches.models import Match, Team, TeamAlias
from matches.names import normalise
from matches.querysets import TeamQuerySet

LONGEST_NAME = 100
MOST_DIGITS = 18
MOST_SUGGESTIONS = 5
# Of difflib's likeness, from 0 to 1.
LEAST_LIKENESS, LEAST_LIKENESS_OF_WORDS = 0.7, 0.8
MOST_WORDS = 10


class TeamNotFound(LookupError):
    """No team is called that. The message is a sentence for whoever asked."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no team called “{name}”.")
        self.name = name


class TeamAmbiguous(LookupError):
    """Several teams are called that, in different countries. The message is a sentence for whoever asked."""

    def __init__(self, name: str, candidates: list[Team]) -> None:
        super().__init__(f"{len(candidates)} teams are called “{name}”: name a league as well, or use an id.")
        self.name = name
        self.candidates = candidates


def find_team(text: str, *, country: str | None = None, league: str | None = None) -> Team:
    """The one team that `text` means: an id if it is all digits, else a name. Two queries.

    Raises TeamNotFound and TeamAmbiguous.
    """
    found = meant(text, country=country, league=league)
    if not found:
        raise TeamNotFound(text)
    if len(found) > 1:
        raise TeamAmbiguous(text, found)
    return found[0]


def meant(text: str, *, country: str | None = None, league: str | None = None) -> list[Team]:
    """The teams that `text` may mean: the one with that id if it is all digits, else those called that. Two queries."""
    return _by_id(text, country, league) if _is_id(text) else find_teams(text, country=country, league=league)


def find_teams(name: str, *, country: str | None = None, league: str | None = None) -> list[Team]:
    """The teams called `name`, be it their name or an alias: mostly one, more than one only in several countries.

    `country` narrows it down to teams of that country, `league` (a code) to those with a match in that league.
    Two queries.
    """
    key = _key(name)
    if not key:
        return []
    # An alias is what somebody decided: in its country it comes before what a name happens to look like.
    aliased = dict(TeamAlias.objects.filter(key=key).values_list("country", "team_id"))
    return [
        team
        for team in _teams(country, league).order_by("name", "country")
        if (team.pk == aliased[team.country] if team.country in aliased else normalise(team.name) == key)
    ]


def suggest(name: str, *, country: str | None = None, league: str | None = None) -> list[str]:
    """Names of at most five teams whose name or alias is spelt like `name`, the likeliest first. Two queries.

    Each finds its team when asked for. All names there are get compared, so whoever asks over HTTP should pay for it.
    First those that have each of its words, or one that begins or is spelt like it; then those that are alike as a
    whole. Within each, by likeness.
    """
    asked = _key(name)
    if not asked:
        return []
    teams = _teams(country, league)
    names = {normalise(own): own for own in teams.order_by("-name").values_list("name", flat=True)}
    aliases = TeamAlias.objects.filter(team__in=teams).order_by("key", "country")
    names = dict(aliases.values_list("key", "team__name")) | names
    worded = get_close_matches(asked, _worded_like(asked, names), n=2 * MOST_SUGGESTIONS, cutoff=0.0)
    alike = get_close_matches(asked, names, n=2 * MOST_SUGGESTIONS, cutoff=LEAST_LIKENESS)
    return list(dict.fromkeys(names[key] for key in (*worded, *alike)))[:MOST_SUGGESTIONS]


def _worded_like(asked: str, keys: Iterable[str]) -> list[str]:
    """The keys in which each word asked for occurs, or one that begins with it or is spelt like it."""
    words = {key: set(key.split()) for key in keys}
    vocabulary = set().union(*words.values())
    for part in asked.split()[:MOST_WORDS]:
        like = {word for word in vocabulary if word.startswith(part)}
        like.update(get_close_matches(part, vocabulary, n=MOST_WORDS, cutoff=LEAST_LIKENESS_OF_WORDS))
        words = {key: its for key, its in words.items() if its & like}
    return list(words)


def _key(name: str) -> str:
    return normalise(name) if len(name) <= LONGEST_NAME else ""


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _by_id(text: str, country: str | None, league: str | None) -> list[Team]:
    # With more digits it may be an integer larger than ids are, or than int() takes.
    return list(_teams(country, league).filter(pk=int(text))) if len(text) <= MOST_DIGITS else []


def _teams(country: str | None, league: str | None) -> TeamQuerySet:
    teams = Team.objects.all()
    if country is not None:
        teams = teams.filter(country=country)
    if league is not None:
        teams = teams.filter(with_a_match_in(league))
    return teams


def with_a_match_in(league: str) -> Q:
    """Of teams: those with a match, past or to come, in the league of this code."""
    theirs = Match.objects.filter(league__code=league).order_by()
    return Q(Exists(theirs.filter(home_team=OuterRef("pk")))) | Q(Exists(theirs.filter(away_team=OuterRef("pk"))))
