"""A league: one division of one country, and how long an answer about it may be cached."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from matches import services
from matches.querysets import LeagueQuerySet

SECONDS_TOP = 6 * 3600
SECONDS_OTHERS = 3600
SECONDS_MOST = 7 * 24 * 3600


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not an IANA time zone such as Europe/London.")


class League(models.Model):
    code = models.CharField(
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+([.-][a-z0-9]+)*$", "Small letters, digits, dots, hyphens.")],
        help_text="Country and tier, as in en.1; the demo's leagues start with demo.",
    )
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=3, help_text="Two or three small letters: en, sco.")
    tier = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Where its matches are played; decides what day a match is on.",
    )
    cache_ttl = models.PositiveIntegerField(
        "cache TTL",
        default=SECONDS_OTHERS,
        validators=[MinValueValidator(1), MaxValueValidator(SECONDS_MOST)],
        help_text="Seconds an answer about this league's matches stays fresh: 21600 for a top league, else 3600.",
    )
    shifted_weeks = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Whole weeks by which every kickoff was moved; 0 means the dates are real.",
    )

    objects = LeagueQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(tier__gte=1), name="league_tier_from_one"),
            models.CheckConstraint(
                condition=Q(cache_ttl__gte=1, cache_ttl__lte=SECONDS_MOST), name="league_cache_ttl_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """When the time zone changes, the days of its matches and the ratings follow."""
        with services.batched() as change:
            before = {} if self.pk is None else change.lock([self.pk])
            super().save(*args, **kwargs)
            services.follow_time_zones(change, before)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)
