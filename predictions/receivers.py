"""Voids cached answers when the football changes.

What a change touches is looked up after its commit, so that a match created meanwhile is not missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from matches.models import League, Match, Team
from matches.services import LeagueChange
from matches.signals import matches_changed
from predictions.cache.invalidation import invalidate


@receiver(matches_changed, dispatch_uid="predictions.void_changed_matches")
def void_changed_matches(*, changes: Sequence[LeagueChange], **kwargs: Any) -> None:
    """The matches written and, if ratings moved, every later one of their leagues."""
    written = [match_id for change in changes for match_id in change.match_ids]
    later = Q(pk__in=[])
    for change in changes:
        if change.ratings_moved:
            later |= Q(league=change.league_id, day__gte=change.since)

    transaction.on_commit(lambda: invalidate({*written, *_ids(later)}))


@receiver(post_save, sender=League, dispatch_uid="predictions.void_league")
def void_league(instance: League, created: bool, **kwargs: Any) -> None:
    """All matches of a league: its name and its TTL are part of every answer."""
    if not created:
        transaction.on_commit(partial(_void, Q(league=instance)))


@receiver(post_save, sender=Team, dispatch_uid="predictions.void_team")
def void_team(instance: Team, created: bool, **kwargs: Any) -> None:
    """All matches of a team: its name is part of their answers."""
    if not created:
        transaction.on_commit(partial(_void, Q(home_team=instance) | Q(away_team=instance)))


def _void(condition: Q) -> None:
    invalidate(_ids(condition))


def _ids(condition: Q) -> list[int]:
    return list(Match.objects.filter(condition).order_by().values_list("pk", flat=True))
