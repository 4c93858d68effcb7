"""Makes a trained model the active one: warmed first, so that a deploy is never a cold start.

Its answers have keys of their own, so they can be in the cache while another model is still active. Then the database
says that it is active, and the outbox tells every process that serves (see predictions.invalidation). Then what it says
of the matches ahead is written down, as long as it is the active one: hits on warmed answers would not do that. Done
again, it makes up for what was left undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from predictions import warming
from predictions.ml import registry
from predictions.ml.active import ActiveModel
from predictions.models import TrainedModel
from predictions.warming import DAYS, Warmed


class NotGoodEnough(Exception):
    """A model that does not beat the base rates, or was not measured. Its message says which, and what to do."""

    def __init__(self, row: TrainedModel) -> None:
        why = (
            "was not measured: no season had enough matches before it to learn from"
            if row.beats_base_rates is None
            else "does not beat the base rates (in RPS, over all seasons measured)"
        )
        super().__init__(
            f"Model {row.version} {why}. It stays {_a(row.status)}; to serve it all the same: "
            f"manage.py activate_model {row.version} --force."
        )


@dataclass(frozen=True, slots=True)
class Activation:
    """What was done."""

    row: TrainedModel
    """As it was in the end: somebody may have made another one active meanwhile."""
    former: str | None
    """The version that was active before."""
    warmed: Warmed | None
    """None: it was not to be warmed."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        warmed = self.warmed and {**self.warmed.as_dict(), "stopped": self.warmed.stopped or None}
        return {"version": self.row.version, "status": self.row.status, "former": self.former, "warmed": warmed}

    def in_words(self) -> str:
        """What a person is told of it, in lines."""
        return "\n".join((*_said_of_warming(self.warmed), self._said_of_switch()))

    def _said_of_switch(self) -> str:
        if self.row.status != TrainedModel.Status.ACTIVE:
            return f"Model {self.row.version} was made the active one, but another has taken its place since."
        if self.former == self.row.version:
            return f"Model {self.row.version} was active already."
        return f"Model {self.row.version} is active" + (f", instead of {self.former}." if self.former else ".")


def activate(
    version: str,
    *,
    force: bool = False,
    warms: bool = True,
    days: int = DAYS,
    clock: Callable[[], datetime] = timezone.now,
) -> Activation:
    """Warm the answers of this model for the matches of the next days, then have every process serve it.

    A Redis that is away is no obstacle: it says so in `Activation.warmed`. Nothing is changed if this raises
    NotGoodEnough (unless forced), registry.UnusableModel, TrainedModel.DoesNotExist, or RuntimeError inside a
    transaction, of which nobody else would know. Raises django.db.Error too.
    """
    with transaction.atomic(durable=True):
        row = registry.find(version)
    if not (row.beats_base_rates or force):
        raise NotGoodEnough(row)
    model = ActiveModel.of(row)
    match_ids = warming.upcoming(days, now=clock())
    warmed = warming.warm(match_ids, model=model, clock=clock) if warms else None
    former = TrainedModel.objects.filter(status=TrainedModel.Status.ACTIVE).values_list("version", flat=True).first()
    row = registry.activate(version, now=clock())
    if not warming.publish(match_ids, model=model, clock=clock):
        row.refresh_from_db()
    return Activation(row, former, warmed)


def _said_of_warming(warmed: Warmed | None) -> Iterator[str]:
    if warmed is None:
        yield "Nothing was warmed."
    elif warmed.stopped:
        yield f"{warmed.stopped} Not warmed: {warmed.not_kept} of {warmed.matches} matches."
    else:
        yield f"{warmed.matches} matches warmed: {warmed}."
        if warmed.not_kept:
            yield f"{warmed.not_kept} could not be kept: see the log."


def _a(status: str) -> str:
    return f"an {status} one" if status == TrainedModel.Status.ACTIVE else f"a {status} one"
