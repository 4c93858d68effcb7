"""Voids cached answers when what they were made of changes, and charges for what football costs to look for.

Every receiver of a change runs inside its transaction, and only writes down the cause: see predictions.invalidation.
What else a deleted model leaves behind is dropped after the commit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from rest_framework.request import Request

from matches.models import League, Match, Team
from matches.services import LeagueChange
from matches.signals import leagues_changed, matches_changed, suggesting, teams_changed
from predictions.api.asking import charge
from predictions.cache import connecting
from predictions.invalidation import Cause, catch_up, record
from predictions.ml import registry
from predictions.models import TrainedModel
from predictions.models.published import published_predictions_deleted
from predictions.models.trained_model import trained_models_changed


@receiver(matches_changed, dispatch_uid="predictions.matches_changed")
def void_changed_matches(*, changes: Sequence[LeagueChange], **kwargs: Any) -> None:
    """The matches written and, if ratings moved, all of their league from that day on."""
    record(
        Cause(league_id=change.league_id, since=change.since, match_ids=change.match_ids)
        if change.ratings_moved
        else Cause(match_ids=change.match_ids)
        for change in changes
    )


@receiver(leagues_changed, dispatch_uid="predictions.leagues_changed")
def void_leagues(*, league_ids: Collection[int], **kwargs: Any) -> None:
    """All matches of the leagues: a league's name and TTL are part of every answer."""
    record(Cause(league_id=league_id) for league_id in league_ids)


@receiver(teams_changed, dispatch_uid="predictions.teams_changed")
def void_teams(*, team_ids: Collection[int], **kwargs: Any) -> None:
    """All matches of the teams' leagues: their names are part of the answers, and of the form of whom they played."""
    if team_ids:
        record([Cause(team_ids=team_ids)])


@receiver(trained_models_changed, dispatch_uid="predictions.trained_models_changed")
@receiver([post_save, post_delete], sender=TrainedModel, dispatch_uid="predictions.trained_model")
def void_active_model(**kwargs: Any) -> None:
    """What each process knows of the active model."""
    record([Cause(active_model=True)])


@receiver(published_predictions_deleted, dispatch_uid="predictions.published_predictions_deleted")
def void_matches_no_longer_told(*, match_ids: Collection[int], **kwargs: Any) -> None:
    """The matches of which something published is deleted: after kickoff it was the answer."""
    record([Cause(match_ids=match_ids)] if match_ids else [])


@receiver(post_delete, sender=TrainedModel, dispatch_uid="predictions.deleted_model")
def drop_artefact(instance: TrainedModel, **kwargs: Any) -> None:
    """That of a model that is deleted, unless another one has the same."""
    transaction.on_commit(partial(registry.drop_unused, instance.sha256), robust=True)


@receiver([post_save, post_delete], sender=League, dispatch_uid="predictions.league")
def void_league(instance: League, **kwargs: Any) -> None:
    void_leagues(league_ids=[instance.pk])


@receiver([post_save, post_delete], sender=Team, dispatch_uid="predictions.team")
def void_team(instance: Team, **kwargs: Any) -> None:
    void_teams(team_ids=[instance.pk])


@receiver(post_save, sender=Match, dispatch_uid="predictions.loaded_match")
def void_loaded_match(instance: Match, raw: bool, **kwargs: Any) -> None:
    """A match that loaddata writes, past everything else."""
    if raw:
        record([Cause(match_ids=[instance.pk])])


@receiver(suggesting, dispatch_uid="predictions.suggesting")
def charge_for_suggestions(*, request: Request, names: int, **kwargs: Any) -> None:
    """Each name as much as a cold prediction, as where predictions are looked up. Raises Problem (429)."""
    charge(request, names)


connecting.catch_up_with(catch_up)
