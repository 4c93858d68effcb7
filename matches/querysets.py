"""Matches in bulk. Every writing method goes through `matches.services`, as `Match.save` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import NotSupportedError, models

from matches import services

if TYPE_CHECKING:
    from matches.models import Match


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
        """As Django's, with the ratings kept."""
        before = list(self.select_related(None).order_by())
        with services.recording(before) as record:
            changed = super().update(**fields)
            written = self.model.objects.filter(pk__in=[match.pk for match in before])
            if {"kickoff", "league", "league_id"} & fields.keys():
                _set_days(list(written.select_related("league")))
            record(written.all())
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, with the ratings kept."""
        with services.recording(list(self)):
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Match], *args: Any, **kwargs: Any) -> list[Match]:
        """As Django's, with the ratings kept. Refuses `update_conflicts`, which hides what was overwritten."""
        if kwargs.get("update_conflicts"):
            raise NotSupportedError("Matches can't be upserted blindly: import them, or use bulk_update.")
        objs = list(objs)
        for match in objs:
            match.day = services.local_day(match)
        with services.recording(()) as record:
            created = super().bulk_create(objs, *args, **kwargs)
            record(created)
        return created

    def bulk_update(self, objs: Iterable[Match], fields: Iterable[str], batch_size: int | None = None) -> int:
        """As Django's, with the ratings kept."""
        objs = list(objs)
        fields = {*fields, "day"}
        for match in objs:
            match.day = services.local_day(match)
        before = self.model.objects.in_bulk([match.pk for match in objs])
        with services.recording(before.values()) as record:
            # Django's own bulk_update calls update() once a batch; inside this record those only add themselves.
            changed = super().bulk_update(objs, sorted(fields), batch_size=batch_size)
            record(objs)
        return changed


def _set_days(matches: Sequence[Match]) -> None:
    """Bring `day` in line after kickoffs or leagues were changed by an expression."""
    for match in matches:
        day = services.local_day(match)
        if day != match.day:
            models.QuerySet(type(match)).filter(pk=match.pk).update(day=day)
