"""Warming: what will be asked for is there before it is."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from matches.models import League, Match
from predictions import services
from predictions.cache.read_through import Source

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
