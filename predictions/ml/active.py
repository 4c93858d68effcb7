"""The model that this process serves: the one that the database calls active, looked up again when told to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError

from predictions.ml import registry
from predictions.ml.features import Features
from predictions.ml.fitting import FittedModel
from predictions.ml.learnt import Learnt
from predictions.ml.own_odds import OwnOdds
from predictions.ml.prediction import Prediction, predict
from predictions.models.trained_model import TrainedModel

logger = logging.getLogger(__name__)


class NoActiveModel(Exception):
    """There is no model to predict with."""


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """A model, loaded and checked, that is active or about to be."""

    version: str
    digest: str
    """Tells its cached answers from those of others."""
    trained_at: datetime
    fitted: FittedModel
    learnt: Learnt
    """The matches that it has learnt from."""
    scores: dict[str, Any] | None
    """What `Evaluation.as_dict` told of it; None: not measured."""

    @classmethod
    def of(cls, row: TrainedModel) -> ActiveModel:
        """The model of this row. Raises registry.UnusableModel, and django.db.Error."""
        fitted = registry.load(row)
        try:
            learnt = Learnt(row.learnt_from)
        except (TypeError, ValueError) as error:
            raise registry.UnusableModel(row, f"what it has learnt from can't be read ({error}).") from error
        return cls(row.version, row.digest, row.trained_at, fitted, learnt, row.scores)

    def predict(self, features: Sequence[Features], odds: Sequence[OwnOdds | None] | None = None) -> list[Prediction]:
        """One prediction per match, in order; `odds` are the matches' own, where any are known.

        Thread-safe: fitted estimators only read themselves.
        """
        own = [None] * len(features) if odds is None else odds
        return predict(self.fitted, features, own, confidence=(self.scores or {}).get("confidence"))


class ActiveModelWatch:
    """Keeps the active model in memory. Threads share it; `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        # What was found at the last look, and the token that it stands under. In one, so that nobody reads halves.
        self._state: tuple[ActiveModel | NoActiveModel | None, bytes | None] = (None, None)
        # For whoever comes with the token under which a look failed, or with none: what is known holds until then.
        self._failed: tuple[bytes | None, float] = (None, 0.0)
        self._complaint = ""

    @property
    def known(self) -> ActiveModel | None:
        """What was active at the last look, if anything was."""
        found, _ = self._state
        return found if isinstance(found, ActiveModel) else None

    def get(self, token: bytes | None = None) -> ActiveModel:
        """What is active now. Raises NoActiveModel.

        `token` stands for a state of affairs, and was read before this call: while it stays the same, so does the
        answer, and the database is not asked. Without one it is.
        """
        found = self._holding(token)
        if found is None:
            with self._lock:
                found = self._holding(token) or self._look(token)
        if isinstance(found, ActiveModel):
            return found
        raise NoActiveModel(str(found))

    def forget(self) -> None:
        """Look again at the next call."""
        with self._lock:
            self._state, self._failed = (None, None), (None, 0.0)

    def _holding(self, token: bytes | None) -> ActiveModel | NoActiveModel | None:
        """What is known, if it is still to be believed."""
        found, known_token = self._state
        if token is not None and token == known_token:
            return found
        failed_token, retry_at = self._failed
        return found if token in (None, failed_token) and self._clock() < retry_at else None

    def _look(self, token: bytes | None) -> ActiveModel | NoActiveModel:
        """Find out what is active; if that can't be found out or loaded, stay with what is known and retry later."""
        known, known_token = self.known, self._state[1]
        found: ActiveModel | NoActiveModel
        try:
            row = TrainedModel.objects.filter(status=TrainedModel.Status.ACTIVE).first()
            if row is None:
                found = NoActiveModel("No model is active. Train one: manage.py train_model.")
            elif known is not None and known.version == row.version:
                # Who asks without a token takes nothing from those who have one.
                found, token = known, token or known_token
            else:
                found = ActiveModel.of(row)
        except (registry.UnusableModel, DatabaseError) as error:
            if known is None and isinstance(error, DatabaseError):
                raise
            self._complain(error)
            found = known or NoActiveModel(str(error))
            self._failed = token, self._clock() + settings.MODEL_RETRY_SECONDS
            token = known_token
        self._state = found, token
        return found

    def _complain(self, error: Exception) -> None:
        """Log it, once: the next look, in seconds, will most likely meet the same."""
        if self._complaint != str(error):
            self._complaint = str(error)
            logger.error("The active model can't be had: %s", error)


_watch = ActiveModelWatch()


def active_model(token: bytes | None = None) -> ActiveModel:
    """The model to predict with, see `ActiveModelWatch.get`.

    Raises NoActiveModel, and DatabaseError as long as none was ever found.
    """
    return _watch.get(token)


def known_model() -> ActiveModel | None:
    """The model that this process served last; it may have been replaced since."""
    return _watch.known


def forget_active_model() -> None:
    """Look again at the next call: for tests, and for whoever changed what is active without Redis."""
    _watch.forget()
