"""What was said before kickoff is kept, and found again after it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match, Team
from predictions.ml.said import Said
from predictions.models import PublishedPrediction
from predictions.published import Publication, frozen, publish

KICKOFF = datetime(2024, 8, 17, 14, 0, tzinfo=UTC)
TRAINED_AT = datetime(2024, 8, 1, 3, 4, 5, 678901, tzinfo=UTC)
BEFORE, AFTER = KICKOFF - timedelta(hours=1), KICKOFF + timedelta(hours=1)
THIRDS = {"home": 0.1 + 0.2, "draw": 1 / 3, "away": 1 - (0.1 + 0.2) - 1 / 3}
MARKET = {"home": 0.6, "draw": 0.3, "away": 0.1}
SAID: dict[str, Any] = {"probabilities": THIRDS, "expected_goals": {"home": 1.7364182940137, "away": 1.1e-5}}
SAID_LATER: dict[str, Any] = {"with_market": None, "probabilities": {"home": 0.5, "draw": 0.25, "away": 0.25}}
WITH_MARKET: dict[str, Any] = {**SAID, "with_market": {"probabilities": MARKET, "fair_odds": {"home": 1 / 0.6}}}


@pytest.fixture
def make_match(db: None) -> Callable[..., Match]:
    """Makes matches of one league, each with teams of its own."""
    league = League.objects.create(code="en.1", name="Premier League", country="en")

    def make(kickoff: datetime = KICKOFF) -> Match:
        number = Team.objects.count()
        home, away = (Team.objects.create(name=f"Team {number + which}", country="en") for which in range(2))
        return Match.objects.create(league=league, season=2024, kickoff=kickoff, home_team=home, away_team=away)

    return make


@pytest.fixture
def match(make_match: Callable[..., Match]) -> Match:
    return make_match()


def said(
    match: Match, *, what: dict[str, Any] = SAID, made_at: datetime = BEFORE, model_version: str = "model-1"
) -> Publication:
    """Of the teams that `match` has in memory."""
    return Publication(match.pk, match.home_team_id, match.away_team_id, what, model_version, TRAINED_AT, made_at)


def kept(match: Match) -> list[tuple[str, datetime]]:
    """Which models said what is kept of a match, and when."""
    rows = PublishedPrediction.objects.filter(match=match).order_by("model_version")
    return [(row.model_version, row.made_at) for row in rows]


def matches_with_rows() -> set[int]:
    return set(PublishedPrediction.objects.values_list("match", flat=True))


@pytest.mark.sqlite
@pytest.mark.parametrize("what", [SAID, SAID_LATER, WITH_MARKET])
def test_what_was_said_is_found_after_kickoff_to_the_last_digit(match: Match, what: dict[str, Any]) -> None:
    publication = said(match, what=what)
    publish([publication])
    found = frozen([match.pk], now=AFTER)
    assert found == {match.pk: publication}
    assert json.dumps(found[match.pk].said) == json.dumps(what)  # in the same order, too


@pytest.mark.sqlite
def test_what_a_model_has_just_said_is_kept_as_the_text_that_it_is(match: Match) -> None:
    numbers = '"probabilities":{"home":0.50,"draw":0.25,"away":0.25},"with_market":null'
    fresh = Said(numbers, {"log_odds": 0.7}, None)
    publish([replace(said(match), said=fresh)])
    assert frozen([match.pk], now=AFTER)[match.pk].said == dict(fresh)
    with connection.cursor() as cursor:
        cursor.execute("SELECT said, home FROM predictions_publishedprediction")
        assert cursor.fetchall() == [(f'{{{numbers},"why":{{"log_odds":0.7}},"confidence":null}}', 0.5)]


@pytest.mark.sqlite
def test_the_probabilities_are_kept_as_numbers_too_to_reckon_with(make_match: Callable[..., Match]) -> None:
    one, other = make_match(), make_match()
    publish([said(one), said(other, what=WITH_MARKET)])
    pure, both = PublishedPrediction.objects.order_by("match_id")
    assert {"home": pure.home, "draw": pure.draw, "away": pure.away} == THIRDS
    assert (pure.with_market_home, pure.with_market_draw, pure.with_market_away) == (None, None, None)
    assert (both.home, both.draw, both.away) == (pure.home, pure.draw, pure.away)
    assert [both.with_market_home, both.with_market_draw, both.with_market_away] == list(MARKET.values())


@pytest.mark.sqlite
def test_it_is_frozen_from_the_second_of_kickoff_on(match: Match) -> None:
    publish([said(match)])
    assert not frozen([match.pk], now=KICKOFF - timedelta(microseconds=1))
    assert frozen([match.pk], now=KICKOFF)


@pytest.mark.sqlite
def test_what_was_said_last_counts(match: Match) -> None:
    publish([said(match, made_at=BEFORE)])
    later = BEFORE + timedelta(microseconds=1)
    publish([said(match, what=SAID_LATER, made_at=later)])
    assert kept(match) == [("model-1", later)]
    assert frozen([match.pk], now=AFTER)[match.pk].said == SAID_LATER


@pytest.mark.sqlite
def test_a_market_that_is_gone_is_no_longer_kept(match: Match) -> None:
    publish([said(match, what=WITH_MARKET)])
    publish([said(match, what=SAID_LATER, made_at=BEFORE + timedelta(microseconds=1))])
    assert PublishedPrediction.objects.get().with_market_home is None


@pytest.mark.sqlite
def test_what_each_model_said_is_kept_and_the_last_of_them_counts(match: Match) -> None:
    first, second = BEFORE - timedelta(hours=2), BEFORE - timedelta(hours=1)
    publish([said(match, made_at=first, model_version="model-2"), said(match, made_at=second)])
    assert kept(match) == [("model-1", second), ("model-2", first)]
    assert frozen([match.pk], now=AFTER)[match.pk].model_version == "model-1"
    publish([said(match, what=SAID_LATER, model_version="model-2")])
    assert kept(match) == [("model-1", second), ("model-2", BEFORE)]
    assert frozen([match.pk], now=AFTER)[match.pk].model_version == "model-2"


@pytest.mark.sqlite
def test_of_two_at_the_same_moment_one_counts(match: Match) -> None:
    publish([said(match), said(match, what=SAID_LATER, model_version="model-2")])
    assert len(PublishedPrediction.objects.last_said()) == 1
    assert frozen([match.pk], now=AFTER)


@pytest.mark.sqlite
def test_the_last_before_a_kickoff_that_was_brought_forward_counts(match: Match) -> None:
    early = BEFORE - timedelta(hours=2)
    publish([said(match, made_at=early), said(match, model_version="model-2")])
    match.kickoff = BEFORE
    match.save()
    assert frozen([match.pk], now=AFTER)[match.pk].model_version == "model-1"


@pytest.mark.sqlite
@pytest.mark.parametrize("earlier_by", [timedelta(microseconds=1), timedelta(0)])
def test_what_arrives_late_replaces_nothing(match: Match, earlier_by: timedelta) -> None:
    publish([said(match)])
    publish([said(match, what=SAID_LATER, made_at=BEFORE - earlier_by)])
    assert kept(match) == [("model-1", BEFORE)]
    assert frozen([match.pk], now=AFTER)[match.pk].said == SAID


@pytest.mark.sqlite
@pytest.mark.parametrize("order", [1, -1])
def test_of_several_by_one_model_for_one_match_the_last_made_counts(match: Match, order: int) -> None:
    made = [said(match, made_at=BEFORE + timedelta(seconds=n)) for n in range(3)]
    publish(made[::order])
    assert kept(match) == [("model-1", BEFORE + timedelta(seconds=2))]


@pytest.mark.sqlite
@pytest.mark.parametrize("made_at", [KICKOFF, AFTER])
def test_what_is_said_after_kickoff_is_not_kept(match: Match, made_at: datetime) -> None:
    publish([said(match)])
    publish([said(match, made_at=made_at), said(match, made_at=made_at, model_version="model-2")])
    assert kept(match) == [("model-1", BEFORE)]


@pytest.mark.sqlite
def test_matches_that_are_gone_or_began_early_do_not_stop_the_others(make_match: Callable[..., Match]) -> None:
    gone, early, other = make_match(), make_match(), make_match()
    publications = [said(gone), said(early), said(other)]
    gone.delete()
    early.kickoff = BEFORE - timedelta(minutes=1)
    early.save()
    publish(publications)
    assert matches_with_rows() == {other.pk}


@pytest.mark.sqlite
def test_what_was_said_after_a_kickoff_that_was_brought_forward_does_not_count(match: Match) -> None:
    publish([said(match)])
    match.kickoff = BEFORE
    match.save()
    assert not frozen([match.pk], now=AFTER)


def swap_teams(match: Match) -> None:
    match.home_team, match.away_team = match.away_team, match.home_team
    match.save()


def replace_team(match: Match, which: str) -> None:
    setattr(match, which, Team.objects.create(name="Substitute", country="en"))
    match.save()


TEAM_CHANGES: dict[str, Callable[[Match], None]] = {
    "swapped": swap_teams,
    "another at home": lambda match: replace_team(match, "home_team"),
    "another away": lambda match: replace_team(match, "away_team"),
}


@pytest.mark.sqlite
@pytest.mark.parametrize("change", TEAM_CHANGES.values(), ids=TEAM_CHANGES)
def test_what_was_said_of_other_teams_does_not_count(match: Match, change: Callable[[Match], None]) -> None:
    publish([said(match)])
    change(match)
    assert not frozen([match.pk], now=AFTER)
    assert not PublishedPrediction.objects.in_time()


@pytest.mark.sqlite
def test_it_counts_again_when_the_teams_are_what_they_were(match: Match) -> None:
    publish([publication := said(match)])
    swap_teams(match)
    swap_teams(match)
    assert frozen([match.pk], now=AFTER) == {match.pk: publication}


@pytest.mark.sqlite
@pytest.mark.parametrize("change", TEAM_CHANGES.values(), ids=TEAM_CHANGES)
def test_what_was_said_of_other_teams_is_passed_over(match: Match, change: Callable[[Match], None]) -> None:
    later = BEFORE + timedelta(minutes=1)
    late = [said(match, what=SAID_LATER, made_at=later, model_version=f"model-{number}") for number in (1, 2)]
    change(match)
    publish([said(match)])
    publish(late)
    assert kept(match) == [("model-1", BEFORE)]
    assert frozen([match.pk], now=AFTER)[match.pk].said == SAID


@pytest.mark.sqlite
@pytest.mark.parametrize("change", TEAM_CHANGES.values(), ids=TEAM_CHANGES)
def test_what_is_said_of_the_teams_replaces_what_was_said_of_others_whenever_that_was(
    match: Match, change: Callable[[Match], None]
) -> None:
    publish([said(match, made_at=BEFORE + timedelta(minutes=1))])
    change(match)
    publish([said(match, what=SAID_LATER)])
    assert kept(match) == [("model-1", BEFORE)]
    assert frozen([match.pk], now=AFTER)[match.pk].said == SAID_LATER


@pytest.mark.sqlite
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("change", TEAM_CHANGES.values(), ids=TEAM_CHANGES)
def test_of_several_by_one_model_at_once_those_of_other_teams_do_not_count(
    match: Match, change: Callable[[Match], None], order: int
) -> None:
    of_others = said(match, made_at=BEFORE + timedelta(minutes=1))
    change(match)
    publish([of_others, said(match, what=SAID_LATER)][::order])
    assert frozen([match.pk], now=AFTER)[match.pk].said == SAID_LATER


@pytest.mark.sqlite
@pytest.mark.parametrize("change", TEAM_CHANGES.values(), ids=TEAM_CHANGES)
def test_what_was_said_of_other_teams_by_another_model_hides_nothing(
    match: Match, change: Callable[[Match], None]
) -> None:
    publish([said(match, made_at=BEFORE + timedelta(minutes=1), model_version="model-2")])
    change(match)
    publish([said(match)])
    assert frozen([match.pk], now=AFTER)[match.pk].model_version == "model-1"


@pytest.mark.sqlite
def test_deleting_matches_takes_as_many_statements_however_much_was_said_of_them(
    make_match: Callable[..., Match],
) -> None:
    def statements(models: int) -> list[str]:
        matches = [make_match() for _ in range(3)]
        publish([said(match, model_version=f"model-{number}") for match in matches for number in range(models)])
        with CaptureQueriesContext(connection) as captured:
            Match.objects.filter(pk__in=[match.pk for match in matches]).delete()
        sqls = (query["sql"] for query in captured if "SAVEPOINT" not in query["sql"])
        return [sql.split(" WHERE ")[0].split(" VALUES ")[0] for sql in sqls]

    without = statements(0)
    assert statements(5) == without
    assert not any("SELECT" in sql and PublishedPrediction._meta.db_table in sql for sql in without)
    assert sum("predictions_invalidation" in sql for sql in without) == 1


@pytest.mark.sqlite
def test_deleting_a_match_deletes_what_was_said_of_it(make_match: Callable[..., Match]) -> None:
    one, other = make_match(), make_match()
    publish([said(one), said(one, model_version="model-2"), said(other)])
    one.delete()
    assert matches_with_rows() == {other.pk}


@pytest.mark.sqlite
def test_many_take_one_statement_a_thousand(match: Match, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    unknown = [replace(said(match), match_id=match.pk + number) for number in range(1, 1001)]
    with django_assert_num_queries(1):
        publish([said(match), *unknown[1:]])
    assert kept(match)
    with django_assert_num_queries(2):
        publish([*unknown, said(match, made_at=BEFORE + timedelta(seconds=1))])
    assert kept(match) == [("model-1", BEFORE + timedelta(seconds=1))]


@pytest.mark.sqlite
def test_nothing_takes_no_statement(django_assert_num_queries: DjangoAssertNumQueries, db: None) -> None:
    with django_assert_num_queries(0):
        publish([])
        assert frozen([], now=AFTER) == {}


@pytest.mark.sqlite
def test_many_are_found_with_one_query(
    make_match: Callable[..., Match], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    matches = [make_match() for _ in range(4)]
    publish([said(match) for match in matches[:3]])
    with django_assert_num_queries(1):
        assert set(frozen([match.pk for match in matches[1:]], now=AFTER)) == {match.pk for match in matches[1:3]}


@pytest.mark.django_db
def test_what_was_said_last_is_found_by_indexes(make_match: Callable[..., Match]) -> None:
    for _ in range(3):
        publish([said(make_match())])
    wanted = PublishedPrediction.objects.last_said().filter(match__in=list(matches_with_rows())[:2])
    with connection.cursor() as cursor:
        # A few rows are read faster without: what counts is whether the indexes could do it.
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = wanted.order_by().query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    # Once for the rows, once for whether there is a later one.
    assert plan.count("published_once_by_each_model") == 2


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "nonsense",
    [
        (0.6, 0.25, 0.25),
        (0.4, 0.25, 0.25),
        (-0.1, 0.85, 0.25),
        (1.5, -0.75, 0.25),
    ],
)
@pytest.mark.parametrize("whose", ["pure", "with market"])
def test_the_database_refuses_what_is_no_prediction(
    match: Match, nonsense: tuple[float, float, float], whose: str
) -> None:
    wrong = {"probabilities": dict(zip(("home", "draw", "away"), nonsense, strict=True))}
    what = {**SAID, **wrong} if whose == "pure" else {**SAID, "with_market": wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        publish([said(match, what=what)])


@pytest.mark.sqlite
@pytest.mark.parametrize("goals", [math.inf, math.nan])
def test_what_is_no_json_is_refused(match: Match, goals: float) -> None:
    with pytest.raises(DataError, match="not JSON compliant"):
        publish([said(match, what={**SAID, "expected_goals": {"home": goals, "away": 1.0}})])


@pytest.mark.sqlite
@pytest.mark.parametrize("column", ["home", "with_market_draw"])
def test_the_database_refuses_what_is_no_number(match: Match, column: str) -> None:
    publish([said(match, what=WITH_MARKET)])
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedPrediction.objects.update(**{column: math.nan})


@pytest.mark.sqlite
@pytest.mark.parametrize("missing", ["with_market_home", "with_market_draw", "with_market_away"])
def test_the_database_refuses_half_a_market(match: Match, missing: str) -> None:
    publish([said(match, what=WITH_MARKET)])
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedPrediction.objects.update(**{missing: None})


def elsewhere(work: Callable[[], object]) -> None:
    """Do it in another thread, on a connection of its own, as a process's background does."""

    def done_with_its_connection() -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(done_with_its_connection).result(timeout=30)


def with_a_time_limit(work: Callable[[], object]) -> Callable[[], object]:
    """It fails rather than waits for a lock."""

    def limited() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        work()

    return limited


@pytest.mark.django_db(transaction=True)
def test_matches_that_are_just_being_deleted_are_passed_over(make_match: Callable[..., Match]) -> None:
    deleted, other = make_match(), make_match()
    publications = [said(deleted), said(other)]
    with transaction.atomic():
        deleted.delete()
        elsewhere(with_a_time_limit(lambda: publish(publications)))
    assert matches_with_rows() == {other.pk}


@pytest.mark.django_db(transaction=True)
def test_what_is_published_while_its_match_is_being_deleted_does_not_stop_that(match: Match) -> None:
    publication = said(match)
    published_meanwhile = []

    def before_the_match_goes(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('DELETE FROM "matches_match"'):
            elsewhere(lambda: publish([publication]))
            published_meanwhile.append(kept(match))
        return execute(sql, *rest)

    with connection.execute_wrapper(before_the_match_goes):
        Match.objects.filter(pk=match.pk).delete()
    assert published_meanwhile == [[]]
    assert not PublishedPrediction.objects.exists()
    assert not Match.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_match_waits_with_its_going_until_what_is_being_published_of_it_is_there(match: Match) -> None:
    with transaction.atomic():
        publish([said(match)])
        with pytest.raises(Exception, match="lock timeout"):
            elsewhere(with_a_time_limit(lambda: Match.objects.filter(pk=match.pk).delete()))
    match.delete()
    assert not PublishedPrediction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_matches_that_are_just_being_given_other_teams_are_passed_over(make_match: Callable[..., Match]) -> None:
    changed, other = make_match(), make_match()
    publications = [said(changed), said(other)]
    with transaction.atomic():
        swap_teams(changed)
        elsewhere(with_a_time_limit(lambda: publish(publications)))
    assert matches_with_rows() == {other.pk}


@pytest.mark.django_db(transaction=True)
def test_the_teams_stay_until_what_is_being_published_of_them_is_there(match: Match) -> None:
    with transaction.atomic():
        publish([said(match)])
        with pytest.raises(Exception, match="lock timeout"):
            elsewhere(with_a_time_limit(lambda: swap_teams(Match.objects.get(pk=match.pk))))
    assert frozen([match.pk], now=AFTER)


@pytest.mark.django_db(transaction=True)
def test_a_result_can_be_entered_while_predictions_are_being_published(match: Match) -> None:
    def enter_result() -> None:
        Match.objects.filter(pk=match.pk).update(status="finished", home_goals=1, away_goals=0)

    with transaction.atomic():
        publish([said(match)])
        elsewhere(with_a_time_limit(enter_result))
    assert kept(match) == [("model-1", BEFORE)]


@pytest.mark.django_db(transaction=True)
def test_rows_are_written_in_the_order_of_their_ids_so_that_two_writers_do_not_deadlock(
    make_match: Callable[..., Match],
) -> None:
    one, other = make_match(), make_match()
    Match.objects.filter(pk=one.pk).update(home_shots=1)  # in the table it now comes after the other
    publish([said(one), said(other)])
    later = BEFORE + timedelta(seconds=1)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            publish([said(one, made_at=later)])
            second = thread.submit(elsewhere, lambda: publish([said(other), said(one)]))
            wait_until_somebody_waits_for_us()
            publish([said(other, made_at=later)])
        second.result(timeout=30)
    assert [kept(one), kept(other)] == [[("model-1", later)]] * 2


@pytest.mark.django_db(transaction=True)
def test_rows_are_deleted_in_that_order_too(make_match: Callable[..., Match]) -> None:
    one, other = make_match(), make_match()
    publish([said(other)])  # in the table it comes first
    publish([said(one)])
    later = BEFORE + timedelta(seconds=1)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            publish([said(one, made_at=later)])
            deletion = thread.submit(elsewhere, lambda: PublishedPrediction.objects.all().delete())
            wait_until_somebody_waits_for_us()
            publish([said(other, made_at=later)])
        deletion.result(timeout=30)
    assert not PublishedPrediction.objects.exists()


def wait_until_somebody_waits_for_us() -> None:
    deadline = monotonic() + 10
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.rowcount:
                return
    pytest.fail("Nobody waits for a lock of ours.")
