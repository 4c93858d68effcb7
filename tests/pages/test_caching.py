from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.caching import cached, in_all
from predictions.cache import entry
from predictions.cache.answers import Answer, Source

MADE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def _answer(source: Source, *, stored: bool = False, collapsed: bool = False) -> Answer:
    made = entry.make(
        generation=b"g" * 16,
        stored_at=MADE.timestamp(),
        fresh_until=MADE.timestamp() + 3600,
        stale_until=MADE.timestamp() + 5400,
        league="en.1",
        model="m",
        body=b"{}",
    )
    return Answer(made, source, stored=stored, collapsed=collapsed)


def test_a_hit_says_how_old_it_is_and_until_when_it_counts() -> None:
    told = cached(_answer(Source.HIT), now=MADE + timedelta(minutes=5))

    assert (told.state, told.brief) == ("hit", "cached 5 min ago")
    assert "since Wed 25 November 2026, 12:00:00 UTC" in told.full
    assert "until Wed 25 November 2026, 13:00:00 UTC" in told.full


def test_a_stale_answer_says_that_it_is_being_renewed() -> None:
    told = cached(_answer(Source.STALE), now=MADE + timedelta(minutes=75))

    assert (told.state, told.brief) == ("stale", "cached 1 h ago, being renewed")
    assert "fresh until Wed 25 November 2026, 13:00:00 UTC, 15 min ago" in told.full


@pytest.mark.parametrize(
    ("answer", "brief"),
    [
        (_answer(Source.MISS, stored=True), "just computed"),
        (_answer(Source.MISS, stored=True, collapsed=True), "just computed, shared"),
        (_answer(Source.MISS), "just computed, not kept"),
        (_answer(Source.BYPASS), "just computed, cache away"),
    ],
)
def test_what_was_computed_says_so_and_what_became_of_it(answer: Answer, brief: str) -> None:
    assert cached(answer, now=MADE).brief == brief


@pytest.mark.parametrize(
    ("sources", "text"),
    [
        ([Source.HIT], "1 prediction: 1 from the cache."),
        ([Source.MISS, Source.MISS], "2 predictions: 2 computed for this page."),
        (
            [Source.HIT, Source.STALE, Source.MISS],
            "3 predictions: 2 from the cache (1 of them being renewed), 1 computed for this page.",
        ),
        ([Source.BYPASS], "1 prediction: 1 computed for this page, since the cache is away."),
    ],
)
def test_a_page_sums_up_how_its_answers_were_had(sources: list[Source], text: str) -> None:
    assert in_all([_answer(source) for source in sources]) == text


def test_ten_answers_from_the_cache_are_not_taken_for_none() -> None:
    assert in_all([_answer(Source.HIT)] * 10) == "10 predictions: 10 from the cache."
