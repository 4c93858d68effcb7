"""API keys: who asks, how often they may, and in whose name they write."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models


def digest_of(secret: str) -> str:
    """What is kept of a key. A plain hash will do: nobody can guess 256 random bits, however fast hashing is."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKey(models.Model):
    """A key of one consumer. The key itself is shown once, when it is made, and kept nowhere."""

    name = models.CharField(max_length=100, help_text="Whose it is, and what for.")
    prefix = models.CharField(max_length=16, editable=False, help_text="How the key begins, by which it is recognised.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        help_text="Whose permissions count for writing. Without one the key only reads.",
    )
    per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many predictions a minute may be computed for it; unless set, as many as for any key.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="To the minute.")

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(per_minute__isnull=True) | models.Q(per_minute__gte=1),
                name="api_key_per_minute_positive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
