"""What is said before kickoff is written down in the background, whatever becomes of the match meanwhile."""

from __future__ import annotations

from predictions.cache.background import background
from predictions.models import PublishedPrediction
from tests.integration.interleavings.football import Football, ask, create, evict_prediction
from tests.integration.interleavings.scheduling import scheduled
from tests.integration.points import database


def test_a_match_that_is_being_deleted_is_passed_over_and_nobody_waits_for_ever(football: Football) -> None:
    """Its deletion takes what was published first, then itself; a publication the other way round."""
    match = create(like=football.fixture)
    ask(match)
    background.run_queued()
    assert PublishedPrediction.objects.filter(match=match.pk).exists()
    evict_prediction(match)
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("deleter", match.delete)
        schedule.actor("publisher", background.run_queued)
        schedule.run("deleter").until(database("DELETE", containing='"matches_match"'))
        schedule.run("publisher").to_the_end()
        schedule.run("deleter").to_the_end()
    assert not PublishedPrediction.objects.filter(match=match.pk).exists()
