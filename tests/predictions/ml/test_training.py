from __future__ import annotations

from datetime import date

import pytest

from matches.models import Match
from predictions.ml import registry
from predictions.ml.features import features_of
from predictions.ml.learnt import Learnt
from predictions.ml.prediction import predict
from predictions.ml.training import train
from predictions.ml.training_set import TooFewMatches
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import NOW, played_league

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_a_candidate_is_registered_with_what_it_was_made_of() -> None:
    played_league()
    told: list[str] = []
    row, evaluation = train(now=NOW, tell=told.append)

    assert evaluation is not None
    assert row == TrainedModel.objects.get()
    assert (row.status, row.matches, row.trained_at) == ("candidate", 660, NOW)
    assert (row.first_day, row.last_day) == (date(2011, 8, 14), date(2016, 5, 2))
    assert row.scores == evaluation.as_dict()
    assert row.beats_base_rates
    assert len(told) == 3


def test_the_row_knows_of_each_match_whether_it_was_learnt_from() -> None:
    league = played_league()
    Match.objects.filter(pk=league.matches.order_by("pk")[500].pk).update(status="awarded")
    learnt = Learnt(train(now=NOW).row.learnt_from)

    for match in league.matches.all():
        assert (match.pk in learnt) is (match.season > 2010 and match.status == "finished")


def test_what_was_trained_is_what_is_loaded() -> None:
    played_league()
    model = registry.load(train(now=NOW).row)
    features = list(features_of(Match.objects.values_list("pk", flat=True)).values())

    assert len(predict(model, features, [None] * len(features))) == 792


def test_it_learns_who_is_better() -> None:
    played_league()
    _, evaluation = train(now=NOW)

    assert evaluation is not None
    assert evaluation.overall.model.rps < evaluation.overall.base_rates.rps - 0.01


def test_a_single_season_is_learnt_from_but_not_measured() -> None:
    played_league(seasons=1)
    row, evaluation = train(now=NOW)

    assert evaluation is None
    assert (row.scores, row.beats_base_rates) == (None, None)
    assert row.matches == 132


def test_too_few_matches_are_refused_before_anything_is_saved() -> None:
    played_league(seasons=1)
    with pytest.raises(TooFewMatches, match="132 finished matches are too few to learn from: 500 are needed"):
        train(now=NOW, fewest=500)

    assert not TrainedModel.objects.exists()
