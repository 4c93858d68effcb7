"""What a match becomes when a source states something about it."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from matches.importers.merge import FIELDS, changes
from matches.importers.records import Odds, Record, Shots
from matches.models import Match
from matches.provenance import ADMIN
from tests.matches.importers.samples import record

LONDON = ZoneInfo("Europe/London")
FD, OF = "football-data", "openfootball"


def merged(*records: Record, match: Match | None = None) -> Match:
    """A match, new unless given, after these statements one after the other."""
    match = match or Match()
    for stated in records:
        for name, value in changes(match, stated, LONDON).items():
            setattr(match, name, value)
    return match


def values(match: Match) -> dict[str, Any]:
    return {name: getattr(match, name) for name in FIELDS}


def by_hand(match: Match, **fields: Any) -> Match:
    """As the admin leaves it."""
    groups = {"kickoff": "kickoff", "kickoff_time_known": "time", "status": "status", "home_goals": "result"}
    for name, value in fields.items():
        setattr(match, name, value)
    match.provenance = match.provenance | {groups[name]: ADMIN for name in fields if name in groups}
    return match


def test_a_fixture_is_scheduled() -> None:
    match = merged(record("2014-08-16", time="15:00"))
    assert (match.status, match.home_goals) == ("scheduled", None)
    assert match.kickoff == datetime(2014, 8, 16, 14, 0, tzinfo=UTC)
    assert match.provenance == {"kickoff": OF, "time": OF}


def test_an_unknown_time_is_noon_and_unknown() -> None:
    match = merged(record("2014-08-16"))
    assert (match.kickoff, match.kickoff_time_known) == (datetime(2014, 8, 16, 11, 0, tzinfo=UTC), False)


def test_a_result_finishes_a_match() -> None:
    match = merged(record("2014-08-16"), record("2014-08-16", goals=(2, 1)))
    assert (match.status, match.home_goals, match.away_goals) == ("finished", 2, 1)


def test_a_source_corrects_itself() -> None:
    match = merged(record("2014-08-16", goals=(2, 1)), record("2014-08-17", goals=(2, 2)))
    assert (match.away_goals, match.kickoff.day) == (2, 17)


def test_a_lower_source_does_not_overwrite_a_higher_one() -> None:
    match = merged(record("2014-08-16", source=FD, goals=(2, 1)), record("2014-08-17", goals=(2, 2)))
    assert (match.away_goals, match.kickoff.day) == (1, 16)


def test_each_source_gives_what_the_other_lacks() -> None:
    shots, odds = Shots(9, 8, 3, 2), Odds(2.0, 3.0, 4.0)
    match = merged(
        record("2014-08-16", source=FD, goals=(2, 1), shots=shots, odds=odds),
        record("2014-08-16", goals=(2, 1), time="15:00"),
    )
    assert match.kickoff_time_known
    assert (match.home_shots, match.away_shots_on_target, match.closing_odds_draw) == (9, 2, 3.0)
    assert match.provenance == {"kickoff": FD, "time": OF, "result": FD, "shots": FD, "odds": FD}


def test_a_time_belongs_to_the_day_it_was_stated_for() -> None:
    match = merged(record("2014-08-16", time="15:00"), record("2014-08-20", source=FD))
    assert (match.kickoff, match.kickoff_time_known) == (datetime(2014, 8, 20, 11, 0, tzinfo=UTC), False)


def test_what_a_source_leaves_out_stays() -> None:
    match = merged(record("2014-08-16", goals=(2, 1), time="15:00"), record("2014-08-16"))
    assert (match.status, match.home_goals, match.kickoff_time_known) == ("finished", 2, True)


def test_a_match_can_be_postponed_and_then_played() -> None:
    match = merged(record("2014-08-16"), record("2014-08-16", status="postponed"))
    assert match.status == "postponed"
    merged(record("2014-10-01", goals=(0, 0)), match=match)
    assert (match.status, match.provenance) == ("finished", {"kickoff": OF, "result": OF})


def test_a_source_that_no_longer_says_postponed_takes_it_back() -> None:
    assert merged(record("2014-08-16", status="postponed"), record("2014-08-16")).status == "scheduled"


def test_a_source_that_cancels_takes_its_result_back() -> None:
    match = merged(record("2014-08-16", goals=(1, 0)), record("2014-08-16", status="cancelled"))
    assert (match.status, match.home_goals, match.away_goals) == ("cancelled", None, None)


def test_a_lower_source_cannot_cancel_what_a_higher_one_saw_played() -> None:
    match = merged(record("2014-08-16", source=FD, goals=(1, 0)), record("2014-08-16", status="cancelled"))
    assert (match.status, match.home_goals) == ("finished", 1)


def test_awarded_is_known_from_one_source_and_the_goals_from_the_other() -> None:
    match = merged(record("2014-08-16", goals=(3, 0), status="awarded"), record("2014-08-16", source=FD, goals=(0, 0)))
    assert (match.status, match.home_goals) == ("awarded", 0)


STATEMENTS = [
    record("2014-08-16", source=FD, goals=(2, 1), shots=Shots(1, 2, 0, 1)),
    record("2014-08-17", source=FD, goals=(2, 1), time="15:00", odds=Odds(2.0, 3.0, 4.0)),
    record("2014-08-16", source=FD),
    record("2014-08-16", goals=(2, 1), time="20:00"),
    record("2014-08-17", goals=(3, 0), status="awarded", time="20:00"),
    record("2014-08-16", status="cancelled"),
    record("2014-08-20", status="postponed"),
    record("2014-08-16"),
]


@pytest.mark.parametrize("one", [stated for stated in STATEMENTS if stated.source == FD])
@pytest.mark.parametrize("other", [stated for stated in STATEMENTS if stated.source == OF])
def test_the_order_of_two_sources_makes_no_difference(one: Record, other: Record) -> None:
    first, second = (values(merged(*order)) for order in permutations([one, other]))
    assert first == second


@pytest.mark.parametrize("one", STATEMENTS)
@pytest.mark.parametrize("other", STATEMENTS)
def test_saying_it_again_changes_nothing(one: Record, other: Record) -> None:
    match = merged(one, other)
    again = [changes(match, stated, LONDON) for stated in (one, other) if one.source != other.source]
    assert all(not change for change in again)
    assert not changes(merged(one), one, LONDON)


def test_what_was_entered_by_hand_outlasts_what_sources_say() -> None:
    kickoff = datetime(2014, 8, 18, 19, 0, tzinfo=UTC)
    match = by_hand(merged(record("2014-08-16", goals=(1, 0))), kickoff=kickoff, home_goals=5)
    merged(record("2014-08-16", source=FD, goals=(1, 0), time="15:00"), match=match)
    assert (match.kickoff, match.home_goals, match.status) == (kickoff, 5, "finished")


def test_a_time_entered_by_hand_stays_though_only_the_kickoff_is_marked() -> None:
    kickoff = datetime(2014, 8, 16, 19, 0, tzinfo=UTC)
    match = by_hand(merged(record("2014-08-16")), kickoff=kickoff)
    match.kickoff_time_known = True
    assert merged(record("2014-08-16", source=FD, time="15:00"), match=match).kickoff == kickoff


def test_a_match_cancelled_by_hand_stays_cancelled() -> None:
    match = by_hand(merged(record("2014-08-16")), status="cancelled")
    merged(record("2014-08-16", source=FD, goals=(1, 0)), match=match)
    assert (match.status, match.home_goals) == ("cancelled", None)


@pytest.mark.parametrize("status", ["scheduled", "postponed"])
def test_a_fixture_entered_by_hand_still_gets_its_result(status: str) -> None:
    match = by_hand(merged(record("2014-08-16")), status=status)
    assert not changes(match, record("2014-08-16", status="cancelled"), LONDON)
    merged(record("2014-08-16", goals=(1, 0)), match=match)
    assert (match.status, match.home_goals) == ("finished", 1)
    assert match.provenance == {"kickoff": OF, "result": OF}


def test_a_status_without_provenance_is_not_undone_by_silence() -> None:
    match = Match(kickoff=datetime(2014, 8, 16, 11, tzinfo=UTC), status="postponed", kickoff_time_known=False)
    assert merged(record("2014-08-16"), match=match).status == "postponed"


def test_a_field_of_unknown_provenance_is_anyones() -> None:
    match = Match(status="finished", home_goals=1, away_goals=1, provenance={"result": "somewhere"})
    assert merged(record("2014-08-16", goals=(2, 0)), match=match).home_goals == 2


def test_the_match_itself_stays_as_it_is() -> None:
    match = Match()
    changes(match, record("2014-08-16", goals=(1, 0)), LONDON)
    assert match.provenance == {}
    assert match.kickoff is None
