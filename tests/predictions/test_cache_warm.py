"""Warming: what will be asked for is there before it is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from matches.models import League, Match
from predictions import services, warming
from predictions.cache import admission, counting
from predictions.cache.answers import Answer, Source
from predictions.models import PublishedPrediction
from tests.integration.servers import RedisServer
from tests.predictions.conftest import Counted, fill_up

pytestmark = pytest.mark.django_db


def warm(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("cache_warm", *arguments, "--json", stdout=out)
    counts: dict[str, int] = json.loads(out.getvalue())
    return counts


def test_it_computes_what_kicks_off_within_the_days_and_nothing_later(fixture: Match) -> None:
    later = Match.objects.scheduled().order_by("kickoff")[3]
    assert warm("--days", "12")["computed"] == 1
    assert services.predict(fixture.pk, now=timezone.now()).source is Source.HIT
    assert services.predict(later.pk, now=timezone.now()).source is Source.MISS


def test_what_is_cached_already_is_not_computed_again(fixture: Match) -> None:
    warm("--days", "12")
    assert warm("--days", "12") == {"matches": 1, "computed": 0, "already_cached": 1}


@pytest.mark.usefixtures("fixture")
def test_what_it_says_is_written_down_when_it_ends() -> None:
    counts = warm("--days", "40")
    assert counts["computed"] == counts["matches"] == PublishedPrediction.objects.count() > 1


@pytest.mark.usefixtures("fixture")
def test_it_computes_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    predict_many = services.predict_many

    def counting(match_ids: list[int], *, now: datetime) -> dict[int, Answer]:
        batches.append(len(match_ids))
        return predict_many(match_ids, now=now)

    monkeypatch.setattr(services, "predict_many", counting)
    monkeypatch.setattr(warming, "BATCH_SIZE", 4)
    matches = warm("--days", "40")["matches"]
    assert batches == [4] * (matches // 4) + ([matches % 4] if matches % 4 else [])


def test_what_is_stale_is_cached_and_gets_refreshed(fixture: Match) -> None:
    League.objects.update(cache_ttl=3600)
    services.predict(fixture.pk, now=timezone.now() - timedelta(seconds=3601))
    assert warm("--days", "12") == {"matches": 1, "computed": 0, "already_cached": 1}
    assert services.predict(fixture.pk, now=timezone.now()).source is Source.HIT


def test_a_full_redis_exits_with_1(own_server: RedisServer, fixture: Match) -> None:
    fill_up(own_server)
    with pytest.raises(CommandError, match="could not be kept") as error:
        warm("--days", "12")
    assert error.value.returncode == 1


def test_too_many_who_compute_exit_with_2(fixture: Match, settings: Settings) -> None:
    settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
    with admission.computing(patience=0), admission.waiting(), pytest.raises(CommandError) as error:
        warm("--days", "12")
    assert error.value.returncode == 2


def test_its_counts_reach_redis(fixture: Match, counted: Counted) -> None:
    counted()
    warm("--days", "12")
    assert counted() == {}
    counts = counting.read(2, now=timezone.now().timestamp())
    assert counts.total(counting.Layer.PREDICTION, league="en.1")[counting.Outcome.MISS] >= 1


def test_nothing_to_warm_is_fine(fixture: Match) -> None:
    assert warm("--days", "1") == {"matches": 0, "computed": 0, "already_cached": 0}


@pytest.mark.usefixtures("redis_away")
def test_without_redis_it_exits_with_2(fixture: Match) -> None:
    with pytest.raises(CommandError, match="REDIS_URL") as error:
        warm("--days", "12")
    assert error.value.returncode == 2


@pytest.mark.usefixtures("no_model")
def test_without_a_model_it_exits_with_2(league: League) -> None:
    with pytest.raises(CommandError, match="train_model") as error:
        warm("--days", "12")
    assert error.value.returncode == 2


@pytest.mark.parametrize("days", ["0", "-1", "367", "soon"])
def test_days_out_of_range_are_refused(days: str) -> None:
    with pytest.raises(CommandError, match="days"):
        warm("--days", days)
