"""How long an answer stays fresh and may be served stale, and that a league's answers don't end together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import floor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.cache.lifetime import Lifetime, Turns, lifetime, spread_of

NOW = 1_800_000_000.0
JUST_BELOW_1 = 1 - 2**-32

spreads = st.floats(0, 1, exclude_max=True)
ttls = st.floats(1, 7 * 24 * 3600)
graces = st.floats(0, 3600)
kickoffs = st.floats(-3600, 8 * 24 * 3600).map(lambda ahead: NOW + ahead)


def test_an_answer_is_fresh_for_its_ttl_then_stale_for_the_grace() -> None:
    assert lifetime(now=NOW, ttl=3600, grace=1800, ends_at=None, spread=0) == Lifetime(NOW + 3600, NOW + 5400)


def test_a_kickoff_within_the_ttl_ends_both() -> None:
    assert lifetime(now=NOW, ttl=3600, grace=1800, ends_at=NOW + 900, spread=0) == Lifetime(NOW + 900, NOW + 900)


def test_a_kickoff_within_the_grace_ends_that() -> None:
    assert lifetime(now=NOW, ttl=3600, grace=1800, ends_at=NOW + 4000, spread=0) == Lifetime(NOW + 3600, NOW + 4000)


def test_a_kickoff_far_off_changes_nothing() -> None:
    assert lifetime(now=NOW, ttl=3600, grace=1800, ends_at=NOW + 9999, spread=0) == Lifetime(NOW + 3600, NOW + 5400)


@pytest.mark.parametrize(
    ("ttl", "window"), [(6 * 3600, 2160), (3600, 360), (3000, 300), (1200, 300), (600, 300), (60, 30), (1, 0.5)]
)
def test_soft_ends_are_spread_over_a_tenth_or_where_that_is_little_over_five_minutes(ttl: float, window: float) -> None:
    shortest = lifetime(now=NOW, ttl=ttl, grace=0, ends_at=None, spread=JUST_BELOW_1)
    assert shortest.fresh_until == pytest.approx(NOW + ttl - window, abs=1e-3)


def test_what_a_kickoff_ends_leaves_some_grace() -> None:
    result = lifetime(now=NOW, ttl=3600, grace=1800, ends_at=NOW + 900, spread=0.5)
    assert result == Lifetime(NOW + 750, NOW + 825)


@given(ttls, graces, kickoffs, spreads)
def test_nothing_lasts_past_kickoff(ttl: float, grace: float, ends_at: float, spread: float) -> None:
    result = lifetime(now=NOW, ttl=ttl, grace=grace, ends_at=ends_at, spread=spread)
    assert result.fresh_until <= result.stale_until <= ends_at


@given(ttls, graces, st.none() | kickoffs, spreads)
def test_jitter_only_ever_shortens(ttl: float, grace: float, ends_at: float | None, spread: float) -> None:
    longest = lifetime(now=NOW, ttl=ttl, grace=grace, ends_at=ends_at, spread=0)
    result = lifetime(now=NOW, ttl=ttl, grace=grace, ends_at=ends_at, spread=spread)
    assert result.fresh_until <= longest.fresh_until <= NOW + ttl
    assert result.stale_until <= longest.stale_until <= NOW + ttl + grace


@given(ttls, graces, st.none() | kickoffs.filter(lambda kickoff: kickoff > NOW), spreads)
def test_jitter_never_takes_more_than_half(ttl: float, grace: float, ends_at: float | None, spread: float) -> None:
    longest = lifetime(now=NOW, ttl=ttl, grace=grace, ends_at=ends_at, spread=0)
    result = lifetime(now=NOW, ttl=ttl, grace=grace, ends_at=ends_at, spread=spread)
    assert result.fresh_until - NOW >= (longest.fresh_until - NOW) / 2 - 1e-6


@given(st.integers())
def test_every_number_has_a_place(number: int) -> None:
    assert 0 <= spread_of(number) < 1


@given(st.integers(0, 2**63), st.integers(2, 3000))
def test_numbers_that_follow_one_another_lie_apart(first: int, count: int) -> None:
    places = sorted(spread_of(number) for number in range(first, first + count))
    # 1/√5 of the distance that they would have if they lay evenly (three-distance theorem), nearly.
    assert min(after - before for before, after in pairwise(places)) > 0.44 / count


def test_every_league_has_turns_of_its_own() -> None:
    turns = Turns()
    first = {league: turns.next(league) for league in ("en.1", "en.2")}
    assert [turns.next("en.1"), turns.next("en.2"), turns.next("en.1")] == [
        first["en.1"] + 1,
        first["en.2"] + 1,
        first["en.1"] + 2,
    ]


def test_two_processes_begin_at_different_places() -> None:
    assert len({Turns().next("en.1") for _ in range(5)}) > 1


def warm(random: Random, numbers: Sequence[int], *, ttl: float, grace: float, inside: float) -> list[Lifetime]:
    """A league's answers, all made in the same moment. `inside` is the share that a kickoff ends.

    Those kick off in up to twelve slots at the same second each, from ten minutes ahead up to the end of the grace; the
    others in later days. Slots fall on runs of matches that follow one another, or are dealt out at random.
    """
    now = NOW + random.random()
    slots = [NOW + 600 + 300 * random.randrange(int((ttl + grace - 600) // 300)) for _ in range(random.randint(1, 12))]
    ahead = round(inside * len(numbers))
    kickoffs = [slots[place * len(slots) // ahead] for place in range(ahead)]
    kickoffs += [NOW + random.randint(1, 30) * 24 * 3600 for _ in numbers[ahead:]]
    if random.random() < 0.5:
        random.shuffle(kickoffs)
    return [
        lifetime(now=now, ttl=ttl, grace=grace, ends_at=kickoff, spread=spread_of(number))
        for number, kickoff in zip(numbers, kickoffs, strict=True)
    ]


def fullest_second(moments: Sequence[float]) -> float:
    """The share of all that fall into the second with the most."""
    return max(Counter(floor(moment) for moment in moments).values()) / len(moments)


leagues = {
    "random": st.randoms(use_true_random=False),
    "count": st.integers(300, 900),
    "ttl": st.sampled_from([3600, 6 * 3600]) | st.integers(3600, 6 * 3600),
    "grace": st.sampled_from([0, 1800]) | st.integers(0, 1800),
    "inside": st.sampled_from([0.0, 0.1, 0.5, 1.0]),
}


@given(**leagues)
def test_after_warming_a_league_no_second_has_more_than_2_percent_of_its_ends(
    random: Random, count: int, ttl: int, grace: int, inside: float
) -> None:
    """Whatever the ids of its matches: what is numbered are the turns."""
    turns = Turns()
    numbers = [turns.next("en.1") for _ in range(count)]
    answers = warm(random, numbers, ttl=ttl, grace=grace, inside=inside)
    assert fullest_second([answer.fresh_until for answer in answers]) <= 0.02
    assert fullest_second([answer.stale_until for answer in answers]) <= 0.02
