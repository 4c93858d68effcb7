"""Every way in which Django writes a match keeps its day and the ratings in line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError, NotSupportedError, connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from matches.models import League, Match, Team
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.matches.ratings.oracle import assert_in_line, stored

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = timedelta(days=1)


@pytest.fixture
def league() -> League:
    """Two seasons of four teams, and a fixture."""
    league, teams = make_league(), make_teams("A", "B", "C", "D")
    for number in (2010, 2011):
        Match.objects.bulk_create(season(league, number, teams))
    match(league, 2011, FIRST_DAY.replace(year=2012), teams[0], teams[1]).save()
    return league


@pytest.fixture
def other(league: League) -> League:
    """Another league in which the same teams play."""
    other = make_league("en.2", time_zone="Pacific/Auckland")
    Match.objects.bulk_create(season(other, 2010, list(Team.objects.order_by("name"))))
    return other


def _first() -> Match:
    return Match.objects.filter(league__code="en.1").order_by("day")[0]


def _fixture() -> Match:
    return Match.objects.get(status="scheduled")


def _save() -> None:
    one = _first()
    one.home_goals = 9
    one.save()


def _save_some_fields() -> None:
    one = _first()
    one.home_goals = 9
    one.save(update_fields=["home_goals"])


def _save_only_the_kickoff() -> None:
    one = _first()
    one.kickoff += 3 * DAY
    one.save(update_fields=["kickoff"])


def _save_expressions() -> None:
    one = _first()
    one.home_goals, one.season, one.kickoff = F("home_goals") + 1, F("season") + 1, F("kickoff") + 400 * DAY
    one.save()


def _save_what_is_loaded() -> None:
    one = Match.objects.only("home_goals").get(pk=_first().pk)
    one.home_goals = 9
    one.save()


def _save_with_an_id_of_its_own() -> None:
    one = _first()
    match(one.league, 2011, one.day, one.home_team, one.away_team, (3, 3), pk=10**6).save(force_insert=True)


def _save_a_copy() -> None:
    one = _first()
    one.pk, one.kickoff = None, one.kickoff + 30 * DAY
    one._state.adding = True
    one.save()


def _save_over_another() -> None:
    one = _first()
    one.pk, one.home_goals, one.kickoff = Match.objects.filter(season=2011)[5].pk, 8, one.kickoff + 30 * DAY
    one.save()


def _save_text() -> None:
    one = _first()
    one.kickoff, one.season = "2012-02-03T04:05:06Z", "2011"
    one.save()


def _create() -> None:
    one = _first()
    Match.objects.create(
        league=one.league,
        season=2010,
        kickoff=one.kickoff + 3 * DAY,
        home_team=one.home_team,
        away_team=one.away_team,
        status="finished",
        home_goals=2,
        away_goals=2,
    )


def _get_or_create() -> None:
    one = _first()
    key = {"league": one.league, "season": 2010, "home_team": one.home_team, "away_team": one.away_team}
    result = {"kickoff": one.kickoff + 3 * DAY, "status": "finished", "home_goals": 4, "away_goals": 0}
    _, created = Match.objects.get_or_create(**key, day=one.day + 3 * DAY, defaults=result)
    assert created


def _update_or_create() -> None:
    Match.objects.update_or_create(pk=_first().pk, defaults={"home_goals": 9})


def _delete() -> None:
    _first().delete()


def _update_results() -> None:
    Match.objects.filter(season=2010).update(home_goals=F("away_goals"), away_goals=F("home_goals"))


def _update_kickoffs() -> None:
    Match.objects.filter(season=2010).update(kickoff=F("kickoff") + 3 * DAY)


def _update_a_kickoff_to_an_earlier_day() -> None:
    Match.objects.filter(pk=Match.objects.filter(season=2011)[7].pk).update(kickoff=F("kickoff") - 9 * DAY)


def _bulk_update_a_kickoff_to_an_earlier_day() -> None:
    one = Match.objects.filter(season=2011)[7]
    one.kickoff -= 9 * DAY
    Match.objects.bulk_update([one], ["kickoff"])


def _update_what_is_filtered_by() -> None:
    Match.objects.filter(season=2010, home_goals=1).update(season=2011, home_goals=F("home_goals") + 1)


def _update_by_an_annotation() -> None:
    Match.objects.annotate(more=F("home_goals") + Value(1)).filter(more__gt=2).update(home_goals=F("more"))


def _update_through_a_join() -> None:
    Match.objects.filter(home_team__name="A", league__country="en", status="finished").update(home_goals=9)


def _update_to_cancelled() -> None:
    Match.objects.filter(season=2010)[:1].get()
    Match.objects.filter(pk=_first().pk).update(status="cancelled", home_goals=None, away_goals=None)


def _update_ordered() -> None:
    Match.objects.filter(season=2011, status="finished").order_by("-kickoff").update(away_goals=5)


def _update_the_day_itself() -> None:
    Match.objects.filter(season=2010).update(day=F("day") + timedelta(days=1))


def _bulk_create() -> None:
    one = _first()
    Match.objects.bulk_create(
        [match(one.league, 2010, one.day + n * DAY, one.home_team, one.away_team, (n, 1)) for n in (50, 5)]
    )


def _bulk_create_what_is_there() -> None:
    one = _first()
    new = match(one.league, 2010, one.day + 3 * DAY, one.home_team, one.away_team, (6, 1))
    Match.objects.bulk_create(
        [new, match(one.league, 2010, one.day, one.home_team, one.away_team, (6, 1))], ignore_conflicts=True
    )
    assert Match.objects.filter(home_goals=6).count() == 1


def _bulk_update() -> None:
    matches = list(Match.objects.filter(season=2010))
    for one in matches:
        one.home_goals, one.kickoff = 2, one.kickoff + DAY
    Match.objects.bulk_update(matches, ["home_goals", "kickoff"], batch_size=5)


def _bulk_update_results_only() -> None:
    matches = list(Match.objects.filter(season=2010))
    for one in matches:
        one.home_goals = 2
        one.kickoff += 9 * DAY  # is not written
    Match.objects.bulk_update(matches, ["home_goals"])


def _delete_many() -> None:
    Match.objects.filter(season=2010, home_goals=0).delete()


def _enter_a_result() -> None:
    Match.objects.filter(pk=_fixture().pk).update(status="finished", home_goals=1, away_goals=0)


def _through_a_related_manager() -> None:
    Team.objects.get(name="A").home_matches.filter(season=2010).update(home_goals=7)


def _create_through_a_related_manager() -> None:
    one = _first()
    one.league.matches.create(
        season=2011, kickoff=one.kickoff + 390 * DAY, home_team=one.home_team, away_team=one.away_team
    )


def _asynchronously() -> None:
    async def write() -> None:
        await Match.objects.filter(season=2010).aupdate(home_goals=3)
        one = await Match.objects.filter(season=2011).afirst()
        assert one is not None
        one.home_goals = one.away_goals = 4
        one.status = "finished"
        await one.asave()
        await sync_to_async(lambda: connection.close())()  # that of the thread in which all this was done

    asyncio.run(write())


PATHS: list[Callable[[], None]] = [
    _save,
    _save_some_fields,
    _save_only_the_kickoff,
    _save_expressions,
    _save_what_is_loaded,
    _save_with_an_id_of_its_own,
    _save_a_copy,
    _save_over_another,
    _save_text,
    _create,
    _get_or_create,
    _update_or_create,
    _delete,
    _update_results,
    _update_kickoffs,
    _update_a_kickoff_to_an_earlier_day,
    _bulk_update_a_kickoff_to_an_earlier_day,
    _update_what_is_filtered_by,
    _update_by_an_annotation,
    _update_through_a_join,
    _update_to_cancelled,
    _update_ordered,
    _bulk_create,
    _bulk_create_what_is_there,
    _bulk_update,
    _bulk_update_results_only,
    _delete_many,
    _enter_a_result,
    _through_a_related_manager,
]


@pytest.mark.parametrize("write", PATHS, ids=lambda path: path.__name__.strip("_"))
def test_ratings_follow(write: Callable[[], None], league: League) -> None:
    before = stored(league)
    write()

    assert stored(league) != before
    assert_in_line(league)


@pytest.mark.parametrize("write", [_create_through_a_related_manager, _update_the_day_itself])
def test_days_and_ratings_stay_in_line(write: Callable[[], None], league: League) -> None:
    write()

    assert_in_line(league)


@pytest.mark.django_db(transaction=True)
def test_asynchronous_writes_are_no_other(league: League) -> None:
    before = stored(league)
    _asynchronously()

    assert stored(league) != before
    assert_in_line(league)


@pytest.mark.parametrize("bulk", [True, False])
def test_a_match_added_to_another_league_moves_in_both(bulk: bool, league: League, other: League) -> None:
    before = stored(league), stored(other)
    one = league.matches.filter(season=2011)[3]
    other.matches.add(one, bulk=bulk)

    assert stored(league) != before[0]
    assert stored(other) != before[1]
    assert_in_line(league, other)


@pytest.mark.parametrize("field", ["league", "league_id"])
def test_an_update_of_the_league_moves_in_both(field: str, league: League, other: League) -> None:
    """Days too: at noon in London it is the next day in Auckland."""
    Match.objects.filter(league=league, season=2011).update(**{field: other if field == "league" else other.pk})

    assert other.matches.filter(season=2011).earliest("day").day == FIRST_DAY.replace(year=2011) + DAY
    assert_in_line(league, other)


def test_a_bulk_update_of_the_league_moves_in_both(league: League, other: League) -> None:
    matches = list(league.matches.filter(season=2011))
    for one in matches:
        one.league = other
    Match.objects.bulk_update(matches, ["league"])

    assert_in_line(league, other)
    assert not league.matches.filter(season=2011).exists()


def test_a_match_saved_into_another_league_and_season_moves_in_both(league: League, other: League) -> None:
    one = _first()
    one.league, one.season = other, 2012
    one.save()

    assert (2012, one.day, one.home_team_id) in stored(other)
    assert_in_line(league, other)


def test_an_edit_in_the_admin_is_no_other(league: League, admin_client: Client) -> None:
    one, before = _first(), stored(league)
    form = admin_client.get(reverse("admin:matches_match_change", args=[one.pk])).context["adminform"].form
    data = {bound.html_name: "" if (value := bound.value()) is None else value for bound in form}
    data.update({"home_goals": 9, "kickoff_0": one.kickoff.date(), "kickoff_1": one.kickoff.time(), "_save": "Save"})
    response = admin_client.post(reverse("admin:matches_match_change", args=[one.pk]), data)

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert stored(league) != before
    assert_in_line(league)


def test_leagues_and_teams_with_matches_can_not_be_deleted_under_them(league: League) -> None:
    for protected in (league, Team.objects.get(name="A")):
        with pytest.raises(models.ProtectedError):
            protected.delete()
    with pytest.raises(models.ProtectedError):
        League.objects.all().delete()


def test_a_league_without_matches_goes_with_its_snapshots(league: League, other: League) -> None:
    league.matches.all().delete()
    league.delete()

    assert_in_line(other)


def test_a_blind_upsert_is_refused(league: League) -> None:
    with pytest.raises(NotSupportedError, match="bulk_update"):
        Match.objects.bulk_create([_first()], update_conflicts=True, unique_fields=["id"], update_fields=["home_goals"])


def test_a_write_that_the_database_refuses_leaves_everything_as_it_was(league: League) -> None:
    before = stored(league)
    with pytest.raises(IntegrityError), transaction.atomic():
        Match.objects.filter(season=2010).update(status="cancelled")
    one = _first()
    with pytest.raises(IntegrityError), transaction.atomic():
        match(one.league, 2010, one.day, one.home_team, one.away_team).save()

    assert stored(league) == before
    assert_in_line(league)


def test_a_match_needs_a_league_that_is_saved() -> None:
    home, away = make_teams("A", "B")
    with pytest.raises(League.DoesNotExist, match="saved before"):
        match(League(code="xx.1"), 2010, FIRST_DAY, home, away).save()


def test_a_league_may_be_saved_after_it_was_given_to_the_match() -> None:
    league = League(code="xx.1", name="X", country="xx", time_zone="Pacific/Auckland")
    home, away = make_teams("A", "B")
    one = match(league, 2010, FIRST_DAY, home, away)
    league.save()
    one.save()

    assert one.day == FIRST_DAY + DAY
    assert_in_line(league)


def test_a_kickoff_that_the_database_would_decide_is_refused(league: League) -> None:
    one = _first()
    with pytest.raises(IntegrityError):
        Match(league=one.league, season=2010, kickoff=Now(), home_team=one.home_team, away_team=one.away_team).save()
