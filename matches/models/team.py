"""A team, and the other names by which the sources call it."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from matches.querysets import TeamQuerySet


class Team(models.Model):
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=3, help_text="That of the league it plays in: Swansea City is en.")

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["country", "name"], name="team_name_unique_in_country")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and tell who listens, in one transaction."""
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)


class TeamAlias(models.Model):
    """One more name of a team. `key` is the name as `matches.names.normalise` reduces it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="aliases")
    country = models.CharField(max_length=3, editable=False)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=100, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "team aliases"
        constraints = [models.UniqueConstraint(fields=["country", "key"], name="alias_key_unique_in_country")]

    def __str__(self) -> str:
        return self.name
