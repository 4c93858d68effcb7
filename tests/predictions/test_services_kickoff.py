"""What was said before kickoff is the answer afterwards."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from matches.models import Match
from predictions import services
from predictions.cache import keys
from predictions.cache.answers import Source
from predictions.cache.background import background
from predictions.cache.invalidation import purge
from predictions.ml import registry
from predictions.ml.active import ActiveModel
from predictions.models import PublishedPrediction
from tests.predictions.asking import body_of, finish
from tests.predictions.ml.conftest import registered

pytestmark = pytest.mark.django_db


class TestKickoff:
    @pytest.fixture
    def before(self, fixture: Match) -> datetime:
        return fixture.kickoff - timedelta(hours=1)

    @pytest.fixture
    def after(self, fixture: Match) -> datetime:
        return fixture.kickoff + timedelta(minutes=1)

    @pytest.fixture
    def said(self, fixture: Match, before: datetime) -> dict[str, Any]:
        """What was said of the match before its kickoff, written down since."""
        said = body_of(fixture, before)
        background.run_queued()
        return said

    @pytest.mark.parametrize("seconds", [1, 10, 3600, 7 * 3600])
    def test_what_was_said_before_is_not_served_past_it(self, fixture: Match, seconds: int) -> None:
        entry = services.predict(fixture.pk, now=fixture.kickoff - timedelta(seconds=seconds)).entry
        assert entry.fresh_until <= entry.stale_until <= fixture.kickoff.timestamp()
        assert services.predict(fixture.pk, now=fixture.kickoff).source is Source.MISS

    def test_it_is_written_down_in_the_background(self, fixture: Match, before: datetime, model: ActiveModel) -> None:
        body = body_of(fixture, before)
        assert not PublishedPrediction.objects.exists()
        background.run_queued()
        row = PublishedPrediction.objects.get()
        assert (row.match_id, row.model_version) == (fixture.pk, model.version)
        assert body["made_at"] == row.made_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert (row.home, row.draw, row.away) == tuple(body["probabilities"].values())

    def test_what_was_said_before_is_the_answer_and_says_so(
        self, fixture: Match, said: dict[str, Any], after: datetime
    ) -> None:
        assert (said["frozen"], said["retrospective"]) == (False, False)
        assert body_of(fixture, after) == {**said, "frozen": True}

    def test_a_match_of_which_nothing_was_said_is_answered_and_says_so(self, fixture: Match, after: datetime) -> None:
        body = body_of(fixture, after)
        assert (body["frozen"], body["retrospective"]) == (False, True)

    def test_what_is_said_afterwards_is_not_written_down(self, fixture: Match, after: datetime) -> None:
        services.predict(fixture.pk, now=after)
        background.run_queued()
        assert not PublishedPrediction.objects.exists()

    def test_what_was_said_is_kept_when_results_are_corrected_afterwards(
        self,
        fixture: Match,
        said: dict[str, Any],
        after: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        services.predict(fixture.pk, now=after)
        with django_capture_on_commit_callbacks(execute=True):
            earlier = Match.objects.filter(home_team=fixture.home_team, status="finished").order_by("-kickoff")[0]
            finish(earlier, 9, 0)
        answer = services.predict(fixture.pk, now=after)
        assert answer.source is Source.MISS
        assert json.loads(answer.entry.body) == {**said, "frozen": True}

    def test_what_was_said_is_kept_when_another_model_is_activated_afterwards(
        self, fixture: Match, said: dict[str, Any], after: datetime
    ) -> None:
        registry.activate(registered().version)
        purge([keys.ACTIVE_MODEL])
        assert body_of(fixture, after) == {**said, "frozen": True}

    def test_the_last_thing_said_counts(
        self,
        fixture: Match,
        said: dict[str, Any],
        after: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            earlier = Match.objects.filter(home_team=fixture.home_team, status="finished").order_by("-kickoff")[0]
            finish(earlier, 9, 0)
        last = body_of(fixture, fixture.kickoff - timedelta(minutes=1))
        background.run_queued()
        assert last["probabilities"] != said["probabilities"]
        assert body_of(fixture, after) == {**last, "frozen": True}

    def test_the_last_thing_said_counts_whichever_model_said_it(
        self, fixture: Match, said: dict[str, Any], after: datetime
    ) -> None:
        other = registry.activate(registered().version)
        purge([keys.ACTIVE_MODEL])
        last = body_of(fixture, fixture.kickoff - timedelta(minutes=1))
        background.run_queued()
        assert last["model"]["version"] == other.version != said["model"]["version"]
        assert PublishedPrediction.objects.count() == 2
        assert body_of(fixture, after) == {**last, "frozen": True}

    def test_a_match_put_off_is_open_again(
        self,
        fixture: Match,
        said: dict[str, Any],
        after: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        assert body_of(fixture, after)["frozen"]
        with django_capture_on_commit_callbacks(execute=True):
            fixture.kickoff += timedelta(days=2)
            fixture.save()
        body = body_of(fixture, after)
        assert (body["frozen"], body["retrospective"]) == (False, False)
        assert body["made_at"] > said["made_at"]
        background.run_queued()
        assert body_of(fixture, after + timedelta(days=2)) == {**body, "frozen": True}

    @pytest.mark.parametrize("write", ["save", "update"])
    @pytest.mark.parametrize("when", ["before kickoff", "after kickoff"])
    def test_what_was_said_of_other_teams_is_not_the_answer(
        self,
        fixture: Match,
        said: dict[str, Any],
        after: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
        write: str,
        when: str,
    ) -> None:
        if when == "after kickoff":
            assert body_of(fixture, after)["frozen"]
        with django_capture_on_commit_callbacks(execute=True):
            teams = {"home_team": fixture.away_team, "away_team": fixture.home_team}
            if write == "save":
                fixture.home_team, fixture.away_team = teams.values()
                fixture.save()
            else:
                Match.objects.filter(pk=fixture.pk).update(**teams)
        body = body_of(fixture, after)
        assert (body["frozen"], body["retrospective"]) == (False, True)
        assert body["match"]["home_team"] == said["match"]["away_team"]
        assert body["probabilities"] != said["probabilities"]

    def test_what_was_said_is_no_longer_the_answer_when_it_is_deleted(
        self,
        fixture: Match,
        said: dict[str, Any],
        after: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        assert body_of(fixture, after)["frozen"]
        with django_capture_on_commit_callbacks(execute=True):
            PublishedPrediction.objects.all().delete()
        body = body_of(fixture, after)
        assert (body["frozen"], body["retrospective"]) == (False, True)

    def test_what_was_said_after_what_turns_out_to_be_kickoff_does_not_count(
        self,
        fixture: Match,
        said: dict[str, Any],
        before: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            fixture.kickoff = before - timedelta(minutes=1)
            fixture.save()
        body = body_of(fixture, before)
        assert (body["frozen"], body["retrospective"]) == (False, True)
