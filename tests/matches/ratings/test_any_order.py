"""Whatever is written, in whatever order and by whatever means: the snapshots are those of one fold over all of it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matches import services
from matches.models import League, Match, Team
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, odds, shots
from tests.matches.ratings.oracle import Rows, assert_in_line, stored

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

# Each example runs in a savepoint of its own, so that sharing the test's database does no harm.
many = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Season, day, pairing, score. Few of each, so that seasons overlap in time and days hold several matches.
PAIRS = list(permutations(range(3), 2))
played = st.tuples(
    st.integers(2010, 2012), st.integers(0, 6), st.sampled_from(PAIRS), st.tuples(st.integers(0, 4), st.integers(0, 4))
)
football = st.lists(played, min_size=1, max_size=14, unique_by=lambda one: one[:3])


@given(football, st.data())
@many
def test_the_order_of_writing_does_not_show_in_a_single_bit(
    football: list[tuple[int, int, tuple[int, int], tuple[int, int]]], data: st.DataObject
) -> None:
    teams = [Team(pk=10**6 + number, name=f"T{number}", country="xx") for number in range(3)]
    shuffled = data.draw(st.permutations(football))
    outcomes: list[Rows] = []
    for order in (football, shuffled):
        with transaction.atomic():
            Team.objects.bulk_create(teams)
            league = make_league()
            for number, day, (home, away), score in order:
                _made(league, teams, (number, day, (home, away), score)).save()
            outcomes.append(stored(league))
            transaction.set_rollback(True)

    assert outcomes[0] == outcomes[1]


write = st.one_of(
    st.tuples(st.just("save"), played),
    st.tuples(st.just("create many"), football),
    st.tuples(st.just("score"), st.integers(0, 20), st.tuples(st.integers(0, 4), st.integers(0, 4))),
    st.tuples(st.just("shots"), st.integers(0, 20), st.one_of(st.none(), st.tuples(*[st.integers(0, 30)] * 4))),
    st.tuples(st.just("odds"), st.integers(0, 20), st.one_of(st.none(), st.tuples(*[st.floats(1.01, 30)] * 3))),
    st.tuples(st.just("move"), st.integers(0, 20), st.integers(-400, 400)),
    st.tuples(st.just("season"), st.integers(0, 20), st.integers(2010, 2012)),
    st.tuples(st.just("league"), st.integers(0, 20)),
    st.tuples(st.just("team"), st.integers(0, 20), st.integers(0, 2)),
    st.tuples(st.just("void"), st.integers(0, 20)),
    st.tuples(st.just("delete"), st.integers(0, 20)),
    st.tuples(st.just("update many"), st.integers(2010, 2012), st.integers(-2, 2)),
    st.tuples(st.just("bulk update"), st.integers(0, 6), st.integers(0, 4)),
    st.tuples(st.just("delete many"), st.integers(0, 6)),
    st.tuples(st.just("time zone"), st.sampled_from(["UTC", "Pacific/Auckland", "Pacific/Honolulu"])),
)


@given(st.lists(write, min_size=2, max_size=10), st.booleans())
@many
def test_any_sequence_of_writes_keeps_the_snapshots_in_line(writes: list[tuple[object, ...]], together: bool) -> None:
    with transaction.atomic():
        leagues, teams = [make_league("en.1"), make_league("en.2")], make_teams("A", "B", "C")
        _perform(("create many", [(2010, n % 5, pair, (n % 3, n % 2)) for n, pair in enumerate(PAIRS)]), leagues, teams)
        if together:
            with services.batched():
                for one in writes:
                    _perform(one, leagues, teams)
        else:
            for one in writes:
                _perform(one, leagues, teams)
                assert_in_line()
        assert_in_line()
        transaction.set_rollback(True)


def _perform(write: tuple[object, ...], leagues: list[League], teams: list[Team]) -> None:
    """One write; one that the database refuses leaves no trace."""
    try:
        with transaction.atomic():
            _write(write, leagues, teams)
    except IntegrityError:
        pass


def _write(write: tuple[object, ...], leagues: list[League], teams: list[Team]) -> None:
    match write:
        case ("save", one):
            _made(leagues[0], teams, one).save()
        case ("create many", list() as football):
            Match.objects.bulk_create(_made(leagues[0], teams, one) for one in football)
        case ("update many", int() as season, int() as days):
            Match.objects.filter(season=season).update(kickoff=F("kickoff") + timedelta(days=days))
        case ("bulk update", int() as day, int() as goals):
            matches = list(Match.objects.filter(day=FIRST_DAY + timedelta(days=day), status="finished"))
            for one in matches:
                one.home_goals = goals
            Match.objects.bulk_update(matches, ["home_goals"])
        case ("delete many", int() as day):
            Match.objects.filter(day=FIRST_DAY + timedelta(days=day)).delete()
        case ("time zone", str() as name):
            leagues[0].time_zone = name
            leagues[0].save()
        case (str() as kind, int() as number, *rest):
            matches = list(Match.objects.order_by("pk"))
            if matches:
                _edit(kind, matches[number % len(matches)], rest, leagues, teams)


def _edit(kind: str, one: Match, rest: list[object], leagues: list[League], teams: list[Team]) -> None:
    match kind, rest:
        case "score", [(int() as home, int() as away)]:
            one.status, one.home_goals, one.away_goals = "finished", home, away
        case "shots", [counts]:
            assert counts is None or isinstance(counts, tuple)
            for name, count in shots(*counts or [None] * 4).items():
                setattr(one, name, count)
        case "odds", [prices]:
            assert prices is None or isinstance(prices, tuple)
            for name, price in odds(*prices or [None] * 3).items():
                setattr(one, name, price)
        case "move", [int() as hours]:
            one.kickoff += timedelta(hours=hours)
        case "season", [int() as season]:
            one.season = season
        case "league", []:
            one.league = leagues[1] if one.league_id == leagues[0].pk else leagues[0]
        case "team", [int() as team]:
            if one.away_team_id != teams[team].pk:
                one.home_team = teams[team]
        case "void", []:
            one.status, one.home_goals, one.away_goals = "cancelled", None, None
        case "delete", []:
            one.delete()
            return
    one.save()


def _made(league: League, teams: list[Team], one: object) -> Match:
    assert isinstance(one, tuple)
    season, day, (home, away), score = one
    made = match(
        league,
        season,
        FIRST_DAY + timedelta(days=day),
        teams[home],
        teams[away],
        score,
        # Known of some, and different for each.
        **(shots(10 + day, 5 + score[0], 3 + home, 2 + score[1]) if (day + home) % 3 else {}),
        **(odds(1.5 + away, 3.0 + day / 10, 2.5 + home) if (day + away) % 3 else {}),
    )
    # Near midnight, so that a time zone decides the day.
    made.kickoff = datetime.combine(made.kickoff.date(), time(23 if (home + away) % 2 else 1), tzinfo=UTC)
    return made
