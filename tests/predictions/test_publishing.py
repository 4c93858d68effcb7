"""What was said waits until the database has it, however often that takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from matches.models import Match
from predictions import publishing
from predictions.cache.background import background
from predictions.drainer import Drainer
from predictions.ml.active import ActiveModel
from predictions.models import PublishedPrediction
from predictions.published import Publication, publish
from predictions.publishing import Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The connection breaks whenever something is to be published, until this is undone."""

    def fails(publications: Any) -> None:
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish", fails)
        yield patch


def said(match: Match, home: float = 0.5, *, made_at: datetime | None = None, by: str = "m") -> Publication:
    now = timezone.now()
    probabilities = {"home": home, "draw": 0.3, "away": 0.2}
    teams = (match.home_team_id, match.away_team_id)
    return Publication(match.pk, *teams, {"probabilities": probabilities}, by, now, made_at or now)


def homes() -> list[float]:
    return list(PublishedPrediction.objects.order_by("pk").values_list("home", flat=True))


def test_it_is_written_in_the_background(publisher: Publisher, fixture: Match) -> None:
    publisher.submit([(said(fixture), fixture.kickoff)])
    assert (homes(), len(publisher)) == ([], 1)
    background.run_queued()
    assert (homes(), len(publisher)) == ([0.5], 0)


def test_of_a_match_and_model_only_the_last_is_written(publisher: Publisher, fixture: Match) -> None:
    now = timezone.now()
    for home, age in ((0.4, 3), (0.5, 1), (0.3, 2)):
        publisher.submit([(said(fixture, home, made_at=now - timedelta(seconds=age)), fixture.kickoff)])
    assert len(publisher) == 1
    publisher.write()
    assert homes() == [0.5]


def test_what_was_said_of_former_teams_does_not_keep_out_what_was_said_of_the_present_ones(
    publisher: Publisher, fixture: Match
) -> None:
    """Whoever began first may have read the match last."""
    of_former_teams = said(fixture, 0.4)
    fixture.home_team, fixture.away_team = fixture.away_team, fixture.home_team
    fixture.save()
    publisher.submit([(of_former_teams, fixture.kickoff)])
    made_at = of_former_teams.made_at - timedelta(seconds=1)
    publisher.submit([(said(fixture, 0.5, made_at=made_at), fixture.kickoff)])
    publisher.write()
    assert (homes(), len(publisher)) == ([0.5], 0)


def test_what_could_not_be_written_waits_for_the_next(
    publisher: Publisher, fixture: Match, broken: pytest.MonkeyPatch
) -> None:
    publisher.submit([(said(fixture), fixture.kickoff)])
    for _ in range(20):
        publisher.hurry()
        background.run_queued()
    assert len(publisher) == 1
    broken.undo()
    publisher.submit([(said(fixture, by="another"), fixture.kickoff)])
    background.run_queued()
    assert (len(homes()), len(publisher)) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_the_drainer_tries_again(fixture: Match, broken: pytest.MonkeyPatch, model: ActiveModel) -> None:
    publishing.publisher.submit([(said(fixture), fixture.kickoff)])
    background.run_queued()
    broken.undo()
    Drainer().drain(now=timezone.now())
    background.run_queued()
    assert (homes(), len(publishing.publisher)) == ([0.5], 0)


@pytest.mark.django_db(transaction=True)
def test_one_that_is_no_prediction_takes_none_of_the_others_with_it(publisher: Publisher, fixture: Match) -> None:
    other = Match.objects.scheduled().exclude(pk=fixture.pk)[0]
    publisher.submit([(said(fixture, home=0.9), fixture.kickoff), (said(other), other.kickoff)])
    publisher.write()
    assert (homes(), len(publisher)) == ([0.5], 0)


def test_what_came_while_it_was_written_waits_for_its_turn(
    publisher: Publisher, fixture: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(publications: Any) -> None:
        publish(publications)
        publisher.submit([(said(fixture, 0.5), fixture.kickoff)])

    publisher.submit([(said(fixture, 0.5, made_at=timezone.now() - timedelta(minutes=1)), fixture.kickoff)])
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish", meanwhile)
        publisher.write()
    assert len(publisher) == 1
    publisher.write()
    assert len(publisher) == 0


def test_only_so_many_wait(publisher: Publisher, fixture: Match, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "MOST_WAITING", 2)
    for model in "abc":
        publisher.submit([(said(fixture, by=model), fixture.kickoff)])
    publisher.submit([(said(fixture, by="a"), fixture.kickoff)])
    assert len(publisher) == 2
