"""How PostgreSQL finds the features."""

from __future__ import annotations

import pytest
from django.db import connection

from matches.models import Match
from predictions.ml.features import with_ratings
from tests.matches.ratings.football import make_league, make_teams, season


@pytest.mark.django_db
def test_every_look_up_is_an_index_scan() -> None:
    [one, *_] = Match.objects.bulk_create(season(make_league(), 2010, make_teams("A", "B", "C")))
    with connection.cursor() as cursor:
        # A few dozen rows are read faster without: what counts is whether the indexes could do it.
        for node in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{node} = off")
        query, params = with_ratings(Match.objects.order_by().filter(pk__in=[one.pk])).query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}", params)
        [[[explained]]] = [cursor.fetchall()[0]]
    plan = explained["Plan"]
    subplans = plan["Plans"]

    assert plan["Node Type"] == "Index Scan"
    assert len(subplans) == 3
    for limit in subplans:
        [scan] = limit["Plans"]
        assert (limit["Node Type"], scan["Node Type"]) == ("Limit", "Index Scan")
        assert scan["Scan Direction"] == "Backward"
        assert "day <" in scan["Index Cond"]
        assert "Filter" not in scan
