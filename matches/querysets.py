"""Matches, leagues and teams in bulk. Whatever writes them tells who listens, inside the same transaction.

Every writing method of matches goes through `matches.services`, as `Match.save` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import NotSupportedError, models, transaction

from matches import services
from matches.signals import leagues_changed, teams_changed

if TYPE_CHECKING:
    from matches.models import League, Match, Team

Rows = TypeVar("Rows", bound=models.QuerySet[Any])

# Ids in one statement: SQLite takes at most 32,766 parameters.
CHUNK_SIZE = 10_000
UPSERTS_AT_A_TIME = 2000


class MatchQuerySet(models.QuerySet["Match"]):
    def scheduled(self) -> MatchQuerySet:
        """Matches that are still to be played."""
        return self.filter(status="scheduled")

    def played(self) -> MatchQuerySet:
        """Matches whose result was made on the pitch, which an awarded one was not."""
        return self.filter(status="finished")

    def kicking_off(self, *, after: datetime, before: datetime) -> MatchQuerySet:
        """Matches with `after` ≤ kickoff < `before`."""
        return self.filter(kickoff__gte=after, kickoff__lt=before)

    def with_names(self) -> MatchQuerySet:
        """With league and teams, for whoever shows them."""
        return self.select_related("league", "home_team", "away_team")

    def update(self, **fields: Any) -> int:
        """As Django's, with days and ratings kept. Refuses to give a match another id."""
        if self.query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
        if fields.keys() & {"pk", "id"}:
            raise NotSupportedError("A match keeps its id: delete it, and create another.")
        with services.batched() as change:
            ids = change.before(self)
            # Only those noted, since another writer may have added to what the query finds meanwhile.
            changed = sum(super(MatchQuerySet, chunk).update(**fields) for chunk in _chunks(self, ids))
            for chunk in _chunks(self.model.objects.all(), ids):
                change.after(chunk)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, with the ratings kept."""
        if self.query.is_sliced:
            raise TypeError("Cannot use 'limit' or 'offset' with delete().")
        deleted: Counter[str] = Counter()
        with services.batched() as change:
            for chunk in _chunks(self, change.before(self)):
                change.deleting(self.model.objects.filter(pk__in=chunk.values("pk")))
                deleted.update(super(MatchQuerySet, chunk).delete()[1])
        return deleted.total(), dict(deleted)

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Match],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> list[Match]:
        """As Django's, with days and ratings kept. Refuses `update_conflicts`, which hides what was overwritten."""
        if update_conflicts:
            raise NotSupportedError("Matches can't be upserted blindly: import them, or use bulk_update.")
        objs = list(objs)
        with services.batched() as change:
            change.lock(match.league_id for match in objs if match.league_id is not None)
            for match in objs:
                match.day = change.local_day(match)
            created = super().bulk_create(objs, batch_size, ignore_conflicts)
            for chunk in _chunks(self.model.objects.all(), [match.pk for match in created if match.pk is not None]):
                change.after(chunk)
            if without_id := [match for match in created if match.pk is None]:
                # With `ignore_conflicts` the database does not say which are new: all of those days count as such.
                change.after(
                    self.model.objects.filter(
                        league__in={match.league_id for match in without_id},
                        season__in={match.season for match in without_id},
                        day__in={match.day for match in without_id},
                    )
                )
        return created

    def bulk_update(self, objs: Iterable[Match], fields: Iterable[str], batch_size: int | None = None) -> int:
        """As Django's, with days and ratings kept."""
        objs = list(objs)
        with services.batched() as change:
            leagues = {match.league_id for match in objs if match.league_id is not None}
            for chunk in _chunks(self.model.objects.all(), [match.pk for match in objs]):
                change.before(chunk, league_ids=leagues)
            # Django's own calls update() once a batch: a plain one, since all of it has been noted here.
            plain: models.QuerySet[Match] = models.QuerySet(self.model, query=self.query.chain(), using=self.db)
            changed = plain.bulk_update(objs, fields, batch_size=batch_size)
            for chunk in _chunks(self.model.objects.all(), [match.pk for match in objs]):
                change.after(chunk)
        return changed


class LeagueQuerySet(models.QuerySet["League"]):
    def update(self, **fields: Any) -> int:
        """As Django's, and who listens is told; matches follow when a time zone changes."""
        if self.query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
        with services.batched() as change:
            before: dict[int, League] = change.lock(self.order_by().values_list("pk", flat=True))
            # Only those noted, since another writer may have added to what the query finds meanwhile.
            changed = super(LeagueQuerySet, self.filter(pk__in=before)).update(**fields)
            services.follow_time_zones(change, before)
            leagues_changed.send(sender=self.model, league_ids=frozenset(before))
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[League],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[League]:
        """As Django's; when it updates, who listens is told, and matches follow when a time zone changes."""
        if not update_conflicts:
            return super().bulk_create(objs, batch_size, ignore_conflicts)
        objs = list(objs)
        with services.batched() as change:
            before = change.lock(_meant(self.model.objects.all(), objs, unique_fields))
            created = super().bulk_create(
                objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
            )
            services.follow_time_zones(change, before)
            ids = _meant(self.model.objects.all(), objs, unique_fields)
            leagues_changed.send(sender=self.model, league_ids=frozenset(ids))
        return created


class TeamQuerySet(models.QuerySet["Team"]):
    def update(self, **fields: Any) -> int:
        """As Django's, and who listens is told."""
        if self.query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
        with transaction.atomic(savepoint=False):
            ids = list(self.order_by().values_list("pk", flat=True))
            # Only those noted, since another writer may have added to what the query finds meanwhile.
            changed = sum(super(TeamQuerySet, chunk).update(**fields) for chunk in _chunks(self, ids))
            teams_changed.send(sender=self.model, team_ids=frozenset(ids))
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Team],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Team]:
        """As Django's; when it updates, who listens is told."""
        if not update_conflicts:
            return super().bulk_create(objs, batch_size, ignore_conflicts)
        objs = list(objs)
        with transaction.atomic(savepoint=False):
            created = super().bulk_create(
                objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
            )
            ids = _meant(self.model.objects.all(), objs, unique_fields)
            teams_changed.send(sender=self.model, team_ids=frozenset(ids))
        return created


def _meant(
    stored: models.QuerySet[Any], objs: Sequence[models.Model], unique_fields: Collection[str] | None
) -> set[int]:
    """The ids of all stored rows that an upsert of `objs` may write, and perhaps of a few more.

    An object's own id need not be that of the row it is in conflict with.
    """
    ids: set[int] = set()
    for start in range(0, len(objs), UPSERTS_AT_A_TIME):
        some = objs[start : start + UPSERTS_AT_A_TIME]
        alike = {f"{name}__in": [getattr(one, name) for one in some] for name in unique_fields or ()}
        ids.update(stored.filter(**alike).order_by().values_list("pk", flat=True))
    return ids


def _chunks(rows: Rows, ids: Iterable[int]) -> Iterator[Rows]:
    """`rows` with these ids, some at a time; at least once, so that Django checks what is asked of it."""
    rest = iter(ids)
    first = True
    while (chunk := list(islice(rest, CHUNK_SIZE))) or first:
        yield rows.filter(pk__in=chunk)
        first = False
