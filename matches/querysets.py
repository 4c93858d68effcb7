"""Matches in bulk. Every writing method goes through `matches.services`, as `Match.save` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import NotSupportedError, models

from matches import services

if TYPE_CHECKING:
    from matches.models import League, Match

# Ids in one statement: SQLite takes at most 32,766 parameters.
CHUNK_SIZE = 10_000


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
        """As Django's, with days and ratings kept."""
        if self.query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
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
                deleted.update(super(MatchQuerySet, chunk).delete()[1])
        return deleted.total(), dict(deleted)

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Match], *args: Any, **kwargs: Any) -> list[Match]:
        """As Django's, with days and ratings kept. Refuses `update_conflicts`, which hides what was overwritten."""
        if kwargs.get("update_conflicts"):
            raise NotSupportedError("Matches can't be upserted blindly: import them, or use bulk_update.")
        objs = list(objs)
        with services.batched() as change:
            change.lock(match.league_id for match in objs if match.league_id is not None)
            for match in objs:
                match.day = change.local_day(match)
            created = super().bulk_create(objs, *args, **kwargs)
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
        """As Django's; matches follow when a time zone changes."""
        if "time_zone" not in fields:
            return super().update(**fields)
        with services.batched() as change:
            before: dict[int, League] = change.lock(self.values_list("pk", flat=True))
            changed = super().update(**fields)
            services.follow_time_zones(change, before)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]


def _chunks(matches: MatchQuerySet, ids: Iterable[int]) -> Iterator[MatchQuerySet]:
    """`matches` with these ids, some at a time; at least once, so that Django checks what is asked of it."""
    rest = iter(ids)
    first = True
    while (chunk := list(islice(rest, CHUNK_SIZE))) or first:
        yield matches.filter(pk__in=chunk)
        first = False
