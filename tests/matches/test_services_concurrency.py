"""Two writers at once, each in a thread and with a connection of its own, on PostgreSQL's own locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from matches import services
from matches.models import League, Match, Team
from matches.signals import matches_changed
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.matches.ratings.oracle import assert_in_line

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
PATIENCE = 20.0


@pytest.fixture
def league() -> League:
    """Two seasons of four teams."""
    league, teams = make_league(), make_teams("A", "B", "C", "D")
    for number in (2010, 2011):
        Match.objects.bulk_create(season(league, number, teams))
    return league


@pytest.fixture
def threads() -> Iterator[Callable[[Callable[[], None]], Future[None]]]:
    """Runs a function in a thread of its own."""
    with ThreadPoolExecutor() as pool:

        def start(work: Callable[[], None]) -> Future[None]:
            def run() -> None:
                try:
                    work()
                finally:
                    connection.close()

            return pool.submit(run)

        yield start


Start = Callable[[Callable[[], None]], "Future[None]"]


def _wait_until_somebody_waits() -> None:
    """Until a connection to this database is held up by another's lock."""
    with connection.cursor() as cursor:
        for _ in range(int(PATIENCE * 1000)):
            cursor.execute(
                "SELECT pg_sleep(0.001) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone():
                return
            cursor.execute("SELECT pg_sleep(0.001)")
    raise AssertionError("Nobody waits.")


def _while_this_one_is_not_committed(first: Callable[[], None], start: Start, second: Callable[[], None]) -> None:
    """Run `first` up to its commit, let `second` run into its lock, and then let both end."""
    written, go_on = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            first()
            written.set()
            assert go_on.wait(PATIENCE)

    holder = start(hold)
    assert written.wait(PATIENCE)
    waiter = start(second)
    _wait_until_somebody_waits()
    assert not waiter.done()
    go_on.set()
    holder.result(PATIENCE)
    waiter.result(PATIENCE)


def test_two_results_of_one_league_both_count(league: League, threads: Start) -> None:
    first, second = league.matches.earliest("day").pk, league.matches.latest("day").pk

    _while_this_one_is_not_committed(
        lambda: _score(first, 9),
        threads,
        lambda: _score(second, 9),
    )

    assert league.matches.filter(home_goals=9).count() == 2
    assert_in_line(league)


def test_two_new_matches_of_one_league_both_count(league: League, threads: Start) -> None:
    home, away = Team.objects.filter(name__in="AB")

    _while_this_one_is_not_committed(
        lambda: match(league, 2010, FIRST_DAY + 30 * DAY, home, away, (5, 0)).save(),
        threads,
        lambda: match(league, 2010, FIRST_DAY + 31 * DAY, away, home, (5, 0)).save(),
    )

    assert league.matches.filter(home_goals=5).count() == 2
    assert_in_line(league)


def test_rows_that_refer_to_a_league_need_not_wait_for_who_writes_its_matches(league: League, threads: Start) -> None:
    def refer() -> None:
        home, away = Team.objects.filter(name__in="AB")
        raw = match(league, 2010, FIRST_DAY + 40 * DAY, home, away)
        raw.day = FIRST_DAY + 40 * DAY
        raw.save_base(raw=True)

    with transaction.atomic():
        _score(league.matches.latest("day").pk, 9)
        threads(refer).result(PATIENCE)


def test_writes_in_opposite_order_wait_for_each_other(league: League, threads: Start) -> None:
    first, second = league.matches.earliest("day").pk, league.matches.latest("day").pk
    holds, go_on = Event(), Event()

    def one_way() -> None:
        with transaction.atomic():
            _score(first, 8)
            holds.set()
            assert go_on.wait(PATIENCE)
            _score(second, 8)

    def other_way() -> None:
        with transaction.atomic():
            _score(second, 9)
            _score(first, 9)

    one = threads(one_way)
    assert holds.wait(PATIENCE)
    other = threads(other_way)
    _wait_until_somebody_waits()
    go_on.set()
    one.result(PATIENCE)
    other.result(PATIENCE)

    assert set(league.matches.filter(pk__in=[first, second]).values_list("home_goals", flat=True)) == {9}
    assert_in_line(league)


def test_a_match_moved_by_another_writer_is_noted_where_it_then_is(league: League, threads: Start) -> None:
    """The second writer moves back what it knows: from where the first one, whom it waits for, moved it."""
    stale = league.matches.latest("day")

    _while_this_one_is_not_committed(
        lambda: _move(stale.pk, season=2010, days=-400),
        threads,
        stale.save,
    )

    assert Match.objects.get(pk=stale.pk).season == 2011
    assert_in_line(league)


def test_an_update_leaves_out_what_another_writer_has_taken_away(league: League, threads: Start) -> None:
    latest = league.matches.latest("day")

    _while_this_one_is_not_committed(
        lambda: _move(latest.pk, season=2010, days=-400),
        threads,
        lambda: _update_season(2011, 9),
    )

    assert Match.objects.get(pk=latest.pk).home_goals != 9
    assert_in_line(league)


def test_an_update_leaves_out_what_another_writer_adds_meanwhile(
    league: League, threads: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at what is about to be written and the write, a match of another league comes to fit."""
    other, (home, away) = make_league("en.2"), Team.objects.filter(name__in="AB")
    before = services.Change.before

    def look(*args: Any, **kwargs: Any) -> list[int]:
        seen = before(*args, **kwargs)
        monkeypatch.setattr(services.Change, "before", before)
        threads(match(other, 2011, FIRST_DAY, home, away, (1, 0)).save).result(PATIENCE)
        return seen

    monkeypatch.setattr(services.Change, "before", look)
    _update_season(2011, 9)

    assert other.matches.get().home_goals == 1
    assert_in_line(league, other)


def test_a_match_moved_to_another_league_meanwhile_is_followed_there(league: League, threads: Start) -> None:
    other = make_league("en.2")
    Match.objects.bulk_create(season(other, 2010, list(Team.objects.all())))
    one = league.matches.latest("day").pk

    _while_this_one_is_not_committed(
        lambda: _to_league(one, other),
        threads,
        lambda: _delete(one),
    )

    assert not Match.objects.filter(pk=one).exists()
    assert_in_line(league, other)


def test_a_new_match_waits_for_a_time_zone_that_is_being_changed(league: League, threads: Start) -> None:
    home, away = Team.objects.filter(name__in="AB")

    _while_this_one_is_not_committed(
        lambda: _to_auckland(league.pk),
        threads,
        lambda: match(league, 2010, FIRST_DAY + 30 * DAY, home, away, (5, 0)).save(),
    )

    assert_in_line(league)


def test_writers_of_different_leagues_do_not_wait(league: League, threads: Start) -> None:
    other = make_league("en.2")
    home, away = Team.objects.filter(name__in="AB")
    with transaction.atomic():
        _score(league.matches.latest("day").pk, 9)
        threads(lambda: match(other, 2010, FIRST_DAY, home, away, (5, 0)).save()).result(PATIENCE)

    assert_in_line(league, other)


def test_batches_of_two_leagues_in_opposite_order_can_lock_them_first(league: League, threads: Start) -> None:
    other = make_league("en.2")
    Match.objects.bulk_create(season(other, 2010, list(Team.objects.all())))
    here, there = league.matches.latest("day").pk, other.matches.latest("day").pk

    def batch(goals: int, *order: int) -> None:
        with services.batched() as change:
            change.lock([league.pk, other.pk])
            for pk in order:
                _score(pk, goals)

    _while_this_one_is_not_committed(lambda: batch(8, here, there), threads, lambda: batch(9, there, here))

    assert set(Match.objects.filter(pk__in=[here, there]).values_list("home_goals", flat=True)) == {9}
    assert_in_line(league, other)


def test_nobody_sees_a_result_without_its_ratings(league: League, threads: Start) -> None:
    """While a change is being told, its ratings are in; to everybody else neither result nor ratings are."""
    latest = league.matches.latest("day")
    seen: list[object] = []

    def look(**kwargs: object) -> None:
        threads(lambda: seen.append(Match.objects.get(pk=latest.pk).home_goals)).result(PATIENCE)
        assert_in_line(league)

    matches_changed.connect(look)
    try:
        _score(latest.pk, 9)
    finally:
        matches_changed.disconnect(look)

    assert seen == [latest.home_goals]


def _score(pk: int, goals: int) -> None:
    one = Match.objects.get(pk=pk)
    one.home_goals = goals
    one.save()


def _move(pk: int, *, season: int, days: int) -> None:
    one = Match.objects.get(pk=pk)
    one.season, one.kickoff = season, one.kickoff + days * DAY
    one.save()


def _update_season(season: int, goals: int) -> None:
    Match.objects.filter(season=season).update(home_goals=goals)


def _to_league(pk: int, league: League) -> None:
    Match.objects.filter(pk=pk).update(league=league)


def _delete(pk: int) -> None:
    Match.objects.filter(pk=pk).delete()


def _to_auckland(pk: int) -> None:
    League.objects.filter(pk=pk).update(time_zone="Pacific/Auckland")
