"""The pages over HTTP: what they say, what they cost, and what they say when something is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from matches.models import League, Match, Team
from pages import views
from predictions import services
from predictions.cache.admission import Overloaded
from predictions.ml.active import ActiveModel
from predictions.ml.features import NoRatings
from predictions.published import Publication, publish
from tests.predictions.asking import finish, upcoming
from tests.predictions.conftest import RoundTrips
from tests.predictions.publishing import say

pytestmark = pytest.mark.django_db

Text = Callable[[str], str]
HOSTILE = "<script>alert('x')</script>&amp; \"FC\" \u202eevil"


def address(match: Match) -> str:
    return f"/matches/{match.pk}/"


@pytest.fixture
def this_week(league: League) -> list[Match]:
    """Twelve matches of the coming week."""
    matches = upcoming(12)
    for number, match in enumerate(matches):
        Match.objects.filter(pk=match.pk).update(kickoff=timezone.now() + timedelta(hours=24 + number))
    return matches


class TestHome:
    @pytest.mark.usefixtures("model")
    def test_it_shows_the_coming_matches_with_what_is_said_of_them(self, text: Text, this_week: list[Match]) -> None:
        page = text("/")

        assert "Premier League" in page
        for match in this_week:
            assert f'href="{address(match)}"' in page
        assert page.count('<svg class="bar"') == len(this_week)
        assert page.count("just computed") == len(this_week)
        assert "12 predictions: 12 computed for this page." in page

    @pytest.mark.usefixtures("model")
    def test_a_second_look_says_that_it_comes_from_the_cache(self, text: Text, this_week: list[Match]) -> None:
        text("/")
        page = text("/")

        assert page.count("cached under a minute ago") == len(this_week)
        assert "12 predictions: 12 from the cache." in page

    @pytest.mark.parametrize("number", [2, 12])
    @pytest.mark.usefixtures("model")
    def test_it_takes_two_queries_and_one_round_trip_however_many_matches(
        self,
        client: Client,
        this_week: list[Match],
        number: int,
        round_trips: RoundTrips,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        Match.objects.filter(pk__in=[match.pk for match in this_week[number:]]).delete()
        client.get("/")
        round_trips.reset()

        with django_assert_num_queries(2):
            response = client.get("/")

        assert response.content.count(b'class="fixture"') == number
        assert round_trips.count == 1

    @pytest.mark.usefixtures("model", "this_week")
    def test_what_is_not_cached_is_computed_all_at_once(self, client: Client, estimates: list[int]) -> None:
        client.get("/")

        assert estimates == [12]

    @pytest.mark.usefixtures("model")
    def test_it_may_be_kept_for_a_minute_but_not_past_the_next_kickoff(
        self, client: Client, this_week: list[Match]
    ) -> None:
        assert client.get("/").headers["Cache-Control"] == "public, max-age=60"

        Match.objects.filter(pk=this_week[0].pk).update(kickoff=timezone.now() + timedelta(seconds=20))

        kept = int(client.get("/").headers["Cache-Control"].removeprefix("public, max-age="))
        assert 10 <= kept <= 20

    @pytest.mark.usefixtures("warm")
    def test_who_has_it_gets_a_304(self, client: Client) -> None:
        etag = client.get("/").headers["ETag"]

        assert client.get("/", headers={"if-none-match": etag}).status_code == 304
        assert client.get("/", headers={"if-none-match": '"another"'}).status_code == 200

    @pytest.mark.usefixtures("warm")
    def test_it_needs_no_script_no_cookie_and_nothing_from_elsewhere(self, client: Client) -> None:
        response = client.get("/")

        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "script-src" not in response.headers["Content-Security-Policy"]
        assert b"<script" not in response.content
        assert b"style=" not in response.content
        assert b"//" not in response.content.replace(b"</", b"")
        assert not response.cookies

    @pytest.mark.usefixtures("warm")
    def test_head_is_answered_as_get_is(self, client: Client) -> None:
        got, told = client.get("/"), client.head("/")

        assert told.status_code == 200
        assert told.content == b""
        assert told.headers == got.headers
        assert "ETag" in told.headers
        assert client.head("/", headers={"if-none-match": told.headers["ETag"]}).status_code == 304

    @pytest.mark.usefixtures("warm")
    def test_a_condition_by_date_is_passed_over_since_it_has_none(self, client: Client) -> None:
        long_ago = "Sat, 01 Jan 2000 00:00:00 GMT"

        for condition in ("if-modified-since", "if-unmodified-since"):
            assert client.get("/", headers={condition: long_ago}).status_code == 200

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    @pytest.mark.usefixtures("db")
    def test_no_other_method_is_known_with_or_without_a_token(self, method: str) -> None:
        response = Client(enforce_csrf_checks=True).generic(method, "/")

        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD"

    def test_without_matches_it_says_how_to_get_some(self, text: Text, db: None) -> None:
        assert "manage.py load_demo" in text("/")

    @pytest.mark.usefixtures("model", "this_week")
    def test_names_are_text_whatever_they_hold(self, text: Text) -> None:
        League.objects.update(name=HOSTILE)
        Team.objects.filter(pk=upcoming(1)[0].home_team_id).update(name=HOSTILE)

        page = text("/")

        assert "<script" not in page
        assert f"<bdi>{escape(HOSTILE)}</bdi>" in page


class TestLeague:
    @pytest.mark.usefixtures("model")
    def test_it_shows_one_leagues_next_matches_and_last_results(self, text: Text) -> None:
        played = Match.objects.played().order_by("-kickoff", "-id")[0]

        page = text("/leagues/en.1/")

        assert page.count('class="fixture"') == 30
        assert f'href="{address(played)}"' in page
        assert f"<b>{played.home_goals}–{played.away_goals}</b>" in page

    @pytest.mark.usefixtures("model")
    def test_a_result_entered_for_a_day_to_come_has_not_just_been_played(self, text: Text) -> None:
        today, later = upcoming(2)
        for match, kickoff in ((today, timezone.now()), (later, timezone.now() + timedelta(days=1))):
            match.kickoff = kickoff
            finish(match, 9, 8)

        page = text("/leagues/en.1/")

        assert f'href="{address(today)}"' in page
        assert f'href="{address(later)}"' not in page

    @pytest.mark.usefixtures("warm")
    def test_it_takes_three_queries_and_one_round_trip(
        self, client: Client, round_trips: RoundTrips, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        round_trips.reset()
        with django_assert_num_queries(3):
            client.get("/leagues/en.1/")
        assert round_trips.count == 1

    @pytest.mark.parametrize("code", ["xx.1", "EN.1", "en.1%00", "a" * 33])
    def test_an_unknown_one_is_a_404(self, client: Client, league: League, code: str) -> None:
        response = client.get(f"/leagues/{code}/")

        assert response.status_code == 404
        assert b"There is nothing here" in response.content


class TestMatch:
    def test_it_shows_every_score_every_market_and_the_reasons(self, text: Text, fixture: Match) -> None:
        page = text(address(fixture))

        assert page.count("<td class=") == 25
        assert "More than 2.5 goals" in page
        assert "Both teams score" in page
        assert "In an average match" in page
        assert f"/api/v1/predictions/{fixture.pk}/" in page
        assert "Full time" not in page

    def test_it_takes_one_query_and_one_round_trip(
        self,
        client: Client,
        fixture: Match,
        round_trips: RoundTrips,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        client.get(address(fixture))
        round_trips.reset()
        with django_assert_num_queries(1):
            client.get(address(fixture))
        assert round_trips.count == 1

    def test_a_played_match_shows_its_score_and_what_had_been_said(self, text: Text, fixture: Match) -> None:
        now = timezone.now()
        said = json.loads(services.compute([fixture.pk], now=now)[fixture.pk].body)
        teams = (fixture.home_team_id, fixture.away_team_id)
        fixture.kickoff = now - timedelta(hours=2)
        finish(fixture, 2, 1)
        publish([Publication(fixture.pk, *teams, said, "model-1", now, now - timedelta(hours=3))])

        page = text(address(fixture))

        assert '<span class="score">2–1</span>' in page
        assert "It ended in a home win. The model gave that" in page
        assert "This is what was said last before kick-off" in page
        assert page.count("(how it ended)") == 1
        assert "Full time" in page

    def test_what_a_former_model_said_may_be_less(self, text: Text, model: ActiveModel) -> None:
        played = Match.objects.played().order_by("-kickoff")[0]
        say(played, made_at=played.kickoff - timedelta(hours=1))

        page = text(address(played))

        assert "<b>50\u202f%</b>" in page
        assert "Every score" not in page

    def test_a_match_of_which_nothing_was_said_says_so(self, text: Text, model: ActiveModel) -> None:
        played = Match.objects.played().order_by("-kickoff")[0]

        page = text(address(played))

        assert "Nothing was said of this match before kick-off." in page
        assert "has learnt from this very match" in page

    def test_a_result_that_was_entered_before_kick_off_says_so(self, text: Text, fixture: Match) -> None:
        finish(fixture, 2, 1)

        assert "The result was entered before the kick-off that is on record." in text(address(fixture))

    def test_an_awarded_match_did_not_end_on_the_pitch(self, text: Text, model: ActiveModel) -> None:
        match = Match.objects.played().order_by("-kickoff")[0]
        match.status = Match.Status.AWARDED
        match.save()

        page = text(address(match))

        assert "Awarded: decided off the pitch" in page
        assert "It ended in" not in page

    @pytest.mark.parametrize("status", ["postponed", "cancelled"])
    def test_a_match_that_is_off_says_so(self, text: Text, fixture: Match, status: str) -> None:
        Match.objects.filter(pk=fixture.pk).update(status=status)

        assert f'<strong class="tag">{status.capitalize()}</strong>' in text(address(fixture))

    @pytest.mark.parametrize("match_id", ["999999999", "0", "9" * 30, "9" * 5000, "-1", "x", "٣"])
    def test_an_unknown_match_is_a_404(self, client: Client, db: None, match_id: str) -> None:
        response = client.get(f"/matches/{match_id}/")

        assert response.status_code == 404
        assert b"There is nothing here" in response.content

    def test_names_are_text_whatever_they_hold(self, text: Text, fixture: Match) -> None:
        Team.objects.filter(pk=fixture.away_team_id).update(name=HOSTILE)

        page = text(address(fixture))

        assert "<script" not in page
        assert f"<title>{fixture.home_team.name} – {escape(HOSTILE)} · Predictor</title>" in page


class TestTrouble:
    """A page still says what it can."""

    @pytest.fixture(params=["/", "/leagues/en.1/", "match"])
    def page(self, request: pytest.FixtureRequest, league: League) -> str:
        return address(upcoming(1)[0]) if request.param == "match" else str(request.param)

    @pytest.mark.usefixtures("no_model")
    def test_without_a_model_the_matches_are_told_all_the_same(self, client: Client, page: str) -> None:
        response = client.get(page)

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        assert response.headers["Cache-Control"] == "no-store"
        assert b"No model is active" in response.content
        assert b'href="/problems/no-active-model/"' in response.content
        assert upcoming(1)[0].home_team.name.encode() in response.content

    @pytest.mark.usefixtures("model")
    def test_who_has_looked_at_too_much_is_told_when_to_come_back(
        self, client: Client, page: str, settings: Settings
    ) -> None:
        settings.RATE_PER_ADDRESS = 1
        services.charge(_toll(client), 1)

        response = client.get(page)

        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
        assert upcoming(1)[0].home_team.name.encode() in response.content

    @pytest.mark.parametrize(
        ("error", "kind", "words"),
        [
            (Overloaded("x"), "overloaded", b"More is being asked"),
            (NoRatings("x"), "unavailable", b"no ratings yet"),
        ],
    )
    @pytest.mark.usefixtures("model")
    def test_what_stands_in_the_way_is_named(
        self,
        client: Client,
        page: str,
        error: Exception,
        kind: str,
        words: bytes,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def predict_many(*args: Any, **kwargs: Any) -> Any:
            raise error

        monkeypatch.setattr(services, "predict_many", predict_many)

        response = client.get(page)

        assert response.status_code == 503
        assert "Retry-After" in response.headers
        assert words in response.content
        assert f'href="/problems/{kind}/"'.encode() in response.content

    @pytest.mark.usefixtures("model", "redis_away")
    def test_while_redis_is_away_all_is_computed_and_says_so(self, client: Client, page: str) -> None:
        response = client.get(page)

        assert response.status_code == 200
        assert b"just computed, cache away" in response.content

    @pytest.mark.usefixtures("model")
    def test_while_the_database_is_away_the_page_says_so(
        self, client: Client, page: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*args: Any, **kwargs: Any) -> Any:
            raise OperationalError("connection to the-secret-host failed")

        for name in ("coming", "coming_of"):
            monkeypatch.setattr(views, name, away)
        monkeypatch.setattr(Match.objects, "with_names", away)

        response = client.get(page)

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert b"The database does not answer" in response.content
        assert b"the-secret-host" not in response.content


def _toll(client: Client) -> Any:
    from access.consumer import Consumer, consumer_of
    from predictions.cache.throttle import Toll

    consumer: Consumer = consumer_of(client.get("/problems/").wsgi_request)
    return Toll(consumer.name, consumer.per_minute)
