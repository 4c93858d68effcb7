"""What the headers say of each way in which an answer can come about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from predictions.api.headers import cache_headers, list_headers
from predictions.cache import entry as entries
from predictions.cache.answers import Answer, Source
from predictions.cache.lifetime import lifetime

MADE = 1_800_000_000.0
ENTRY = entries.make(generation=b"g" * 16, stored_at=MADE, fresh_until=MADE + 600, stale_until=MADE + 900, body=b"body")


def headers(source: Source, *, seconds: float = 0.0, **fields: Any) -> dict[str, str]:
    return cache_headers(Answer(ENTRY, source, **fields), now=MADE + seconds)


def directives(headers: dict[str, str]) -> dict[str, int]:
    """Those of Cache-Control that are numbers."""
    parts = [each.partition("=") for each in headers["Cache-Control"].split(", ")]
    return {name: int(value) for name, _, value in parts if value}


@pytest.mark.parametrize(
    ("source", "seconds", "fields", "status"),
    [
        (Source.HIT, 0, {}, "predictor; hit; ttl=600"),
        (Source.HIT, 10.5, {}, "predictor; hit; ttl=589"),
        (Source.HIT, 599.5, {}, "predictor; hit; ttl=0"),
        (Source.STALE, 600, {}, "predictor; hit; ttl=-1"),
        (Source.STALE, 600.5, {}, "predictor; hit; ttl=-1"),
        (Source.STALE, 645.5, {}, "predictor; hit; ttl=-46"),
        (Source.MISS, 0, {"stored": True}, "predictor; fwd=miss; stored"),
        (Source.MISS, 0, {"stored": True, "collapsed": True}, "predictor; fwd=miss; stored; collapsed"),
        (Source.MISS, 0, {"collapsed": True}, "predictor; fwd=miss; collapsed"),
        (Source.MISS, 0, {}, "predictor; fwd=miss"),
        (Source.BYPASS, 0, {}, "predictor; fwd=bypass"),
    ],
)
def test_cache_status_says_how_it_was_made(source: Source, seconds: float, fields: Any, status: str) -> None:
    assert headers(source, seconds=seconds, **fields)["Cache-Status"] == status


@given(st.sampled_from(Source), st.floats(-5, 5000), st.booleans(), st.booleans())
def test_hit_and_forwarded_are_never_said_together(
    source: Source, seconds: float, stored: bool, collapsed: bool
) -> None:
    status = headers(source, seconds=seconds, stored=stored, collapsed=collapsed)["Cache-Status"]
    assert ("; hit" in status) != ("; fwd=" in status)


@pytest.mark.parametrize("source", [Source.HIT, Source.STALE])
def test_what_comes_from_the_cache_says_how_old_it_is(source: Source) -> None:
    assert headers(source, seconds=42.9)["Age"] == "42"


def test_an_answer_from_a_process_whose_clock_is_ahead_is_not_younger_than_new() -> None:
    assert headers(Source.HIT, seconds=-3)["Age"] == "0"


@pytest.mark.parametrize("source", [Source.MISS, Source.BYPASS])
def test_what_was_computed_just_now_has_no_age(source: Source) -> None:
    assert "Age" not in headers(source)


@pytest.mark.parametrize(("seconds", "age"), [(0, 60), (539, 60), (540.5, 59), (599.5, 0), (600, 0), (700, 0)])
def test_clients_may_keep_it_for_a_minute_and_no_longer_than_it_is_fresh(seconds: float, age: int) -> None:
    assert directives(headers(Source.HIT, seconds=seconds))["max-age"] == age


@pytest.mark.parametrize(
    ("seconds", "cache_control"),
    [
        (0, "public, max-age=60, stale-while-revalidate=30, stale-if-error=600"),
        # 350 s are left until its grace ends: a minute fresh, and the rest.
        (550, "public, max-age=50, stale-while-revalidate=30, stale-if-error=300"),
        (880, "public, max-age=0, stale-while-revalidate=20, stale-if-error=20"),
        (900, "public, max-age=0"),
    ],
)
def test_it_may_be_served_a_little_longer_until_its_grace_ends(seconds: float, cache_control: str) -> None:
    assert headers(Source.STALE, seconds=seconds)["Cache-Control"] == cache_control


def test_how_long_clients_may_keep_it_is_a_setting(settings: Settings) -> None:
    settings.HTTP_MAX_AGE, settings.HTTP_STALE_WHILE_REVALIDATE, settings.HTTP_STALE_IF_ERROR = 5, 0, 7
    assert headers(Source.HIT)["Cache-Control"] == "public, max-age=5, stale-if-error=7"


@given(
    ahead=st.floats(0.001, 8 * 24 * 3600),
    ttl=st.integers(60, 7 * 24 * 3600),
    grace=st.floats(0, 7200),
    spread=st.floats(0, 1, exclude_max=True),
    asked=st.floats(0, 8 * 24 * 3600),
    source=st.sampled_from(Source),
)
def test_no_client_may_keep_past_kickoff_what_was_made_before(
    ahead: float, ttl: int, grace: float, spread: float, asked: float, source: Source
) -> None:
    kickoff, now = MADE + ahead, MADE + min(asked, ahead)
    lives = lifetime(now=MADE, ttl=ttl, grace=grace, ends_at=kickoff, spread=spread)
    entry = entries.make(
        generation=b"g" * 16,
        stored_at=MADE,
        fresh_until=lives.fresh_until,
        stale_until=lives.stale_until,
        body=b"body",
    )
    said = directives(cache_headers(Answer(entry, source), now=now))
    longest = max(said.get(name, 0) for name in ("stale-while-revalidate", "stale-if-error"))
    assert now + said["max-age"] + longest <= kickoff


def entry(*, fresh: float, stale: float, league: str = "") -> entries.Entry:
    return entries.make(
        generation=b"g" * 16,
        stored_at=MADE,
        fresh_until=MADE + fresh,
        stale_until=MADE + stale,
        league=league,
        body=b"body",
    )


def of_list(*answers: Answer, seconds: float = 0.0) -> dict[str, str]:
    return list_headers(answers, now=MADE + seconds)


HIT, STALE = Answer(ENTRY, Source.HIT), Answer(entry(fresh=0, stale=900), Source.STALE)
MISS, BYPASS = Answer(ENTRY, Source.MISS, stored=True), Answer(ENTRY, Source.BYPASS)


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([HIT, Answer(entry(fresh=70, stale=100), Source.HIT)], "predictor; hit; ttl=70"),
        ([HIT, STALE], "predictor; hit; ttl=-1"),
        ([MISS, MISS], "predictor; fwd=miss; stored"),
        ([MISS, Answer(ENTRY, Source.MISS)], "predictor; fwd=miss"),
        ([MISS, HIT], "predictor; fwd=partial"),
        ([MISS, STALE], "predictor; fwd=partial"),
        ([HIT, BYPASS], "predictor; fwd=bypass"),
        ([], "predictor; fwd=bypass"),
    ],
)
def test_a_list_says_what_is_true_of_all_its_items(answers: list[Answer], status: str) -> None:
    assert of_list(*answers)["Cache-Status"] == status


def test_a_list_may_be_kept_as_long_as_each_of_its_items() -> None:
    short = Answer(entry(fresh=20, stale=65), Source.HIT)
    steady = Answer(entry(fresh=600, stale=605), Source.HIT)
    assert directives(of_list(HIT, short)) == {"max-age": 20, "stale-while-revalidate": 30, "stale-if-error": 45}
    assert directives(of_list(HIT, short, steady, seconds=10)) == {
        "max-age": 10, "stale-while-revalidate": 30, "stale-if-error": 45,
    }  # fmt: skip


def test_an_empty_list_may_be_kept_for_a_minute_too() -> None:
    assert directives(of_list())["max-age"] == 60


def test_a_list_has_no_age_since_it_was_put_together_just_now() -> None:
    assert "Age" not in of_list(HIT, seconds=100)
