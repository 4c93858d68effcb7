"""Ratings that are not there, though results are: as after a migration that brought new ones, or a restored backup."""

from __future__ import annotations

import sys
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef
from tqdm import tqdm

from matches import services
from matches.models import League, LeagueSnapshot, Match


def leagues_without_ratings() -> list[League]:
    """Leagues that have matches and no ratings at all."""
    matches = Match.objects.filter(league=OuterRef("pk"))
    snapshots = LeagueSnapshot.objects.filter(league=OuterRef("pk"))
    return list(League.objects.filter(Exists(matches), ~Exists(snapshots)).order_by("pk"))


def compute_after_migrate(*, using: str, verbosity: int, plan: Any = None, **kwargs: Any) -> None:
    """Compute what is missing, each league in a transaction of its own, once `migrate` has done all there is to do.

    A receiver of Django's post_migrate, which `flush` sends too, without a plan: there is nothing left to compute then.
    """
    if plan is None or using != DEFAULT_DB_ALIAS or _more_to_migrate():
        return
    missing = leagues_without_ratings()
    for league in tqdm(missing, "Computing ratings", unit="league", disable=None if verbosity and missing else True):
        services.replay_ratings(league.pk)
    if missing and verbosity:
        sys.stdout.write(f"Computed the ratings of {len(missing)} leagues.\n")


def _more_to_migrate() -> bool:
    """Whether tables are not yet as the code expects them: only part was migrated, or it went backwards."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
