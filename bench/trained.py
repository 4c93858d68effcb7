"""Makes features and a fit in memory, then trains as the command does. Not for people: `bench.training` runs it."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import django
from django.core.management import call_command
from django.utils import timezone

TIMES = 3


def main(folder: Path) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from matches.importers import find, import_files
    from predictions.ml.evaluation.forecasts import foretell
    from predictions.ml.features import features_of
    from predictions.ml.fitting import fit_model
    from predictions.ml.training import SEASONS, train
    from predictions.ml.training_set import read_training_set

    for _ in import_files(find([folder])):
        pass
    data = read_training_set()
    fit_model(data)  # imports scikit-learn
    played = _played()
    last = data.seasons >= sorted(set(data.seasons.tolist()))[-SEASONS]
    rounds = []
    for _ in range(TIMES):
        began = perf_counter()
        features = dict(_features(played))
        made = perf_counter()
        fit_model(data.settled)
        fitted = perf_counter()
        foretell(data, only=last)
        foretold = perf_counter()
        train(now=timezone.now())
        rounds.append((made - began, fitted - made, foretold - fitted, perf_counter() - foretold))
    # To the last bit, in which nan equals nan.
    if any(repr(features[pk]) != repr(tuple(read)) for pk, read in features_of(features).items()):
        raise SystemExit("Features made in memory are not those that are read.")
    features_seconds, fit_seconds, other_fits_seconds, train_seconds = (
        median(column) for column in zip(*rounds, strict=True)
    )
    report = {
        "matches": len(data),
        "measured_seasons": SEASONS,
        "features_seconds": features_seconds,
        "fit_seconds": fit_seconds,
        "other_fits_seconds": other_fits_seconds,
        "train_seconds": train_seconds,
    }
    sys.stdout.write(json.dumps(report))


def _played() -> dict[tuple[int, int], dict[Any, list[tuple[int, Any]]]]:
    """Everything that was played, in memory: league and season → day → the ids of its matches, and their results."""
    from matches.models import Match
    from matches.ratings.replay import RESULT, _result

    rows = Match.objects.played().order_by("league", "season", "day", "pk")
    played: dict[tuple[int, int], dict[Any, list[tuple[int, Any]]]] = defaultdict(lambda: defaultdict(list))
    for league, season, day, pk, *result in rows.values_list("league", "season", "day", "pk", *RESULT):
        played[league, season][day].append((pk, _result(*result)))
    return played


def _features(played: dict[tuple[int, int], dict[Any, list[tuple[int, Any]]]]) -> Iterable[tuple[int, Any]]:
    """The same fold as ever, and features on the way; no database."""
    from matches.ratings.fold import after_day
    from matches.ratings.season_start import season_start
    from matches.ratings.state import LeagueState
    from predictions.ml.features import features_from

    states: dict[int, LeagueState] = {}
    for (league, _), days in played.items():
        results = [result for of_day in days.values() for _, result in of_day]
        state = season_start(states.get(league), {team for result in results for team in result[:2]})
        for of_day in days.values():
            for pk, result in of_day:
                home, away = state.teams[result.home_team].ratings, state.teams[result.away_team].ratings
                yield pk, tuple(features_from(home, away, state.levels))
            after = after_day(state, [result for _, result in of_day])
            state = LeagueState(after.levels, {**state.teams, **after.teams})
        states[league] = state


if __name__ == "__main__":
    main(Path(sys.argv[1]))
