"""Every rule is guarded: with the code broken in one way, the interleavings that are to notice do notice.

What they notice must be a `Violation`: an answer that is not true, or a wait in vain. That some step is no longer come
to, which any change of the code may cause, does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.integration import mutants
from tests.integration.interleavings import test_absences as absences
from tests.integration.interleavings import test_batches as batches
from tests.integration.interleavings import test_every_point as every_point
from tests.integration.interleavings import test_generations as generations
from tests.integration.interleavings import test_invalidation as invalidation
from tests.integration.interleavings import test_kickoff as kickoff
from tests.integration.interleavings import test_leases as leases
from tests.integration.interleavings import test_models as models
from tests.integration.interleavings import test_refreshing as refreshing
from tests.integration.interleavings import test_sharing as sharing
from tests.integration.interleavings.football import Football, Violation
from tests.integration.mutants import MUTANTS, Mutant

Interleaving = Callable[[Football], None]

at_kickoff = partial(kickoff.test_at_kickoff_nothing_from_before_it_is_served, before=timedelta(minutes=10))

while_redis_is_away = partial(
    sharing.test_while_redis_is_away_only_those_share_who_came_before_anything_was_read, began="after it has read"
)

at_any_point_of_a_reader = partial(every_point.test_a_change_at_any_point_of_a_reader, meanwhile=False)
at_any_point_of_a_leader = every_point.test_a_change_at_any_point_of_a_leader_and_a_caller_who_joins_it
at_any_point_of_a_change = every_point.test_a_reader_at_any_point_of_a_change

GUARDS: dict[Mutant, list[Interleaving]] = {
    mutants.no_generation_compare: [
        generations.test_an_entry_is_void_once_what_it_says_has_changed,
        refreshing.test_a_stale_entry_is_void_once_what_it_says_has_changed,
        invalidation.test_what_is_filled_before_the_commit_is_void_after_it,
        absences.test_a_match_deleted_is_absent_for_whoever_comes_after_it,
    ],
    mutants.no_generation_compare_of_features: [generations.test_features_are_void_once_the_ratings_have_moved],
    mutants.absence_outlives_the_create: [
        absences.test_an_absence_is_void_once_the_match_is_created,
        absences.test_an_absence_filled_between_the_insert_and_its_commit_is_void_after_it,
    ],
    mutants.late_fill_accepted: [
        sharing.test_an_answer_whose_fill_was_refused_is_not_shared,
        sharing.test_an_absence_whose_fill_was_refused_is_not_shared,
    ],
    mutants.generation_read_after_the_database: [
        generations.test_what_was_read_before_an_update_cannot_be_filled_after_it,
        refreshing.test_a_refresh_from_before_an_update_cannot_be_filled,
        absences.test_an_absence_found_before_the_create_cannot_be_filled_after_it,
        partial(at_any_point_of_a_reader, scene=every_point.Cold),
    ],
    mutants.generation_read_after_the_features: [
        generations.test_features_are_looked_up_under_a_generation_taken_before,
        refreshing.test_a_refresh_does_not_use_features_from_before_an_update,
        partial(at_any_point_of_a_reader, scene=every_point.FeaturesOnly),
    ],
    mutants.counter_instead_of_a_random_generation: [
        generations.test_a_generation_made_anew_is_none_that_ever_was,
        generations.test_a_fill_from_before_an_update_is_refused_though_the_generation_was_lost_since,
    ],
    mutants.model_token_read_after_the_database: [models.test_a_model_activated_after_the_look_is_not_missed],
    mutants.lease_outlives_its_generation: [leases.test_an_invalidation_voids_the_lease_too],
    mutants.foreign_lease_dropped: [leases.test_a_holder_that_comes_late_does_not_drop_the_lease_of_another],
    mutants.claim_without_another_look: [leases.test_who_claims_takes_what_has_come_since_the_look],
    mutants.batch_reads_before_all_leases_are_taken: [batches.test_all_leases_are_taken_before_the_first_read],
    mutants.lease_taken_later_without_a_later_read: [
        batches.test_an_update_between_two_computations_refuses_what_was_read_before_it
    ],
    mutants.others_waited_for_before_the_fill: [
        batches.test_what_could_be_claimed_is_filled_before_others_are_waited_for
    ],
    mutants.refresh_takes_its_lease_when_queued: [refreshing.test_a_refresh_that_waits_in_the_queue_holds_no_lease],
    mutants.shared_answer_whose_fill_was_refused: [
        sharing.test_an_answer_whose_fill_was_refused_is_not_shared,
        sharing.test_an_absence_whose_fill_was_refused_is_not_shared,
        partial(at_any_point_of_a_leader, scene=every_point.Absence),
    ],
    mutants.caller_that_joined_after_the_fill_was_sent: [
        sharing.test_who_came_after_the_fill_was_sent_does_not_share,
        sharing.test_who_came_after_the_claim_that_found_an_entry_does_not_share,
        sharing.test_who_came_after_the_poll_that_found_an_entry_does_not_share,
        partial(
            sharing.test_while_redis_is_away_only_those_share_who_came_before_anything_was_read,
            began="after it has read",
        ),
        partial(at_any_point_of_a_leader, scene=every_point.Cold),
    ],
    mutants.plain_get_or_set: [
        generations.test_what_was_read_before_an_update_cannot_be_filled_after_it,
        absences.test_an_absence_found_before_the_create_cannot_be_filled_after_it,
        partial(at_any_point_of_a_reader, scene=every_point.Cold),
    ],
    mutants.caching_inside_a_transaction: [
        invalidation.test_a_reader_inside_a_transaction_fills_nothing_that_only_it_can_see
    ],
    mutants.jitter_upwards: [at_kickoff],
    mutants.ttl_past_kickoff: [at_kickoff, kickoff.test_a_computation_that_is_overtaken_by_the_kickoff_is_not_kept],
    mutants.purge_before_commit: [
        invalidation.test_what_is_filled_before_the_commit_is_void_after_it,
        absences.test_an_absence_filled_between_the_insert_and_its_commit_is_void_after_it,
        models.test_a_model_looked_up_before_the_commit_is_looked_up_again_after_it,
        partial(at_any_point_of_a_change, scene=every_point.Warm),
    ],
    mutants.outbox_rows_that_list_matches: [
        invalidation.test_a_match_inserted_between_the_change_and_its_commit_is_not_missed
    ],
    mutants.outbox_row_written_after_the_commit: [
        invalidation.test_a_writer_that_dies_before_its_purge_has_left_the_cause
    ],
    mutants.failed_purge_forgotten: [
        invalidation.test_a_purge_that_redis_was_away_for_is_made_up_for_before_it_is_read
    ],
    mutants.done_rows_not_replayed: [
        invalidation.test_what_an_older_snapshot_brings_back_is_purged_again_before_it_is_read
    ],
    mutants.connections_used_before_they_have_caught_up: [
        invalidation.test_what_an_older_snapshot_brings_back_is_purged_again_before_it_is_read,
        invalidation.test_a_purge_that_redis_was_away_for_is_made_up_for_before_it_is_read,
    ],
    mutants.drainer_goes_by_the_latest_row: [
        invalidation.test_a_row_committed_after_a_later_one_is_settled_all_the_same
    ],
    mutants.purge_that_needs_memory: [invalidation.test_a_full_redis_forgets_what_it_must],
    mutants.reads_while_a_purge_is_owed: [invalidation.test_while_a_purge_is_owed_nothing_is_read_from_redis],
}

NAMES = {mutant: name for name, mutant in MUTANTS.items()}

PAIRS = [
    pytest.param(mutant, guard, id=f"{NAMES[mutant]}-{number}")
    for mutant, guards in GUARDS.items()
    for number, guard in enumerate(guards)
]


@pytest.mark.parametrize(("mutant", "interleaving"), PAIRS)
def test_a_mutant_is_noticed(football: Football, mutant: Mutant, interleaving: Interleaving) -> None:
    with mutant(), pytest.raises(Violation):
        interleaving(football)


def test_every_mutant_has_its_guards() -> None:
    assert sorted(NAMES[mutant] for mutant in GUARDS) == sorted(MUTANTS)
