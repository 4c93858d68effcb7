"""A trained model: where its artefact is, what it was made of, and how well it did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.dispatch import Signal

# Sent inside the transaction of a write in bulk. Of all other writes Django's own signals tell, also inside it.
trained_models_changed = Signal()


class TrainedModelQuerySet(models.QuerySet["TrainedModel"]):
    def update(self, **fields: Any) -> int:
        """As Django's; bulk_update comes by here as well."""
        with transaction.atomic(savepoint=False):
            changed = super().update(**fields)
            trained_models_changed.send(sender=self.model)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[TrainedModel], *args: Any, **kwargs: Any) -> list[TrainedModel]:
        """As Django's."""
        with transaction.atomic(savepoint=False):
            created = super().bulk_create(objs, *args, **kwargs)
            trained_models_changed.send(sender=self.model)
        return created


class TrainedModel(models.Model):
    class Status(models.TextChoices):
        CANDIDATE = "candidate"
        ACTIVE = "active"
        RETIRED = "retired"

    version = models.CharField(
        max_length=40, unique=True, help_text="When it was trained, and the start of its digest."
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CANDIDATE)
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of its artefact, which is found by it.")
    feature_schema = models.CharField(max_length=16, help_text="Hash of the features' names and meaning.")
    feature_names = models.JSONField(default=list, help_text="Those that it learnt from.")
    own_odds_schema = models.CharField(
        max_length=16, default="", help_text="The same hash for what it is told of a match's own odds."
    )
    library_versions = models.JSONField(help_text="What it was made with; it is loaded by exactly these.")
    matches = models.PositiveIntegerField(validators=[MinValueValidator(1)], help_text="How many it learnt from.")
    first_day = models.DateField(help_text="The day of the first match it learnt from.")
    last_day = models.DateField(help_text="The day of the last match it learnt from.")
    learnt_from = models.JSONField(
        default=list, help_text="The first and the last id of each row of matches that it learnt from."
    )
    scores = models.JSONField(
        null=True, blank=True, help_text="Walk-forward, beside the base rates'; null: not measured."
    )
    beats_base_rates = models.BooleanField(
        null=True, help_text="In RPS, walk-forward, over all seasons measured; empty: not measured."
    )
    trained_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True, help_text="When it became the active one last.")

    objects = TrainedModelQuerySet.as_manager()

    class Meta:
        ordering = ["-trained_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["status"], condition=Q(status="active"), name="trained_model_one_active"),
            models.CheckConstraint(
                condition=Q(status__in=["candidate", "active", "retired"]), name="trained_model_status_known"
            ),
            models.CheckConstraint(
                condition=Q(matches__gte=1, first_day__lte=F("last_day")), name="trained_model_has_data"
            ),
        ]

    def __str__(self) -> str:
        return self.version

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and tell who listens, in one transaction."""
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)

    @property
    def digest(self) -> str:
        """Tells models apart in the keys of cached answers: 16 hexadecimal digits."""
        return digest_of(self.sha256, self.feature_schema, self.own_odds_schema)


def digest_of(sha256: str, feature_schema: str, own_odds_schema: str) -> str:
    """What stands for an artefact that is given features and odds of these schemas."""
    return hashlib.sha256(f"{sha256}:{feature_schema}:{own_odds_schema}".encode()).hexdigest()[:16]
