"""The outbox of invalidations: what changed, written in the same transaction as the change."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

PENDING = ""
"""The run id of a row whose purge no server has executed yet."""


class InvalidationQuerySet(models.QuerySet["Invalidation"]):
    def unsettled(self, run_id: str) -> InvalidationQuerySet:
        """Rows whose purge the server with this run id has not executed, as far as is known."""
        # Two ranges of the index, which are empty nearly always. What is unequal would be looked for in all rows.
        return self.filter(Q(run_id__lt=run_id) | Q(run_id__gt=run_id))

    def pending(self) -> InvalidationQuerySet:
        """Rows whose purge no server has executed."""
        return self.filter(run_id=PENDING)

    def done(self) -> InvalidationQuerySet:
        """Rows whose purge some server has executed."""
        return self.filter(run_id__gt=PENDING)


class Invalidation(models.Model):
    """The cause of a purge. Which matches it touches is looked up after the commit, except for those written.

    No foreign keys: what a row names may be gone by the time it counts.
    """

    # Never given twice, not even after a rollback or to another copy of the database; and nobody can count on an order,
    # in which transactions do not commit anyway.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    league_id = models.BigIntegerField(null=True, help_text="Matches of this league, from the day `since` on.")
    since = models.DateField(null=True, help_text="Empty: all matches of the league.")
    team_ids = models.JSONField(default=list, help_text="All matches of the leagues these teams play in.")
    match_ids = models.JSONField(default=list, help_text="These matches: those written, which may be gone.")
    active_model = models.BooleanField(default=False, help_text="Which model is active may have changed.")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    run_id = models.CharField(
        max_length=100, default=PENDING, help_text="Of the Redis server that executed the purge last; empty: none yet."
    )

    objects = InvalidationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["run_id"], name="invalidation_run_id"),
            models.Index(fields=["created_at"], name="invalidation_created_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(run_id=PENDING, done_at__isnull=True) | (~Q(run_id=PENDING) & Q(done_at__isnull=False)),
                name="invalidation_done_by_a_server",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(league_id__isnull=False), name="invalidation_since_of_a_league"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.run_id or 'pending'})"
