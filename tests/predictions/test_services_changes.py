"""What changes in the football is in the next answer."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from matches.models import League, Match, Team
from predictions import services
from predictions.cache.answers import Source
from predictions.cache.background import background
from predictions.ml.active import ActiveModel
from tests.predictions.asking import body_of, finish

pytestmark = pytest.mark.django_db


class TestWhatChanges:
    def test_a_match_that_is_created_is_absent_no_longer(
        self, fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        future_id = fixture.pk + 1000
        assert services.predict(future_id, now=now).entry.is_absence
        with django_capture_on_commit_callbacks(execute=True):
            Match(
                pk=future_id,
                league=fixture.league,
                season=2023,
                kickoff=fixture.kickoff + timedelta(days=1),
                home_team=fixture.home_team,
                away_team=fixture.away_team,
            ).save(force_insert=True)
        assert not services.predict(future_id, now=now).entry.is_absence

    def test_a_match_that_is_deleted_is_absent(
        self, fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        match_id = fixture.pk
        services.predict(match_id, now=now)
        background.run_queued()
        with django_capture_on_commit_callbacks(execute=True):
            fixture.delete()
        assert services.predict(match_id, now=now).entry.is_absence

    def test_a_result_changes_the_answers_about_later_matches_of_its_league(
        self, fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        later = Match.objects.scheduled().filter(home_team=fixture.home_team).exclude(pk=fixture.pk)[0]
        old = body_of(later, now)
        with django_capture_on_commit_callbacks(execute=True):
            finish(fixture, 9, 0)
        new = body_of(later, now)
        assert new["probabilities"]["home"] > old["probabilities"]["home"]

    def test_a_result_leaves_other_leagues_alone(
        self, fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        other = League.objects.create(code="de.1", name="Bundesliga", country="de")
        teams = Team.objects.bulk_create([Team(name="Nord", country="de"), Team(name="Süd", country="de")])
        elsewhere = Match(league=other, season=2023, kickoff=fixture.kickoff, home_team=teams[0], away_team=teams[1])
        elsewhere.save()
        services.predict(elsewhere.pk, now=now)
        with django_capture_on_commit_callbacks(execute=True):
            finish(fixture, 9, 0)
        assert services.predict(elsewhere.pk, now=now).source is Source.HIT

    @pytest.mark.parametrize("changed", ["league", "team"])
    def test_a_new_name_is_in_the_next_answer(
        self,
        changed: str,
        fixture: Match,
        now: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        services.predict(fixture.pk, now=now)
        row = fixture.league if changed == "league" else fixture.away_team
        with django_capture_on_commit_callbacks(execute=True):
            row.name = "Renamed"
            row.save()
        body = body_of(fixture, now)
        assert body["match"]["league" if changed == "league" else "away_team"]["name"] == "Renamed"

    def test_the_ttl_of_a_league_applies_when_it_is_committed(
        self,
        league: League,
        fixture: Match,
        now: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        services.predict(fixture.pk, now=now)
        with django_capture_on_commit_callbacks(execute=True):
            league.cache_ttl = 1200
            league.save()
        entry = services.predict(fixture.pk, now=now).entry
        assert 890 < entry.fresh_until - now.timestamp() < 1201

    def test_a_match_changed_while_its_answer_is_computed_is_not_kept(
        self,
        fixture: Match,
        now: datetime,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        predict = ActiveModel.predict

        def overtaken(self: ActiveModel, *arguments: Any) -> Any:
            monkeypatch.setattr(ActiveModel, "predict", predict)
            with django_capture_on_commit_callbacks(execute=True):
                fixture.kickoff += timedelta(hours=3)
                fixture.save()
            return predict(self, *arguments)

        monkeypatch.setattr(ActiveModel, "predict", overtaken)
        first = services.predict(fixture.pk, now=now)
        assert (first.source, first.stored) == (Source.MISS, False)
        moved = json.loads(services.predict(fixture.pk, now=now).entry.body)["match"]["kickoff"]
        assert moved != json.loads(first.entry.body)["match"]["kickoff"]
