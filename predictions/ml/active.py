"""The model that this process serves: the one the database calls active, looked up again every few seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error as DatabaseError

from predictions.ml import registry
from predictions.ml.estimator import Prediction, predict
from predictions.ml.features import Features
from predictions.models.trained_model import TrainedModel

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

logger = logging.getLogger(__name__)


class NoActiveModel(Exception):
    """There is no model to predict with."""


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """A model, loaded and checked."""

    version: str
    digest: str
    """Tells its cached answers from those of others."""
    trained_at: datetime
    pipeline: Pipeline

    def predict(self, features: Sequence[Features]) -> list[Prediction]:
        """One prediction per match, in order. Thread-safe: fitted estimators only read themselves."""
        return predict(self.pipeline, features)


class ActiveModelWatch:
    """Keeps the active model in memory. Threads share it; `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._found: ActiveModel | NoActiveModel | None = None
        self._due = 0.0
        self._complaint = ""

    def get(self) -> ActiveModel:
        """Raises NoActiveModel. One thread looks; meanwhile the others go on with what they have."""
        found = self._found
        # Who has nothing to go on with waits for whoever is looking already.
        if self._is_due(found) and self._lock.acquire(blocking=found is None):
            try:
                found = self._found
                if self._is_due(found):
                    found = self._look(found)
                    self._found, self._due = found, self._clock() + settings.MODEL_POLL_SECONDS
            finally:
                self._lock.release()
        if isinstance(found, ActiveModel):
            return found
        raise NoActiveModel(str(found))

    def forget(self) -> None:
        """Look again at the next call."""
        with self._lock:
            self._found = None

    def _is_due(self, found: ActiveModel | NoActiveModel | None) -> bool:
        return found is None or self._clock() >= self._due

    def _look(self, known: ActiveModel | NoActiveModel | None) -> ActiveModel | NoActiveModel:
        """What is active now; what was known before, if that can't be found out or can't be loaded."""
        try:
            row = TrainedModel.objects.filter(status=TrainedModel.Status.ACTIVE).first()
            if row is None:
                return NoActiveModel("No model is active. Train one: manage.py train_model.")
            if isinstance(known, ActiveModel) and known.version == row.version:
                return known
            return ActiveModel(row.version, row.digest, row.trained_at, registry.load(row))
        except registry.UnusableModel as error:
            self._complain(error)
            return known if isinstance(known, ActiveModel) else NoActiveModel(str(error))
        except DatabaseError as error:
            if not isinstance(known, ActiveModel):
                raise
            self._complain(error)
            return known

    def _complain(self, error: Exception) -> None:
        """Log it, once: the next look, in seconds, will most likely meet the same."""
        if self._complaint != str(error):
            self._complaint = str(error)
            logger.error("The active model can't be had: %s", error)


_watch = ActiveModelWatch()


def active_model() -> ActiveModel:
    """The model to predict with. Raises NoActiveModel, and DatabaseError as long as none was ever found."""
    return _watch.get()


def forget_active_model() -> None:
    """Look again at the next call: for whoever has just changed what is active."""
    _watch.forget()
