"""Activating a model: warmed while the other one still serves, then switched to, then written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from predictions import services, warming
from predictions.activation import Activation, NotGoodEnough, activate
from predictions.cache import admission, keys
from predictions.cache.answers import Source
from predictions.cache.background import background
from predictions.cache.invalidation import purge
from predictions.ml import artefacts, registry
from predictions.ml.active import ActiveModel
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.trial import ordinary_matches
from predictions.models import PublishedPrediction, TrainedModel
from predictions.published import frozen
from tests.integration.servers import RedisServer
from tests.predictions.asking import body_of, finish, upcoming
from tests.predictions.conftest import Counted, fill_up
from tests.predictions.ml.conftest import registered, training_set

pytestmark = pytest.mark.django_db

# The first match is ten days ahead.
DAYS = 30


@pytest.fixture
def candidate(known: ActiveModel) -> TrainedModel:
    """A good one, of which this process knows nothing, while another one is active."""
    return registered(beats_base_rates=True)


@pytest.fixture
def committing(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> DjangoCaptureOnCommitCallbacks:
    """Inside, what a transaction leaves to be done after its commit is done at the end."""
    return django_capture_on_commit_callbacks


def _activated(version: str, committing: Any, **options: Any) -> Activation:
    with committing(execute=True):
        return activate(version, days=DAYS, **options)


def _versions() -> dict[str, str]:
    return dict(TrainedModel.objects.values_list("version", "status"))


def test_the_first_answers_of_a_new_model_are_in_the_cache_already(
    candidate: TrainedModel, committing: Any, now: datetime
) -> None:
    done = _activated(candidate.version, committing)
    matches = upcoming(done.warmed.matches if done.warmed else 0)
    answers = services.predict_many([match.pk for match in matches], now=timezone.now())

    assert len(matches) > 3
    assert {answer.source for answer in answers.values()} == {Source.HIT}
    assert {answer.entry.model for answer in answers.values()} == {candidate.version}


def test_it_says_what_it_did(candidate: TrainedModel, known: ActiveModel, committing: Any) -> None:
    done = _activated(candidate.version, committing)

    assert (done.row.version, done.row.status, done.former) == (candidate.version, "active", known.version)
    assert done.warmed is not None
    assert done.warmed.computed == done.warmed.matches > 3
    assert _versions() == {candidate.version: "active", known.version: "retired"}


def test_until_the_switch_the_former_model_answers_and_nothing_of_the_new_one_is_published(
    candidate: TrainedModel, known: ActiveModel, now: datetime
) -> None:
    model = ActiveModel.of(candidate)
    [match] = upcoming(1)
    warming.warm([match.pk], model=model)

    assert body_of(match, timezone.now())["model"]["version"] == known.version
    background.run_queued()
    assert set(PublishedPrediction.objects.values_list("model_version", flat=True)) == {known.version}


def test_what_the_new_model_says_is_published_after_the_switch(
    candidate: TrainedModel, known: ActiveModel, committing: Any
) -> None:
    before = timezone.now()
    done = _activated(candidate.version, committing)
    rows = PublishedPrediction.objects.filter(model_version=candidate.version)

    assert done.row.activated_at is not None
    assert done.warmed is not None
    assert rows.count() == done.warmed.matches
    assert all(before < done.row.activated_at < row.made_at for row in rows)


def test_what_is_published_is_what_whoever_asks_is_given(candidate: TrainedModel, committing: Any) -> None:
    _activated(candidate.version, committing)
    [match] = upcoming(1)
    said = body_of(match, timezone.now())["probabilities"]
    row = PublishedPrediction.objects.get(match=match, model_version=candidate.version)

    assert said == {"home": row.home, "draw": row.draw, "away": row.away}


def test_what_was_answered_from_warmed_entries_is_the_answer_after_kickoff(
    candidate: TrainedModel, known: ActiveModel, committing: Any
) -> None:
    [match] = upcoming(1)
    services.predict(match.pk, now=timezone.now())
    background.run_queued()
    _activated(candidate.version, committing)
    said = body_of(match, timezone.now())
    later = body_of(match, match.kickoff + timedelta(hours=1))

    assert later["frozen"]
    assert later["probabilities"] == said["probabilities"]
    assert later["model"]["version"] == candidate.version


def test_after_going_back_the_former_model_is_the_one_that_is_served_after_kickoff(
    candidate: TrainedModel, known: ActiveModel, committing: Any
) -> None:
    """Its answers are in the cache since before, so nobody computes them again."""
    [match] = upcoming(1)
    said = body_of(match, timezone.now())
    background.run_queued()
    _activated(candidate.version, committing)
    back = _activated(known.version, committing, force=True)

    assert back.warmed is not None
    assert back.warmed.already_cached == 1
    assert body_of(match, timezone.now()) == said
    later = body_of(match, match.kickoff + timedelta(hours=1))
    assert (later["model"]["version"], later["probabilities"]) == (known.version, said["probabilities"])


def test_a_result_that_comes_while_it_is_warmed_voids_what_was_computed_before(
    candidate: TrainedModel, committing: Any
) -> None:
    first, second, *_ = upcoming(2)
    warming.warm([second.pk], model=ActiveModel.of(candidate))
    with committing(execute=True):
        finish(first, 5, 0)
    done = _activated(candidate.version, committing)

    assert done.warmed is not None
    assert done.warmed.already_cached == 0
    fresh = services.compute([second.pk], now=timezone.now())[second.pk]
    assert body_of(second, timezone.now())["probabilities"] == json.loads(fresh.body)["probabilities"]


def test_done_again_it_makes_up_for_what_was_left_undone(candidate: TrainedModel, committing: Any) -> None:
    """As after a crash between the switch and the rest of it."""
    with committing(execute=True):
        registry.activate(candidate.version)
    done = _activated(candidate.version, committing)

    assert done.former == done.row.version
    assert done.warmed is not None
    assert PublishedPrediction.objects.filter(model_version=candidate.version).count() == done.warmed.matches


def test_only_the_days_asked_for_are_warmed(candidate: TrainedModel, committing: Any) -> None:
    with committing(execute=True):
        done = activate(candidate.version, days=12)

    assert done.warmed is not None
    assert done.warmed.matches == 1


def test_not_warmed_it_is_active_all_the_same(candidate: TrainedModel, committing: Any) -> None:
    done = _activated(candidate.version, committing, warms=False)
    [match] = upcoming(1)

    assert (done.row.status, done.warmed) == ("active", None)
    assert services.predict(match.pk, now=timezone.now()).source is Source.MISS
    assert PublishedPrediction.objects.filter(model_version=candidate.version, match=match).exists()


@pytest.mark.parametrize(
    ("beats", "why"), [(False, "does not beat the base rates"), (None, "was not measured: no season had enough")]
)
def test_one_that_is_not_known_to_be_good_needs_force(
    beats: bool | None, why: str, candidate: TrainedModel, known: ActiveModel, committing: Any, counted: Counted
) -> None:
    TrainedModel.objects.filter(pk=candidate.pk).update(beats_base_rates=beats)
    counted()
    with pytest.raises(NotGoodEnough, match=f"{why}.* stays a candidate.* {candidate.version} --force"):
        activate(candidate.version, days=DAYS)

    assert _versions() == {candidate.version: "candidate", known.version: "active"}
    assert counted() == {}  # nothing was warmed either
    assert _activated(candidate.version, committing, force=True).row.status == "active"


def test_a_tampered_artefact_is_refused_and_the_active_model_goes_on(
    candidate: TrainedModel, known: ActiveModel, now: datetime
) -> None:
    artefacts.path_of(candidate.sha256).write_bytes(b"something else")
    with pytest.raises(registry.ArtefactChanged):
        activate(candidate.version, force=True)

    purge([keys.ACTIVE_MODEL])
    [match] = upcoming(1)
    assert body_of(match, now)["model"]["version"] == known.version
    assert _versions() == {candidate.version: "candidate", known.version: "active"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"library_versions": {"scikit-learn": "0.1"}}, registry.OtherVersions),
        ({"feature_schema": "0badf00d"}, registry.OtherFeatures),
        ({"own_odds_schema": ""}, registry.OtherFeatures),
    ],
)
def test_what_could_not_be_served_is_refused_whatever_is_forced(
    change: dict[str, Any],
    refusal: type[registry.UnusableModel],
    candidate: TrainedModel,
    known: ActiveModel,
    now: datetime,
) -> None:
    TrainedModel.objects.filter(pk=candidate.pk).update(**change)
    with pytest.raises(refusal, match=candidate.version):
        activate(candidate.version, force=True)

    purge([keys.ACTIVE_MODEL])
    [match] = upcoming(1)
    assert body_of(match, now)["model"]["version"] == known.version


@pytest.mark.usefixtures("redis_away")
def test_a_redis_that_is_away_is_said_and_does_not_stop_it(candidate: TrainedModel) -> None:
    done = activate(candidate.version, days=DAYS)

    assert done.row.status == "active"
    assert done.warmed is not None
    assert "Redis is away" in done.warmed.stopped
    assert done.warmed.computed == 0
    assert PublishedPrediction.objects.filter(model_version=candidate.version).exists()
    [match] = upcoming(1)
    assert services.predict(match.pk, now=timezone.now()).entry.model == candidate.version


def test_a_full_redis_is_told_and_does_not_stop_it(own_server: RedisServer, candidate: TrainedModel) -> None:
    fill_up(own_server)
    done = activate(candidate.version, days=DAYS)

    assert done.row.status == "active"
    assert done.warmed is not None
    assert done.warmed.not_kept == done.warmed.matches > 3


def test_overload_is_told_and_does_not_stop_it(candidate: TrainedModel, settings: Settings, committing: Any) -> None:
    settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
    with admission.computing(patience=0), admission.waiting():
        done = _activated(candidate.version, committing)

    assert done.row.status == "active"
    assert done.warmed is not None
    assert done.warmed.stopped


def test_however_many_matches_few_are_held_in_memory_at_once(
    candidate: TrainedModel, committing: Any, monkeypatch: pytest.MonkeyPatch, estimates: list[int]
) -> None:
    monkeypatch.setattr(warming, "BATCH_SIZE", 3)
    done = _activated(candidate.version, committing)

    assert done.warmed is not None
    assert done.warmed.matches > 6
    assert max(set(estimates) - {len(ordinary_matches())}) == 3
    assert PublishedPrediction.objects.filter(model_version=candidate.version).count() == done.warmed.matches


def _spoilt(model: FittedModel) -> None:
    """With the hash put right: whoever may write the database and the folder can do this."""
    model.pure.pipelines_[-1][0].scale_[0] = 1e-320


def test_an_artefact_that_would_say_nan_is_refused_and_the_active_model_goes_on(
    known: ActiveModel, now: datetime
) -> None:
    spoilt = fit_model(training_set(1))
    _spoilt(spoilt)
    row = registered(spoilt, beats_base_rates=True)
    with pytest.raises(registry.NotTheEstimator, match="does not scale"):
        activate(row.version, force=True)

    purge([keys.ACTIVE_MODEL])
    [match] = upcoming(1)
    assert body_of(match, now)["model"]["version"] == known.version


class Interrupted:
    """A clock that, when it is read for the nth time, has something else happen first."""

    def __init__(self, at: int, happens: Callable[[], Any]) -> None:
        self._left, self._happens = at, happens

    def __call__(self) -> datetime:
        self._left -= 1
        if self._left == 0:
            self._happens()
        return timezone.now()


# Unwarmed it is read once for the matches ahead, once for the switch, and then for each batch that is published.
@pytest.mark.parametrize("reading", [3, 4])
def test_of_two_activations_the_one_that_switched_last_has_the_last_word(
    reading: int, candidate: TrainedModel, known: ActiveModel, committing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "BATCH_SIZE", 3)
    clock = Interrupted(reading, lambda: activate(known.version, force=True, warms=False, days=DAYS))
    done = _activated(candidate.version, committing, warms=False, clock=clock)
    matches = upcoming(6)
    later = frozen([match.pk for match in matches], now=matches[-1].kickoff)

    assert [said.model_version for said in later.values()] == [known.version] * 6
    assert done.row.status == "retired"
    assert done.in_words().endswith("was made the active one, but another has taken its place since.")


def test_one_that_switches_between_the_look_and_the_writing_has_the_last_word(
    candidate: TrainedModel, known: ActiveModel, committing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = services.publish

    def interrupted(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(services, "publish", publish)
        activate(known.version, force=True, warms=False, days=DAYS)
        publish(*arguments, **options)

    monkeypatch.setattr(services, "publish", interrupted)
    _activated(candidate.version, committing, warms=False)
    matches = upcoming(6)
    later = frozen([match.pk for match in matches], now=matches[-1].kickoff)

    assert PublishedPrediction.objects.filter(model_version=candidate.version).exists()
    assert [said.model_version for said in later.values()] == [known.version] * 6


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_it_is_refused(candidate: TrainedModel, known: ActiveModel) -> None:
    """What it sees there, nobody else does."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        activate(candidate.version)

    assert _versions()[known.version] == "active"
