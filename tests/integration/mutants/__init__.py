"""The real code, broken in exactly one way each time: whatever guards a rule of the cache protocol must notice.

    with mutants.no_generation_compare():
        ...                                 # in this process; whole again afterwards

`MUTANTS` has them all by name, for processes that are told which one to be.
"""

from tests.integration.mutants.breaking import MUTANTS, Mutant
from tests.integration.mutants.coalescing import (
    batch_reads_before_all_leases_are_taken,
    caching_inside_a_transaction,
    caller_that_joined_after_the_fill_was_sent,
    claim_without_another_look,
    foreign_lease_dropped,
    lease_outlives_its_generation,
    lease_taken_later_without_a_later_read,
    others_waited_for_before_the_fill,
    plain_get_or_set,
    refresh_takes_its_lease_when_queued,
    shared_answer_whose_fill_was_refused,
)
from tests.integration.mutants.fencing import (
    absence_outlives_the_create,
    counter_instead_of_a_random_generation,
    generation_read_after_the_database,
    generation_read_after_the_features,
    jitter_upwards,
    late_fill_accepted,
    model_token_read_after_the_database,
    no_generation_compare,
    no_generation_compare_of_features,
    ttl_past_kickoff,
)
from tests.integration.mutants.invalidating import (
    connections_used_before_they_have_caught_up,
    done_rows_not_replayed,
    drainer_goes_by_the_latest_row,
    failed_purge_forgotten,
    outbox_row_written_after_the_commit,
    outbox_rows_that_list_matches,
    purge_before_commit,
    purge_that_needs_memory,
    reads_while_a_purge_is_owed,
)

__all__ = [
    "MUTANTS",
    "Mutant",
    "absence_outlives_the_create",
    "batch_reads_before_all_leases_are_taken",
    "caching_inside_a_transaction",
    "caller_that_joined_after_the_fill_was_sent",
    "claim_without_another_look",
    "connections_used_before_they_have_caught_up",
    "counter_instead_of_a_random_generation",
    "done_rows_not_replayed",
    "drainer_goes_by_the_latest_row",
    "failed_purge_forgotten",
    "foreign_lease_dropped",
    "generation_read_after_the_database",
    "generation_read_after_the_features",
    "jitter_upwards",
    "late_fill_accepted",
    "lease_outlives_its_generation",
    "lease_taken_later_without_a_later_read",
    "model_token_read_after_the_database",
    "no_generation_compare",
    "no_generation_compare_of_features",
    "others_waited_for_before_the_fill",
    "outbox_row_written_after_the_commit",
    "outbox_rows_that_list_matches",
    "plain_get_or_set",
    "purge_before_commit",
    "purge_that_needs_memory",
    "reads_while_a_purge_is_owed",
    "refresh_takes_its_lease_when_queued",
    "shared_answer_whose_fill_was_refused",
    "ttl_past_kickoff",
]
